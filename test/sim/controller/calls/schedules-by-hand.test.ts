/** What people do to doors that have schedules, and what doors do by themselves: locks that stay, modes that come back, schedules that are refused. Virtual time begins on a Monday at 08:00 UTC. */
import { describe, expect, it } from 'vitest';
import type { ManagerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import type { RequestOf } from '../../../../sim/controller/api/route.ts';
import { taken } from '../rig.ts';
import { openProduct, type Product } from './rig.ts';

const minuteMs = 60_000;
type Mode = RequestOf<ManagerRoutes['setMode']>['body']['mode'];
type Row = readonly [from: string, until: string, mode: Mode];

const bodyOf = (rows: readonly Row[]) => ({
  name: 'Modes',
  kind: 'readerMode' as const,
  times: rows.map(([from, until, mode]) => ({ days: [1, 2, 3, 4, 5, 6, 7, 8], from, until, mode })),
});
const scheduled = async ({ manager }: Product, ...rows: readonly Row[]): Promise<number> =>
  taken(await manager.ask('addSchedule', { body: bodyOf(rows) })).id;
const doorOf = ({ reader }: Product) => ({ params: { id: String(reader) } });
const give = async (product: Product, schedule: number): Promise<void> => {
  taken(await product.manager.ask('changeReader', { ...doorOf(product), body: { schedule } }));
};
const set = async (product: Product, mode: Mode): Promise<string> =>
  taken(await product.inTime(product.manager.ask('setMode', { ...doorOf(product), body: { mode, isMeant: true } }))).sentence;
const byHand = async ({ manager }: Product) => taken(await manager.ask('listReaders')).readers[0]?.byHand;
const modeAfter = async ({ clock, line }: Product, minutes: number): Promise<string | undefined> => {
  await clock.advance(minutes * minuteMs + 1_000);
  return line.readers[0]?.state.door?.mode;
};

describe('a door that a person has locked', () => {
  it('stays so through its schedule, until a person sets another mode, and then until the next change', async () => {
    const product = await openProduct('cardOrPin');
    await product.inStep();
    await give(product, await scheduled(product, ['08:02', '08:06', 'cardAndPin'], ['08:10', '08:20', 'unlocked']));
    expect(await modeAfter(product, 3)).toBe('cardAndPin');
    expect(await set(product, 'locked')).toBe('Done. It stays locked, whatever its schedule says, until somebody sets another mode.');
    const modes = [await modeAfter(product, 4), await modeAfter(product, 5)];
    const held = [await byHand(product)];
    expect(await set(product, 'cardOnly')).toBe('Done.');
    held.push(await byHand(product));
    modes.push(await modeAfter(product, 3), await modeAfter(product, 7));
    held.push(await byHand(product));
    expect(modes).toEqual(['locked', 'locked', 'cardOnly', 'cardOnly']);
    expect(held).toEqual(['locked', 'cardOnly', null]);
    expect((await product.store.audit.newest(50)).filter(({ what }) => what === 'schedule.mode').map(({ detail }) => detail)).toEqual([
      'door 1: cardOnly',
      'door 1: cardAndPin',
    ]);
  });

  it('stays so where it was locked before it had a schedule', async () => {
    const product = await openProduct('cardOrPin');
    await product.inStep();
    expect(await set(product, 'locked')).toBe('Done.');
    await give(product, await scheduled(product, ['08:00', '09:00', 'unlocked']));
    expect(await modeAfter(product, 5)).toBe('locked');
  });
});

describe('a door where a PIN alone opens later', () => {
  const issuedAt = async ({ manager }: Product): Promise<(string | undefined)[]> => {
    const codes: (string | undefined)[] = [];
    for (let count = 0; count < 9; count += 1) {
      const { id } = taken(await manager.ask('addPerson', { body: { name: 'Somebody' } }));
      const issued = await manager.ask('newPin', { params: { id: String(id) }, body: { length: 4 } });
      codes.push(issued.ok ? undefined : issued.failure.code);
    }
    return codes;
  };
  const eightAndNoMore = [...new Array(8).fill(undefined), 'codeSpaceTooSmall'];

  it('gets no more codes than it bears then, by its schedule', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    await product.clock.advance(5_000);
    await give(product, await scheduled(product, ['08:10', '09:00', 'pinOnly']));
    expect(await issuedAt(product)).toEqual(eightAndNoMore);
  });

  it('gets no more codes than it bears outside of its schedule', async () => {
    const product = await openProduct('cardOrPin');
    await product.inStep();
    await give(product, await scheduled(product, ['08:01', '18:00', 'cardAndPin']));
    expect(await modeAfter(product, 3)).toBe('cardAndPin');
    expect(await issuedAt(product)).toEqual(eightAndNoMore);
  });

  it('does not limit the codes of a door where none opens alone at any time', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    await product.clock.advance(5_000);
    await give(product, await scheduled(product, ['08:10', '09:00', 'cardOnly']));
    expect(await issuedAt(product)).toEqual(new Array(9).fill(undefined));
  });
});

describe('a reader that starts anew', () => {
  it('is put into the mode of its schedule again', async () => {
    const product = await openProduct('cardOrPin');
    await product.inStep();
    await give(product, await scheduled(product, ['08:01', '18:00', 'unlocked']));
    expect(await modeAfter(product, 3)).toBe('unlocked');
    product.door.cutPower();
    await product.clock.advance(20_000);
    await product.door.powerOn();
    expect(await modeAfter(product, 5)).toBe('unlocked');
  });

  it('is left in the mode that a person has set since', async () => {
    const product = await openProduct('cardOrPin');
    await product.inStep();
    await give(product, await scheduled(product, ['08:01', '18:00', 'unlocked']));
    expect(await modeAfter(product, 3)).toBe('unlocked');
    await set(product, 'cardOnly');
    product.door.cutPower();
    await product.clock.advance(20_000);
    await product.door.powerOn();
    expect(await modeAfter(product, 5)).toBe('cardOnly');
  });
});

