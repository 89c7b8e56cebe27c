/** Schedules over the API, down to the door: modes of a reader, hours of people, and uses that all readers have seen together. Virtual time begins on a Monday at 08:00 UTC. */
import { describe, expect, it } from 'vitest';
import type { ManagerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import type { AnswerOf, RequestOf } from '../../../../sim/controller/api/route.ts';
import { countUse } from '../../../../sim/controller/use-counts.ts';
import type { Entry } from '../../../../src/journal/entry.ts';
import { taken } from '../rig.ts';
import { openProduct, type Product } from './rig.ts';

const minuteMs = 60_000;

type NewSchedule = RequestOf<ManagerRoutes['addSchedule']>['body'];

const daily = (
  kind: NewSchedule['kind'],
  rows: readonly (readonly [from: string, until: string, mode: NewSchedule['times'][number]['mode']])[],
): NewSchedule => ({
  name: 'Daily',
  kind,
  times: rows.map(([from, until, mode]) => ({ days: [1, 2, 3, 4, 5, 6, 7, 8], from, until, mode })),
});

const scheduled = async ({ manager }: Product, body: NewSchedule): Promise<number> => taken(await manager.ask('addSchedule', { body })).id;

const give = async (product: Product, schedule: number | null, manager = product.manager): Promise<void> => {
  taken(await manager.ask('changeReader', { params: { id: String(product.reader) }, body: { schedule } }));
};

/** As the reader says when it is asked, which is once a minute. */
const modeAfter = async ({ clock }: Product, minutes: number, line: Product['line']): Promise<string | undefined> => {
  await clock.advance(minutes * minuteMs + 1_000);
  return line.readers[0]?.state.door?.mode;
};

const orders = async ({ store }: Product): Promise<readonly string[]> =>
  (await store.audit.newest(50))
    .filter(({ what }) => what.startsWith('schedule.m'))
    .map(({ by, detail }) => `${by} ${detail}`)
    .toReversed();

const withPin = async ({ manager }: Product, schedule: number | null): Promise<{ readonly id: string; readonly digits: string }> => {
  const id = String(taken(await manager.ask('addPerson', { body: { name: 'Ada', schedule } })).id);
  return { id, digits: taken(await manager.ask('newPin', { params: { id }, body: {} })).digits };
};

const tries = async (product: Product, digits: string): Promise<string> => {
  await product.clock.advance(12_000);
  await product.inStep();
  return product.types(`${digits}#`);
};

describe('a schedule of a reader', () => {
  it('sets its mode when it is time, and the reader’s own afterwards', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    await give(
      product,
      await scheduled(
        product,
        daily('readerMode', [
          ['08:02', '08:04', 'cardOrPin'],
          ['08:04', '08:06', 'unlocked'],
        ]),
      ),
    );
    const modes: (string | undefined)[] = [];
    for (let step = 0; step < 8; step += 1) modes.push(await modeAfter(product, 1, product.line));
    expect(modes.filter((mode, at) => mode !== modes[at - 1])).toEqual(['cardAndPin', 'cardOrPin', 'unlocked', 'cardAndPin']);
    expect(await orders(product)).toEqual(['controller door 1: cardOrPin', 'controller door 1: unlocked', 'controller door 1: cardAndPin']);
  });

  it('is caught up once by a controller that was off, and a mode set by hand stays until the next change', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    await give(
      product,
      await scheduled(
        product,
        daily('readerMode', [
          ['08:02', '08:30', 'cardOnly'],
          ['09:00', '09:01', 'locked'],
        ]),
      ),
    );
    const second = await product.restart(3 * minuteMs);
    expect(await modeAfter(product, 2, second.line)).toBe('cardOnly');
    const asked = { params: { id: String(product.reader) }, body: { mode: 'pinOnly', isMeant: true } } as const;
    expect(taken(await product.inTime(second.manager.ask('setMode', asked))).answer).toBe('done');
    const third = await product.restart(minuteMs);
    expect(await modeAfter(product, 3, third.line)).toBe('pinOnly');
    expect(await orders(product)).toEqual(['controller door 1: cardOnly']);
    await give(product, null, third.manager);
    expect(await modeAfter(product, 2, third.line)).toBe('cardAndPin');
  });

  it('goes back to the mode that was set by hand a moment before', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    await give(product, await scheduled(product, daily('readerMode', [['08:02', '08:04', 'locked']])));
    await product.clock.advance(110_000 - (product.clock.nowMs() % minuteMs));
    const asked = { params: { id: String(product.reader) }, body: { mode: 'cardOnly' } } as const;
    expect(taken(await product.inTime(product.manager.ask('setMode', asked))).answer).toBe('done');
    expect(await modeAfter(product, 1, product.line)).toBe('locked');
    expect(await modeAfter(product, 3, product.line)).toBe('cardOnly');
  });

  it('waits for a reader that is not there, and orders the mode of then', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    await give(
      product,
      await scheduled(
        product,
        daily('readerMode', [
          ['08:02', '08:04', 'unlocked'],
          ['08:04', '08:20', 'cardOnly'],
        ]),
      ),
    );
    await product.door.stop();
    await product.clock.advance(5 * minuteMs);
    expect(product.line.readers[0]?.state.isOnline).toBe(false);
    await product.door.powerOn();
    expect(await modeAfter(product, 3, product.line)).toBe('cardOnly');
    expect(await orders(product)).toEqual(['controller door 1: cardOnly']);
  });

  it('follows the site’s time zone and its holidays as soon as they change', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    const times = [
      { days: [1], from: '09:00', until: '10:00', mode: 'cardOnly' as const },
      { days: [8], from: '09:00', until: '10:00', mode: 'locked' as const },
    ];
    await give(product, await scheduled(product, { name: 'Monday', kind: 'readerMode', times }));
    expect(await modeAfter(product, 2, product.line)).toBe('cardAndPin');
    taken(await product.manager.ask('putSettings', { body: { timeZone: 'Europe/Berlin' } }));
    expect(await modeAfter(product, 2, product.line)).toBe('cardOnly');
    taken(await product.manager.ask('putSettings', { body: { holidays: [{ day: '2026-01-05', name: 'Feast' }] } }));
    expect(await modeAfter(product, 2, product.line)).toBe('locked');
  });
});

