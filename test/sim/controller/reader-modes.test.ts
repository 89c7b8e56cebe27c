/** Orders of schedules that do not come through: tried again, ever more seldom, and told to people; without a line. */
import { describe, expect, it } from 'vitest';
import type { OrderAnswer } from '../../../sim/controller/order-desk.ts';
import type { ReaderKeeper } from '../../../sim/controller/reader-keeper.ts';
import { firstWaitMs, longestWaitMs, orderByHand, ReaderModes, type ScheduledMode, triesBeforeAlarm } from '../../../sim/controller/reader-modes.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import type { Mode } from '../../../src/access/mode.ts';
import { addReader, foundSite } from './rig.ts';

/** One that obeys where nothing else is to be answered. */
const openModes = async (answers: OrderAnswer[]) => {
  const place = await foundSite();
  const { store } = place;
  const reader = await addReader(place, 1);
  const clock = new VirtualClock();
  const orders: string[] = [];
  const alarms: string[] = [];
  const door: { mode: Mode } = { mode: 'cardOrPin' };
  let duringOrder = async (): Promise<void> => undefined;
  const keeper = {
    reader,
    state: { isOnline: true, door },
    alarms: { raise: (alarm: string, detail: string) => alarms.push(`${alarm} ${detail}`) },
    order: async ({ mode }: { readonly mode: Mode }): Promise<OrderAnswer> => {
      orders.push(mode);
      const answer = answers.shift() ?? 'done';
      if (answer === 'done') door.mode = mode;
      await duringOrder();
      return answer;
    },
  } as unknown as ReaderKeeper;
  const modes = new ReaderModes({ store, clock, readers: () => [keeper], ended: () => undefined });
  return {
    store,
    clock,
    keeper,
    orders,
    alarms,
    door,
    during: (work: () => Promise<void>) => {
      duringOrder = work;
    },
    isOff: () => modes.isOff(reader.id),
    bring: async (wanted: ScheduledMode): Promise<boolean> => {
      const isThere = await modes.bring(reader, wanted);
      await clock.settle();
      return isThere;
    },
  };
};

describe('an order of a schedule', () => {
  it('that was not obeyed is given again, after twice as long each time, and is an alarm', async () => {
    const failures = new Array<OrderAnswer>(10).fill('failed');
    const { bring, clock, orders, alarms, store } = await openModes(failures);
    await bring('unlocked');
    for (let waitMs = firstWaitMs; orders.length < 10; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      const count = orders.length;
      await clock.advance(waitMs - 1);
      await bring('unlocked');
      expect(orders).toHaveLength(count);
      await clock.advance(1);
      await bring('unlocked');
      expect(orders).toHaveLength(count + 1);
    }
    expect(alarms).toEqual(new Array(10 - triesBeforeAlarm + 1).fill('mode.notSet failed'));
    await clock.advance(longestWaitMs);
    await bring('unlocked');
    expect([await bring('unlocked'), orders.length]).toEqual([true, 11]);
    expect((await store.audit.newest(9)).map(({ what }) => what)).toEqual(['schedule.refused', 'schedule.mode']);
  });

  it('that failed on the way back leaves no door open', async () => {
    const { bring, clock, door } = await openModes(['done', 'tooMany', 'staleNumber', 'notDone']);
    await bring('unlocked');
    for (let step = 0; step < 20; step += 1) {
      await bring('own');
      await clock.advance(firstWaitMs);
    }
    expect(door.mode).toBe('cardOrPin');
  });

  it('toward another mode does not wait for what an earlier one waits for', async () => {
    const { bring, orders } = await openModes(['failed', 'offline', 'done']);
    for (const wanted of ['unlocked', 'unlocked', 'locked', 'locked', 'locked'] as const) await bring(wanted);
    expect(orders).toEqual(['unlocked', 'locked', 'locked']);
  });

  it('is not given to a door that a person locks at that moment', async () => {
    const { bring, during, orders, store, keeper, clock, door } = await openModes([]);
    await bring('unlocked');
    during(async () => {
      during(async () => undefined);
      await orderByHand(store, keeper, 'locked');
    });
    await bring('cardOnly');
    await clock.advance(firstWaitMs);
    expect([await bring('own'), await bring('own'), door.mode]).toEqual([true, true, 'locked']);
    expect(orders).toEqual(['unlocked', 'cardOnly', 'locked']);
  });
});

describe('a mode that a person orders', () => {
  it('is as if nobody had ordered it where the reader does not obey, and counts where nobody knows', async () => {
    const { bring, store, keeper, orders } = await openModes(['failed', 'done', 'lost']);
    expect(await orderByHand(store, keeper, 'locked')).toBe('failed');
    await bring('unlocked');
    expect(await orderByHand(store, keeper, 'locked')).toBe('lost');
    expect([await bring('cardOnly'), orders]).toEqual([true, ['locked', 'unlocked', 'locked']]);
  });
});

describe('a reader in the mode of its schedule', () => {
  it('is off when it says something else, once that can be of after the order', async () => {
    const { bring, isOff, clock, door } = await openModes([]);
    await bring('unlocked');
    expect([isOff(), await bring('unlocked')]).toEqual([false, true]);
    door.mode = 'cardOrPin';
    expect(isOff()).toBe(false);
    await clock.advance(60_000);
    expect([isOff(), await bring('unlocked'), door.mode, isOff()]).toEqual([true, false, 'unlocked', false]);
  });
});