describe('the modes of a schedule', () => {
  it('are refused as a mode that is set is: when it is given, when it changes, and with another model', async () => {
    const product = await openProduct('cardOnly');
    const { manager } = product;
    await product.inStep();
    taken(await manager.ask('addPerson', { body: { name: 'No PIN' } }));
    const id = await scheduled(product, ['09:00', '10:00', 'pinOnly']);
    const ask = (body: RequestOf<ManagerRoutes['changeReader']>['body']) => manager.ask('changeReader', { ...doorOf(product), body });
    expect(await ask({ schedule: id })).toMatchObject({ failure: { code: 'peopleLackPin' } });
    taken(await ask({ schedule: id, isMeant: true }));
    expect(await ask({ model: 'RP10', isMeant: true })).toMatchObject({ failure: { code: 'modeNeedsKeypad' } });
    taken(await ask({ name: 'Front', schedule: id }));
    const change = (mode: Mode, isMeant: boolean) =>
      manager.ask('changeSchedule', { params: { id: String(id) }, body: { ...bodyOf([['09:00', '10:00', mode]]), isMeant } });
    expect(await change('cardAndPin', false)).toMatchObject({ failure: { code: 'peopleLackPin' } });
    taken(await change('cardAndPin', true));
    taken(await change('cardOnly', false));
    taken(await ask({ model: 'RP10' }));
    expect(await change('pinOnly', true)).toMatchObject({ failure: { code: 'modeNeedsKeypad' } });
  });

  it('are a manager’s to give to a door, and an installer’s to leave as they are', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    const id = await scheduled(product, ['00:00', '00:00', 'unlocked']);
    const installer = await product.as('installer');
    const ask = (schedule: number | null) => installer.ask('changeReader', { ...doorOf(product), body: { name: 'Front', schedule } });
    expect(await ask(id)).toMatchObject({ failure: { code: 'notAllowed' } });
    expect(taken(await ask(null))).toMatchObject({ name: 'Front', schedule: null });
    await give(product, id);
    expect(await ask(null)).toMatchObject({ failure: { code: 'notAllowed' } });
  });
});

describe('somebody new', () => {
  it('stands in no table before the hours of their schedule', async () => {
    const { manager, store, clock } = await openProduct();
    const times = [{ days: [1, 2, 3, 4, 5, 6, 7], from: '20:00', until: '21:00', mode: null }];
    const schedule = taken(await manager.ask('addSchedule', { body: { name: 'Evening', kind: 'personAccess', times } })).id;
    const eve = taken(await manager.ask('addPerson', { body: { name: 'Eve', schedule } }));
    const bea = taken(await manager.ask('addPerson', { body: { name: 'Bea' } }));
    taken(await manager.ask('changePerson', { params: { id: String(bea.id) }, body: { revision: 1, change: { schedule } } }));
    await clock.advance(1_000);
    const records = await store.people.records();
    expect(records.map(({ given, isOutOfHours, revision }) => [given.person, isOutOfHours, revision])).toEqual([
      [eve.id, true, 1],
      [bea.id, true, 2],
    ]);
    expect((await store.people.changedSince(0)).map(({ after }) => after?.person)).toEqual([]);
  });
});

describe('a page of people', () => {
  it('goes on where the last of the page before is gone', async () => {
    const { manager } = await openProduct();
    for (const name of ['A', 'B', 'C', 'D']) taken(await manager.ask('addPerson', { body: { name } }));
    const first = taken(await manager.ask('listPeople', { query: { limit: '2' } }));
    const after = String(first.next);
    taken(await manager.ask('removePerson', { params: { id: after } }));
    const second = taken(await manager.ask('listPeople', { query: { limit: '2', after, afterName: 'B' } }));
    expect(second.people.map(({ name }) => name)).toEqual(['C', 'D']);
  });
});

describe('what is said of schedules and holidays', () => {
  it('is refused where no calendar has the day', async () => {
    const { manager } = await openProduct();
    const holiday = (day: string) => manager.ask('putSettings', { body: { holidays: [{ day, name: 'Feast' }] } });
    for (const day of ['2026-02-31', '2026-02-29', '2026-04-31', '2026-13-01']) expect((await holiday(day)).ok, day).toBe(false);
    for (const day of ['2028-02-29', '2026-12-31']) expect((await holiday(day)).ok, day).toBe(true);
  });

  it('is refused where a row has more days than there are', async () => {
    const { manager } = await openProduct();
    const add = (days: number[]) =>
      manager.ask('addSchedule', { body: { name: 'Office', kind: 'personAccess', times: [{ days, from: '09:00', until: '17:00', mode: null }] } });
    expect((await add([1, 2, 3, 4, 5, 6, 7, 8])).ok).toBe(true);
    expect(await add(new Array<number>(9).fill(1))).toMatchObject({ failure: { code: 'notValid', where: [{ at: 'times.0.days' }] } });
  });

  it('finds by a character that no keyboard types whoever has it, and nobody else', async () => {
    const { manager } = await openProduct();
    for (const name of ['Ann', 'B\u0000b', '100%']) taken(await manager.ask('addPerson', { body: { name } }));
    const found = async (find: string): Promise<readonly string[]> =>
      taken(await manager.ask('listPeople', { query: { find } })).people.map(({ name }) => name);
    expect([await found('\u0000'), await found('%'), await found('ANN'), await found('\u0000B')]).toEqual([
      ['B\u0000b'],
      ['100%'],
      ['Ann'],
      ['B\u0000b'],
    ]);
  });
});
