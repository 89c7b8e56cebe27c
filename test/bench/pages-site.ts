/** A directory of the bench with as many people and events as a large site has, its readers in step. What is measured on it stands in pages.bench.ts. */
import { World } from '../../sim/bench/world.ts';
import { PeopleDesk } from '../../sim/controller/people-desk.ts';
import { type KeptPerson, unnamed } from '../../sim/controller/person-record.ts';
import { Random } from '../../sim/random.ts';
import { Card } from '../../src/access/card.ts';
import { Pin } from '../../src/access/pin.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { type Entry, encodeEntry } from '../../src/journal/entry.ts';
import { present } from '../../src/shared/assert.ts';
import { ok } from '../../src/shared/result.ts';

/** Of a journal that no reader of the bench has: what is put here collides with nothing. */
const epoch = 'feedfacefeedface';
const firstPerson = 1_000;
const betweenEventsMs = 60_000;
const eventsAtOnce = 1_000;
const inStepMs = 900_000;
/** Nobody of these is called as the first people of a bench are. */
const givenNames = ['Abe', 'Bob', 'Col', 'Dov', 'Eli', 'Fay', 'Gus', 'Hal', 'Ida', 'Jon'];
const familyNames = ['Adler', 'Brook', 'Carter', 'Dyer', 'Ebner', 'Frost', 'Glaser', 'Hunt', 'Iversen', 'Jansen', 'Keller'];

export interface SiteSize {
  readonly people: number;
  readonly events: number;
}

/** Leaves nothing running. Rejects with a Fault when the disk fails. */
export const fillSite = async (directory: string, { people, events }: SiteSize): Promise<void> => {
  const crypto = new NodeCrypto();
  const world = await World.start(directory, crypto, { speed: 0, realMs: () => 0, wallMs: Date.now() });
  try {
    const { store, clock } = world;
    const desk = new PeopleDesk({ store, crypto, clock, changed: () => undefined });
    const everybody = Array.from({ length: people }, (_, at) => personAt(at));
    await desk.changeAll(async () => ok(everybody.map((after) => ({ before: undefined, after }))), { by: 'bench', isTrial: false });
    await keepEvents(world, people, events);
    for (let ms = 0; ms < inStepMs && !isInStep(world); ms += betweenEventsMs) await world.skip(betweenEventsMs);
    if (!isInStep(world)) throw new Error('the readers did not come into step');
  } finally {
    await world.close();
  }
};

const isInStep = ({ controller }: World): boolean => controller.readers.every(({ state }) => state.isInStep);

const personAt = (at: number): KeptPerson => {
  const name = `${givenNames[at % givenNames.length]} ${familyNames[at % familyNames.length]} ${at}`;
  const person = firstPerson + at;
  const credentials = { pin: Pin.from(String(100_000 + at * 7)), duressPin: undefined, cards: [cardAt(at)] };
  const limits = { pinExempt: false, validFromS: undefined, validUntilS: undefined, uses: undefined, extendedTime: false, offlinePriority: false };
  return { ...unnamed({ person, ...credentials, ...limits }), name };
};

const cardAt = (at: number): Card => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, 0x4000_0000 + at * 64);
  return new Card('bits', bytes, 26);
};

const keepEvents = async ({ store, clock }: World, people: number, count: number): Promise<void> => {
  const random = new Random(1);
  const beganMs = clock.wall().ms - count * betweenEventsMs;
  const readers = (await store.site.readers()).map(({ id }) => id);
  for (let from = 0; from < count; from += eventsAtOnce) {
    await store.write(async ({ events }) => {
      for (let at = from; at < Math.min(from + eventsAtOnce, count); at += 1) {
        const receivedMs = beganMs + at * betweenEventsMs;
        const reader = present(random.pick(readers), 'there are readers');
        const entry = entryAt(at, receivedMs, firstPerson + random.between(0, people - 1), random.chance(0.9));
        await events.keep({ reader, epoch, sequence: at + 1, receivedMs, entry, bytes: encodeEntry(entry) });
      }
    });
  }
};

const entryAt = (at: number, wallMs: number, person: number, isGranted: boolean): Entry => ({
  epoch,
  sequence: at + 1,
  boot: 1,
  monotonicMs: at,
  wallMs,
  wallTrusted: true,
  person,
  code: isGranted ? 'access.granted' : 'pin.wrong',
  fields: isGranted ? { by: 'pin' } : {},
});
