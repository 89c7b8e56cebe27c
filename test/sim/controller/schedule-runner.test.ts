/** What is due by the clock, without a line: weeks, changes of the clock, a disk that fails, and what costs nothing. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { BookingDesk, maxWaitingBookings } from '../../../sim/controller/booking-desk.ts';
import { PeopleDesk } from '../../../sim/controller/people-desk.ts';
import { unnamed } from '../../../sim/controller/person-record.ts';
import { PinDesk } from '../../../sim/controller/pin-desk.ts';
import { retryMs, ScheduleRunner, wallWatchMs } from '../../../sim/controller/schedule-runner.ts';
import { putSiteSettings, siteSettingsOf, withSettings } from '../../../sim/controller/site-settings.ts';
import { countUse, isUsedUp, usedOf } from '../../../sim/controller/use-counts.ts';
import { VirtualClock, type VirtualClockOptions } from '../../../sim/virtual-clock.ts';
import type { Entry } from '../../../src/journal/entry.ts';
import { present } from '../../../src/shared/assert.ts';
import type { GivenPerson } from '../../../src/table/given-person.ts';
import { crypto, foundSite, holdDisk, lockDatabase, taken } from './rig.ts';

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];

const ada: GivenPerson = {
  person: 1,
  pin: undefined,
  duressPin: undefined,
  cards: [],
  pinExempt: false,
  validFromS: undefined,
  validUntilS: undefined,
  uses: undefined,
  extendedTime: false,
  offlinePriority: false,
};

const allDays = [1, 2, 3, 4, 5, 6, 7];
const hours = (from: string, until: string, days = allDays) => ({ days, from, until, mode: null });

const openDesks = async (options: VirtualClockOptions = {}) => {
  const place = await foundSite();
  const { store } = place;
  const clock = new VirtualClock(options);
  const failures: unknown[] = [];
  const people: PeopleDesk = new PeopleDesk({
    store,
    crypto,
    clock,
    changing: async (_, changes) => runner.note(changes),
    changed: () => runner.look(),
  });
  const pins = new PinDesk({ store, people, clock, crypto, floor: () => Promise.resolve(undefined) });
  const bookings = new BookingDesk({ store, people, pins, clock });
  let movedCount = 0;
  const moved = (): void => {
    movedCount += 1;
  };
  const newRunner = (): ScheduleRunner =>
    new ScheduleRunner({ store, clock, people, bookings, readers: () => [], moved, failed: (thrown) => failures.push(thrown) });
  let runner = newRunner();
  onTestFinished(() => runner.stop());
  const isOut = async (): Promise<boolean> => present(await store.people.record(1), 'Ada is there').isOutOfHours;
  /** Ada, with these times. */
  const schedule = async (...times: ReturnType<typeof hours>[]): Promise<number> => {
    const id = await store.schedules.add({ name: 'Hours', kind: 'personAccess', times });
    taken(await people.add(ada, { ...unnamed(ada), schedule: id }));
    return id;
  };
  return {
    place,
    store,
    clock,
    people,
    bookings,
    failures,
    isOut,
    schedule,
    moved: () => movedCount,
    runner: () => runner,
    restart: () => {
      runner.stop();
      runner = newRunner();
      runner.look();
    },
  };
};

const settle = (clock: VirtualClock): Promise<void> => clock.advance(1_000);