describe('a schedule that a reader refuses', () => {
  it('is in the audit once, and its next change is ordered again', async () => {
    const product = await openProduct('cardOnly', { model: 'RP10' });
    await product.inStep();
    const rows = [
      ['08:01', '08:03', 'pinOnly'],
      ['08:03', '08:05', 'locked'],
    ] as const;
    await give(product, await scheduled(product, daily('readerMode', rows)));
    expect(await modeAfter(product, 2, product.line)).toBe('cardOnly');
    expect(await modeAfter(product, 2, product.line)).toBe('locked');
    expect(await modeAfter(product, 2, product.line)).toBe('cardOnly');
    const lines = (await product.store.audit.newest(50)).filter(({ by }) => by === 'controller');
    expect(lines.map(({ what, detail }) => `${what} ${detail}`).toReversed()).toEqual([
      'schedule.mode door 1: pinOnly',
      'schedule.refused door 1: pinOnly',
      'schedule.mode door 1: locked',
      'schedule.mode door 1: cardOnly',
    ]);
  });

  it('is not given to one of another kind, nor one that is not there', async () => {
    const product = await openProduct();
    const { manager } = product;
    const [ofPeople, ofReaders] = [
      await scheduled(product, daily('personAccess', [['08:00', '17:00', null]])),
      await scheduled(product, daily('readerMode', [['08:00', '17:00', 'locked']])),
    ];
    const { id, revision } = taken(await manager.ask('addPerson', { body: { name: 'Ada' } }));
    const refusals = [
      ...[ofReaders, 99].map((schedule) => manager.ask('addPerson', { body: { name: 'Bea', schedule } })),
      ...[ofReaders, 99].map((schedule) => manager.ask('changePerson', { params: { id: String(id) }, body: { revision, change: { schedule } } })),
      ...[ofPeople, 99].map((schedule) => manager.ask('changeReader', { params: { id: String(product.reader) }, body: { schedule } })),
    ];
    for (const refusal of await Promise.all(refusals)) expect(refusal).toMatchObject({ failure: { code: 'notValid', where: [{ at: 'schedule' }] } });
  });
});

