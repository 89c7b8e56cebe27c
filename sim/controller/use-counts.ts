/**
 * How often people with a limit were let in, at all readers together: counted in the commit that keeps the event, so each counts once, however late it
 * comes and however long events are kept. A reader counts its own by itself; who is taken out of the tables is schedule-runner.ts's.
 */
import * as v from 'valibot';
import type { Stores } from './controller-store.ts';
import type { NewEvent } from './event-store.ts';
import type { Author, KeptPerson, PersonChange } from './person-record.ts';

const kept = v.object({ serial: v.number(), used: v.number(), sinceMs: v.number() });
type Kept = v.InferOutput<typeof kept>;
type Given = KeptPerson['given'];

const keyOf = (person: number): string => `uses/${person}`;

/** Of the limit that they have; 0 where they have none. */
export const usedOf = async ({ settings }: Pick<Stores, 'settings'>, { person, uses }: Given): Promise<number> => {
  const count = uses === undefined ? undefined : await countOf(settings, person);
  return count !== undefined && count.serial === uses?.serial ? count.used : 0;
};

export const isUsedUp = async (stores: Pick<Stores, 'settings'>, given: Given): Promise<boolean> =>
  given.uses !== undefined && (await usedOf(stores, given)) >= given.uses.limit;

/** In the commit of a change: a new limit counts from nothing. */
export const noteLimits = async ({ settings }: Stores, changes: readonly PersonChange[], { atMs }: Author): Promise<void> => {
  for (const { before, after } of changes) {
    const [old, uses] = [before?.given.uses, after?.given.uses];
    const person = (after ?? before)?.given.person ?? 0;
    if (uses === undefined && old !== undefined) await settings.remove(keyOf(person));
    if (uses !== undefined && uses.serial !== old?.serial) await settings.put(keyOf(person), { serial: uses.serial, used: 0, sinceMs: atMs });
  }
};

/** In the commit that keeps it. One of before the limit does not count, as far as the reader knew the time. */
export const countUse = async ({ settings, people }: Stores, { entry }: NewEvent): Promise<void> => {
  if (entry?.code !== 'access.granted' || entry.person === undefined) return;
  const count = (await countOf(settings, entry.person)) ?? firstCount(await people.person(entry.person));
  if (count === undefined || (entry.wallTrusted && entry.wallMs < count.sinceMs)) return;
  await settings.put(keyOf(entry.person), { ...count, used: count.used + 1 });
};

/** Of somebody who came by a people file, without a change that was noted. */
const firstCount = (given: Given | undefined): Kept | undefined => given?.uses && { serial: given.uses.serial, used: 0, sinceMs: 0 };

const countOf = async (settings: Stores['settings'], person: number): Promise<Kept | undefined> => {
  const read = v.safeParse(kept, await settings.get(keyOf(person)));
  return read.success ? read.output : undefined;
};