describe('what is due', () => {
  it('is done each day for six weeks, and through a change of the clock', async () => {
    // Berlin: a day of 23 hours on 29 March 2026.
    const { store, clock, runner, isOut, schedule } = await openDesks({ wallMs: Date.UTC(2026, 2, 1) });
    await putSiteSettings(store, withSettings(await siteSettingsOf(store), { timeZone: 'Europe/Berlin' }));
    await schedule(hours('08:00', '17:00'));
    runner().look();
    const edges: string[] = [];
    let before = true;
    for (let step = 0; step < 42 * 24; step += 1) {
      await settle(clock);
      const out = await isOut();
      if (out !== before) edges.push(new Date(Math.floor(clock.wall().ms / hourMs) * hourMs).toISOString().slice(5, 13));
      before = out;
      await clock.advance(hourMs - 1_000);
    }
    expect(edges).toHaveLength(2 * 42);
    expect([edges.slice(0, 2), edges.slice(54, 60)]).toEqual([
      ['03-01T07', '03-01T16'],
      ['03-28T07', '03-28T16', '03-29T06', '03-29T15', '03-30T06', '03-30T15'],
    ]);
  });

  it('is done across more days than a timer of Node’s takes', async () => {
    const { clock, runner, bookings, store, moved } = await openDesks();
    const nowMs = clock.wall().ms;
    const id = taken(await bookings.add({ title: 'Later', unit: '', fromMs: nowMs + 60 * dayMs, untilMs: nowMs + 61 * dayMs }, 'test'));
    taken(await bookings.addAccess(id, 'Guest', 'test'));
    const state = async (): Promise<string | undefined> => (await store.bookings.accessesOf([id]))[0]?.state;
    runner().look();
    await clock.advance(60 * dayMs - 1);
    expect([await state(), moved()]).toEqual(['pending', 0]);
    await clock.advance(1_001);
    expect([await state(), moved()]).toEqual(['active', 1]);
    await clock.advance(dayMs);
    expect([await state(), moved()]).toEqual(['expired', 2]);
  });

  it('follows a wall clock that is set forward or back', async () => {
    const { clock, runner, isOut, schedule } = await openDesks();
    await schedule(hours('12:00', '13:00'));
    runner().look();
    await settle(clock);
    expect(await isOut()).toBe(true);
    const beganMs = clock.wall().ms;
    clock.setWall(beganMs + 4 * hourMs);
    await clock.advance(wallWatchMs);
    expect(await isOut()).toBe(false);
    clock.setWall(beganMs);
    await clock.advance(wallWatchMs);
    expect(await isOut()).toBe(true);
  });

  it('is nothing by a clock that nobody has set', async () => {
    const { clock, runner, isOut, schedule, bookings, store } = await openDesks({ wallTrusted: false });
    await schedule(hours('12:00', '13:00'));
    const nowMs = clock.wall().ms;
    const id = taken(await bookings.add({ title: 'Now', unit: '', fromMs: nowMs - 1_000, untilMs: nowMs + minuteMs }, 'test'));
    taken(await bookings.addAccess(id, 'Guest', 'test'));
    runner().look();
    await clock.advance(10 * minuteMs);
    expect([await isOut(), (await store.bookings.accessesOf([id]))[0]?.state]).toEqual([false, 'active']);
    clock.setWall(clock.wall().ms);
    await clock.advance(wallWatchMs);
    expect([await isOut(), (await store.bookings.accessesOf([id]))[0]?.state]).toEqual([true, 'expired']);
  });

  it('is found by a controller that begins anew', async () => {
    const { clock, runner, isOut, schedule, restart } = await openDesks();
    await schedule(hours('07:00', '09:00'));
    runner().look();
    await settle(clock);
    runner().stop();
    await clock.advance(2 * hourMs);
    expect(await isOut()).toBe(false);
    restart();
    await settle(clock);
    expect(await isOut()).toBe(true);
  });

  it('lets nobody out who has a schedule of readers, or none any more', async () => {
    const { clock, runner, isOut, schedule, people, store } = await openDesks();
    await schedule(hours('12:00', '13:00'));
    runner().look();
    await settle(clock);
    expect(await isOut()).toBe(true);
    const ofReaders = await store.schedules.add({ name: 'Modes', kind: 'readerMode', times: [{ ...hours('12:00', '13:00'), mode: 'locked' }] });
    for (const schedule of [ofReaders, undefined]) {
      taken(await people.change(1, undefined, (record) => ({ ...record, schedule, isOutOfHours: true })));
      await settle(clock);
      expect(await isOut(), String(schedule)).toBe(false);
    }
  });

  it('is tried again after the disk has failed', async () => {
    const { place, clock, runner, isOut, schedule, failures } = await openDesks();
    await schedule(hours('12:00', '13:00'));
    await settle(clock);
    const unlock = lockDatabase(place);
    await clock.advance(4 * hourMs + 1_000);
    expect([await isOut(), failures.length > 0]).toEqual([true, true]);
    unlock();
    await clock.advance(retryMs);
    expect(await isOut()).toBe(false);
    runner().stop();
    const count = failures.length;
    runner().look();
    await clock.advance(dayMs);
    expect(failures).toHaveLength(count);
  });

  it('writes nothing where nothing is due', async () => {
    const { clock, runner, schedule, store } = await openDesks();
    await schedule(hours('12:00', '13:00'));
    runner().look();
    await settle(clock);
    const { revision } = present(await store.people.record(1), 'Ada is there');
    for (let look = 0; look < 20; look += 1) runner().look();
    await clock.advance(3 * hourMs);
    expect((await store.people.record(1))?.revision).toBe(revision);
  });
});

describe('bookings', () => {
  it('wait for each other up to a limit, and what comes above it is told so', async () => {
    const { place, bookings } = await openDesks();
    const letGo = holdDisk(place);
    const waiting = Array.from({ length: maxWaitingBookings + 1 }, () => bookings.cancel(9, 'test'));
    await expect(bookings.cancel(9, 'test')).rejects.toMatchObject({ code: 'queue.full' });
    letGo();
    for (const outcome of await Promise.all(waiting)) expect(outcome).toEqual({ ok: false, failure: 'notFound' });
  });
});

const grant = (fields: Partial<Entry>): Entry => ({
  epoch: '00000000000000aa',
  sequence: 1,
  boot: 1,
  monotonicMs: 0,
  wallMs: 1_000,
  wallTrusted: true,
  code: 'access.granted',
  person: 1,
  fields: {},
  ...fields,
});

describe('uses', () => {
  it('of somebody from a people file are counted, and of nobody else', async () => {
    const { store, people, runner, clock, isOut } = await openDesks();
    const given = { ...ada, uses: { limit: 2, serial: 7 } };
    taken(await people.put(given));
    const keep = (entry: Entry | undefined): Promise<void> =>
      store.write((within) => countUse(within, { reader: 1, epoch: 'a', sequence: 1, receivedMs: 0, entry, bytes: new Uint8Array() }));
    for (const entry of [undefined, grant({ code: 'pin.wrong' }), grant({ person: undefined }), grant({ person: 9 })]) await keep(entry);
    expect([await usedOf(store, given), await isUsedUp(store, given), await usedOf(store, ada)]).toEqual([0, false, 0]);
    await keep(grant({}));
    await keep(grant({ wallTrusted: false, wallMs: 0 }));
    expect([await usedOf(store, given), await isUsedUp(store, given)]).toEqual([2, true]);
    expect(await usedOf(store, { ...given, uses: { limit: 2, serial: 8 } })).toBe(0);
    const event = { reader: 1, epoch: 'a', sequence: 1, receivedMs: 0, bytes: new Uint8Array() };
    runner().event({ ...event, entry: grant({ code: 'pin.wrong' }) });
    runner().event({ ...event, entry: grant({ person: 9 }) });
    await settle(clock);
    runner().event({ ...event, entry: grant({}) });
    await settle(clock);
    expect(await isOut()).toBe(true);
  });
});