describe('a schedule of people', () => {
  it('lets them in at its hours, keeps their code, and follows a change at once', async () => {
    const product = await openProduct();
    const id = await scheduled(product, daily('personAccess', [['08:02', '08:04', null]]));
    await withPin(product, null);
    const { digits } = await withPin(product, id);
    expect(await tries(product, digits)).toBe('credential.notFound');
    await product.clock.advance(2 * minuteMs);
    expect(await tries(product, digits)).toBe('access.granted');
    await product.clock.advance(2 * minuteMs);
    expect(await tries(product, digits)).toBe('credential.notFound');
    const body = daily('personAccess', [['08:00', '09:00', null]]);
    taken(await product.manager.ask('changeSchedule', { params: { id: String(id) }, body }));
    expect(await tries(product, digits)).toBe('access.granted');
    expect((await product.store.audit.newest(50)).some(({ what }) => what === 'person.changed')).toBe(false);
  });

  it('is caught up by a controller that was off', async () => {
    const product = await openProduct();
    const { digits } = await withPin(product, await scheduled(product, daily('personAccess', [['07:00', '08:02', null]])));
    expect(await tries(product, digits)).toBe('access.granted');
    await product.restart(5 * minuteMs);
    await product.clock.advance(5_000);
    expect(await product.types(`${digits}#`)).toBe('credential.notFound');
  });
});

describe('uses of a person', () => {
  it('are counted over all readers, and the last one takes them out until there is a new limit', async () => {
    const product = await openProduct();
    const { id, digits } = await withPin(product, null);
    const limit = async (uses: { readonly limit: number } | null): Promise<AnswerOf<ManagerRoutes['changePerson']>> => {
      const { revision } = taken(await product.manager.ask('getPerson', { params: { id } }));
      return taken(await product.manager.ask('changePerson', { params: { id }, body: { revision, change: { uses } } }));
    };
    expect((await limit({ limit: 3 })).uses).toEqual({ limit: 3, used: 0 });
    await product.clock.advance(5_000);
    expect(await tries(product, digits)).toBe('access.granted');
    // Another reader, whose events came up late, has let them in meanwhile; a grant of before the limit is none of these.
    const person = Number(id);
    const at = product.clock.wall().ms;
    await grantElsewhere(product, person, at - 1_000, 1);
    await grantElsewhere(product, person, at - 60 * minuteMs, 2);
    expect(taken(await product.manager.ask('getPerson', { params: { id } }))).toMatchObject({ uses: { limit: 3, used: 2 }, state: 'active' });
    // Taken out within the second: the last thing that the door tells of is its new table.
    expect(await tries(product, digits)).toBe('table.applied');
    await product.clock.advance(5_000);
    expect(taken(await product.manager.ask('getPerson', { params: { id } }))).toMatchObject({ uses: { limit: 3, used: 3 }, state: 'noUsesLeft' });
    expect(await tries(product, digits)).toBe('credential.notFound');
    expect(await limit({ limit: 5 })).toMatchObject({ uses: { limit: 5, used: 0 } });
    await product.clock.advance(5_000);
    expect(await tries(product, digits)).toBe('access.granted');
    await product.clock.advance(5_000);
    expect(await limit(null)).toMatchObject({ uses: null });
    expect(await tries(product, digits)).toBe('access.granted');
  });
});

