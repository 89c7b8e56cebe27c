/**
 * What a people file brings when it is taken in again: what it says otherwise than the last time, and nothing else, so that what was rolled or
 * removed here since stays. Decides whose line counts; who may be put among the people is people-desk.ts's.
 */
import type { GivenPerson } from '../../src/table/given-person.ts';
import { type PersonChange, type PersonRecord, unnamed } from './person-record.ts';

/** By the number of a person: a digest under a key of the site of what the file said of them. */
export type FileSaid = ReadonlyMap<number, string>;

/** What became of a file, by the numbers of people; a person is in one of the lists, or in none. */
export interface FileTaken {
  readonly said: FileSaid;
  readonly come: readonly number[];
  readonly changed: readonly number[];
  readonly gone: readonly number[];
  /** Their line has changed, and they had been changed here since the last one: that is lost. */
  readonly countAgain: readonly number[];
  /** Their line has changed, and they had been removed here. */
  readonly comeBack: readonly number[];
}

export interface FilePlan {
  readonly changes: readonly PersonChange[];
  readonly taken: FileTaken;
}

/** `said`: undefined where no file was taken in before; then everybody is as the file says. */
export const planOf = (
  listed: ReadonlyMap<number, { readonly given: GivenPerson; readonly digest: string }>,
  before: ReadonlyMap<number, { readonly record: PersonRecord; readonly digest: string }>,
  said: FileSaid | undefined,
): FilePlan => {
  const taken = { come: [] as number[], changed: [] as number[], gone: [] as number[], countAgain: [] as number[], comeBack: [] as number[] };
  const changes: PersonChange[] = [];
  for (const [person, { given, digest }] of listed) {
    const [last, there] = [said?.get(person), before.get(person)];
    if (last === digest || there?.digest === digest) continue;
    if (there === undefined) taken[last === undefined ? 'come' : 'comeBack'].push(person);
    else taken[there.digest === last ? 'changed' : 'countAgain'].push(person);
    changes.push(there === undefined ? { before: undefined, after: unnamed(given) } : { before: there.record, after: { ...there.record, given } });
  }
  for (const [person, { record }] of before) {
    if (listed.has(person) || (said !== undefined && !said.has(person))) continue;
    taken.gone.push(person);
    changes.push({ before: record, after: undefined });
  }
  return { changes, taken: { ...taken, said: new Map([...listed].map(([person, { digest }]) => [person, digest])) } };
};
