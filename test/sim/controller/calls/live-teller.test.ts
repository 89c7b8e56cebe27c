/** What pages are told by themselves while a door lives: each event once, in the order of keeping, and a reader that changed, not at every step. */
import { describe, expect, it } from 'vitest';
import type { LiveMessage } from '../../../../sim/controller/api/live.ts';
import { LiveTeller } from '../../../../sim/controller/calls/live-teller.ts';
import type { ControllerStore } from '../../../../sim/controller/controller-store.ts';
import { openProduct, type Product } from './rig.ts';

interface Told {
  readonly atMs: number;
  readonly message: LiveMessage;
}

const eventsIn = (told: readonly Told[]): number[] => told.flatMap(({ message }) => (message.kind === 'event' ? [message.event.id] : []));
const readersIn = (told: readonly Told[]): Told[] => told.filter(({ message }) => message.kind === 'reader');

/** `store`: what the teller reads from. */
const follow = async (
  { store, clock, line }: Product,
  readFrom: ControllerStore = store,
): Promise<{ readonly told: Told[]; readonly failures: unknown[] }> => {
  const [told, failures]: [Told[], unknown[]] = [[], []];
  const tell = (message: LiveMessage): void => void told.push({ atMs: clock.nowMs(), message });
  await LiveTeller.begin({ store: readFrom, line, clock, realClock: clock, tell, failed: (thrown) => failures.push(thrown) });
  return { told, failures };
};

/** The same store, but for its events, which are not read `times` times. */
const failingEvents = (store: ControllerStore, times: number): ControllerStore => {
  let left = times;
  const events = new Proxy(store.events, {
    get: (target, name) => {
      if (name === 'list' && left > 0) {
        left -= 1;
        return () => Promise.reject(new Error('the disk'));
      }
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
  return Object.assign(Object.create(store) as ControllerStore, { events });
};

describe('what pages are told by themselves', () => {
  it('is each event that comes from here on, once and in the order of keeping', async () => {
    const product = await openProduct();
    await product.inStep();
    await product.types('5810#');
    const before = (await product.store.events.newest({}, 1))[0]?.id ?? 0;
    const { told, failures } = await follow(product);
    for (const digits of ['5811#', '5812#', '5813#']) await product.types(digits);
    await product.inStep();
    const kept = (await product.store.events.list(before, 1_000)).map(({ id }) => id);
    expect(kept.length).toBeGreaterThanOrEqual(3);
    expect(eventsIn(told)).toEqual(kept);
    expect(failures).toEqual([]);
  });

  it('is how a reader stands, at most five times a second, and at the end as it stands', async () => {
    const product = await openProduct();
    const { told } = await follow(product);
    await product.inStep();
    product.door.cutPower();
    await product.clock.advance(20_000);
    await product.door.powerOn();
    await product.clock.advance(20_000);
    const readers = readersIn(told);
    const states = readers.flatMap(({ message }) => (message.kind === 'reader' ? [message.reader.isOnline] : []));
    expect(states).toEqual(expect.arrayContaining([true, false]));
    for (const [at, { atMs }] of readers.entries()) expect(atMs - (readers[at - 1]?.atMs ?? -1_000)).toBeGreaterThanOrEqual(200);
    expect(readers.at(-1)?.message).toMatchObject({ reader: { id: product.reader, isOnline: true } });
  });

  it('misses nothing where the disk fails for a while', async () => {
    const product = await openProduct();
    await product.inStep();
    const before = (await product.store.events.newest({}, 1))[0]?.id ?? 0;
    const { told, failures } = await follow(product, failingEvents(product.store, 1));
    await product.types('5811#');
    await product.types('5812#');
    const kept = (await product.store.events.list(before, 1_000)).map(({ id }) => id);
    expect(failures).toHaveLength(1);
    expect(eventsIn(told)).toEqual(kept);
  });

  it('ends with the line', async () => {
    const product = await openProduct();
    await product.inStep();
    const { told } = await follow(product);
    product.line.stop();
    told.length = 0;
    await product.types('5811#');
    await product.clock.advance(5_000);
    expect(told).toEqual([]);
  });
});