/** An event of a reader that this line has not. */
const grantElsewhere = async ({ store }: Product, person: number, wallMs: number, sequence: number): Promise<void> => {
  const entry: Entry = {
    epoch: '00000000000000aa',
    sequence,
    boot: 1,
    monotonicMs: 0,
    wallMs,
    wallTrusted: true,
    code: 'access.granted',
    person,
    fields: {},
  };
  await store.write((within) =>
    countUse(within, { reader: 2, epoch: entry.epoch, sequence, receivedMs: wallMs, entry, bytes: Uint8Array.of(sequence) }),
  );
};

describe('the calls about schedules', () => {
  it('add, change, list and remove them, in the audit', async () => {
    const product = await openProduct();
    const { manager } = product;
    const [hours, modes] = [daily('personAccess', [['08:00', '17:00', null]]), daily('readerMode', [['08:00', '17:00', 'unlocked']])];
    const id = await scheduled(product, hours);
    expect(taken(await manager.ask('listSchedules')).schedules).toEqual([{ ...hours, id }]);
    const asked = { params: { id: String(id) } };
    expect(await manager.ask('changeSchedule', { ...asked, body: modes })).toMatchObject({ failure: { code: 'notValid', where: [{ at: 'kind' }] } });
    const renamed = { ...hours, name: 'Office' };
    expect(taken(await manager.ask('changeSchedule', { ...asked, body: renamed }))).toEqual({ ...renamed, id });
    const { id: person, revision } = taken(await manager.ask('addPerson', { body: { name: 'Ada', schedule: id } }));
    expect(await manager.ask('removeSchedule', asked)).toMatchObject({ failure: { code: 'inUse' } });
    taken(await manager.ask('changePerson', { params: { id: String(person) }, body: { revision, change: { schedule: null } } }));
    taken(await manager.ask('removeSchedule', asked));
    expect(await manager.ask('removeSchedule', asked)).toMatchObject({ failure: { code: 'notFound' } });
    expect(await manager.ask('changeSchedule', { ...asked, body: hours })).toMatchObject({ failure: { code: 'notFound' } });
    const lines = (await product.store.audit.newest(20)).filter(({ what }) => what.startsWith('schedule.'));
    expect(lines.map(({ what, detail }) => `${what} ${detail}`).toReversed()).toEqual([
      'schedule.added Daily',
      'schedule.changed Office',
      'schedule.removed Office',
    ]);
    expect(product.told.filter((message) => message.kind === 'changed' && message.what === 'schedules')).toHaveLength(3);
  });

  it('refuse rows that make no sense for whom they are, and too many of them', async () => {
    const { manager } = await openProduct();
    const refusals = [
      daily('readerMode', [['08:00', '17:00', null]]),
      daily('personAccess', [
        ['08:00', '17:00', null],
        ['18:00', '19:00', 'locked'],
      ]),
      daily('personAccess', new Array(51).fill(['08:00', '17:00', null])),
    ];
    const places = ['times.0.mode', 'times.1.mode', 'times'];
    for (const [at, body] of refusals.entries()) {
      expect(await manager.ask('addSchedule', { body })).toMatchObject({ failure: { code: 'notValid', where: [{ at: places[at] }] } });
      expect(await manager.ask('changeSchedule', { params: { id: '1' }, body })).toMatchObject({ failure: { code: 'notValid' } });
    }
  });

  it('are the managers’, and others only look', async () => {
    const product = await openProduct();
    const installer = await product.as('installer');
    expect(taken(await installer.ask('listSchedules')).schedules).toEqual([]);
    const body = daily('personAccess', [['08:00', '17:00', null]]);
    expect(await installer.ask('addSchedule', { body })).toMatchObject({ failure: { code: 'notAllowed' } });
    expect(await installer.ask('removeSchedule', { params: { id: '1' } })).toMatchObject({ failure: { code: 'notAllowed' } });
  });
});
