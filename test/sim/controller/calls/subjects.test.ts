/** People, readers, events, settings and users over the API: who may, what is refused, what is seen of it. */
import { describe, expect, it } from 'vitest';
import type { ManagerRouteName } from '../../../../sim/controller/api/manager-routes.ts';
import { managerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import { roles } from '../../../../sim/controller/api/route.ts';
import { taken } from '../rig.ts';
import { openProduct, type Product } from './rig.ts';

let product: Product;

const add = async (name: string): Promise<string> => String(taken(await product.manager.ask('addPerson', { body: { name } })).id);
const audited = async (): Promise<readonly string[]> =>
  (await product.store.audit.newest(100)).map(({ what, detail }) => `${what} ${detail}`.trimEnd()).toReversed();

describe('a person over the API', () => {
  it('is added, found, changed and removed', async () => {
    product = await openProduct();
    const id = await add('Ada');
    await add('Bea');
    const change = { email: 'ada@example.org', validUntil: '2031-01-01T00:00:00.000Z', uses: { limit: 3 }, extendedTime: true };
    const changed = taken(await product.manager.ask('changePerson', { params: { id }, body: { revision: 1, change } }));
    expect(changed).toMatchObject({ ...change, uses: { limit: 3, used: 0 }, revision: 2, state: 'active' });
    const listed = taken(await product.manager.ask('listPeople', { query: { find: 'ada@' } }));
    expect([listed.total, listed.people[0]?.name, listed.next]).toEqual([1, 'Ada', null]);
    expect(taken(await product.manager.ask('listPeople', { query: { limit: '1' } }))).toMatchObject({ total: 2, next: 1 });
    expect(taken(await product.manager.ask('removePerson', { params: { id } }))).toEqual({ done: true });
    expect(await product.manager.ask('getPerson', { params: { id } })).toMatchObject({ failure: { code: 'notFound' } });
    expect(await product.manager.ask('removePerson', { params: { id } })).toMatchObject({ failure: { code: 'notFound' } });
    expect(await audited()).toEqual(['person.added', 'person.added', 'person.changed email, validUntil, uses, extendedTime', 'person.removed']);
  });

  it('that somebody else changed meanwhile stays as they made it', async () => {
    product = await openProduct();
    const id = await add('Ada');
    const rename = (name: string, revision: number) => product.manager.ask('changePerson', { params: { id }, body: { revision, change: { name } } });
    expect(taken(await rename('Adah', 1)).name).toBe('Adah');
    expect(await rename('Adam', 1)).toMatchObject({ failure: { code: 'changedMeanwhile' } });
    expect(taken(await product.manager.ask('getPerson', { params: { id } })).name).toBe('Adah');
  });

  it('is in a state that says why they may not enter', async () => {
    product = await openProduct();
    const id = await add('Ada');
    let revision = 1;
    const states: string[] = [];
    const past = '2001-01-01T00:00:00.000Z';
    for (const change of [
      { isSuspended: true },
      { isSuspended: false, validUntil: past },
      { validUntil: null, validFrom: '2099-01-01T00:00:00.000Z' },
    ]) {
      states.push(taken(await product.manager.ask('changePerson', { params: { id }, body: { revision, change } })).state);
      revision += 1;
    }
    expect(states).toEqual(['suspended', 'expired', 'notYetValid']);
    const wrong = await product.manager.ask('changePerson', { params: { id }, body: { revision, change: { validUntil: past } } });
    expect(wrong).toMatchObject({ failure: { code: 'untilBeforeFrom' } });
  });

  it('has cards by number, each of one person, shown by their last digits', async () => {
    product = await openProduct();
    const [ada, bea] = [await add('Ada'), await add('Bea')];
    const give = (id: string, card: string) => product.manager.ask('addCard', { params: { id }, body: { card } });
    const [card] = taken(await give(ada, '26:0x123456')).cards;
    expect(card).toMatchObject({ bits: 26 });
    expect(card?.shown).toHaveLength(3);
    expect(await give(bea, '26:0x123456')).toMatchObject({ failure: { code: 'cardTaken' } });
    for (const card of ['no card', 'A;B']) expect(await give(bea, card)).toMatchObject({ failure: { code: 'cardNotValid' } });
    expect(await product.manager.ask('addCard', { params: { id: bea }, body: { unknownCard: 9 } })).toMatchObject({ failure: { code: 'notFound' } });
    const gone = await product.manager.ask('removeCard', { params: { id: ada, card: String(card?.id) } });
    expect(taken(gone).cards).toEqual([]);
    expect(await product.manager.ask('removeCard', { params: { id: ada, card: '77' } })).toMatchObject({ failure: { code: 'notFound' } });
  });

  it('is given the card that came up after an order to enrol', async () => {
    product = await openProduct();
    const id = await add('Ada');
    await product.inStep();
    const reader = { params: { id: String(product.reader) } };
    expect(taken(await product.inTime(product.manager.ask('enrol', reader)))).toEqual({ answer: 'done', sentence: 'Done.' });
    await product.door.swipe('X');
    await product.clock.advance(5_000);
    const { events } = taken(await product.manager.ask('listEvents', { query: { what: 'card.enrolled' } }));
    const unknownCard = events[0]?.unknownCard ?? 0;
    expect(unknownCard).toBeGreaterThan(0);
    expect(taken(await product.manager.ask('addCard', { params: { id }, body: { unknownCard } })).cards).toHaveLength(1);
    await product.inStep();
    await product.door.swipe('X');
    await product.clock.advance(1_000);
    expect(product.door.happened.last?.event).toMatchObject({ code: 'access.granted', person: 1 });
  });
});

describe('a card that came up', () => {
  it('is the one its event tells of, also where another looks the same, and is of the form in which it is read', async () => {
    product = await openProduct();
    const id = await add('Ada');
    await product.inStep();
    const reader = { params: { id: String(product.reader) } };
    for (const card of ['FIRST77', 'SECOND77']) {
      taken(await product.inTime(product.manager.ask('enrol', reader)));
      product.door.cardReader.presentText(card);
      await product.clock.advance(10_000);
    }
    const { events } = taken(await product.manager.ask('listEvents', { query: { what: 'card.enrolled' } }));
    expect(events.map(({ fields }) => fields.card)).toEqual(['77', '77']);
    const first = events[1]?.unknownCard ?? 0;
    expect(taken(await product.manager.ask('addCard', { params: { id }, body: { unknownCard: first } })).cards).toMatchObject([{ bits: null }]);
    await product.inStep();
    const codes: string[] = [];
    for (const card of ['FIRST77', 'SECOND77']) {
      product.door.cardReader.presentText(card);
      await product.clock.advance(6_000);
      codes.push(
        product.door.happened.entries.findLast(({ event }) => event.code === 'access.granted' || event.code === 'credential.notFound')?.event.code ??
          '',
      );
    }
    expect(codes).toEqual(['access.granted', 'credential.notFound']);
  });
});

describe('a reader over the API', () => {
  it('tells how it is, takes a mode by order, and releases its strike', async () => {
    product = await openProduct();
    await product.inStep();
    await product.clock.advance(1_000);
    const [reader] = taken(await product.manager.ask('listReaders')).readers;
    expect(reader).toMatchObject({ name: 'door 1', isOnline: true, mode: 'cardOrPin', hasKeypad: true, table: { state: 'inStep', oldCodes: 0 } });
    const params = { id: String(product.reader) };
    expect(taken(await product.inTime(product.manager.ask('setMode', { params, body: { mode: 'cardOnly' } }))).answer).toBe('done');
    expect(product.door.reader.mode).toBe('cardOnly');
    expect(taken(await product.inTime(product.manager.ask('release', { params }))).answer).toBe('done');
    expect(product.door.strike.isEnergised).toBe(true);
    expect(taken(await product.inTime(product.manager.ask('setClock', { params }))).sentence).not.toBe('');
    expect(taken(await product.inTime(product.manager.ask('acceptSettings', { params })))).toMatchObject({ answer: 'notWaiting' });
    expect(taken(await product.manager.ask('retryTable', { params }))).toEqual({ done: true });
    const orders = ['setMode', 'release', 'setClock', 'acceptSettings'];
    const lines = await audited();
    expect(lines.filter((line) => !line.includes('.ended'))).toEqual([...orders.map((what) => `order.${what} door 1`), 'table.retried door 1']);
    expect(lines.filter((line) => line.includes('.ended')).map((line) => line.replace(/(setClock.*): .*/, '$1'))).toEqual([
      'order.setMode.ended door 1: done',
      'order.release.ended door 1: done',
      'order.setClock.ended door 1',
      'order.acceptSettings.ended door 1: notWaiting',
    ]);
  });

  it('whose settings wait says so until they are accepted by order', async () => {
    let isAccepted = false;
    const accept = async (): Promise<void> => {
      isAccepted = true;
    };
    product = await openProduct('cardOrPin', {}, { waitingSettings: { hash: new Uint8Array(32).fill(0xa7), accept } });
    const params = { id: String(product.reader) };
    await product.inStep();
    await product.clock.advance(5_000);
    expect(taken(await product.manager.ask('listReaders')).readers).toMatchObject([{ settingsWait: true, alarms: [{ alarm: 'settings.refused' }] }]);
    expect([taken(await product.inTime(product.manager.ask('acceptSettings', { params }))).answer, isAccepted]).toEqual(['done', true]);
  });

  it('without a keypad, without a line or unknown is asked for nothing', async () => {
    product = await openProduct();
    const params = { id: String(product.reader) };
    expect(await product.manager.ask('release', { params })).toMatchObject({ failure: { code: 'readerOffline' } });
    const renamed = taken(await product.manager.ask('changeReader', { params, body: { name: 'Back', model: 'RP10', schedule: null } }));
    expect(renamed).toMatchObject({ name: 'Back', model: 'RP10', hasKeypad: false, schedule: null });
    expect(await product.manager.ask('setMode', { params, body: { mode: 'cardAndPin', isMeant: true } })).toMatchObject({
      failure: { code: 'modeNeedsKeypad' },
    });
    for (const name of ['release', 'enrol', 'retryTable', 'setClock'] as const) {
      expect(await product.manager.ask(name, { params: { id: '99' } }), name).toMatchObject({ failure: { code: 'notFound' } });
    }
  });
});

describe('the activity log over the API', () => {
  it('has the display texts of the site’s profile, newest first, by page and filter, and as CSV without formulas', async () => {
    product = await openProduct();
    const id = await add('=HYPERLINK("x")');
    taken(await product.manager.ask('newPin', { params: { id }, body: { digits: '593817' } }));
    await product.inStep();
    await product.types('593817#');
    await product.types('593818#');
    await product.clock.advance(5_000);
    const wrong = { query: { what: 'credential.notFound' } };
    expect(taken(await product.manager.ask('listEvents', wrong)).events[0]).toMatchObject({
      text: 'Deny Access - Card/PIN Not Found',
      class: 'deny',
      readerName: 'door 1',
      person: null,
    });
    taken(await product.manager.ask('putSettings', { body: { profile: 'genea-2025' } }));
    expect(taken(await product.manager.ask('listEvents', wrong)).events[0]?.text).toBe('Access Denied - Card/PIN Not Found');
    expect(taken(await product.manager.ask('listEvents', { query: { find: 'hyper', what: 'grant' } }))).toMatchObject({ total: 1 });
    expect(taken(await product.manager.ask('listEvents', { query: { find: 'nobody' } })).total).toBe(0);
    const first = taken(await product.manager.ask('personEvents', { params: { id }, query: { limit: '1' } }));
    expect(first).toMatchObject({ next: null, events: [{ code: 'access.granted', personName: '=HYPERLINK("x")' }] });
    const page = taken(await product.manager.ask('listEvents', { query: { limit: '1' } }));
    const older = taken(await product.manager.ask('listEvents', { query: { limit: '1', after: String(page.next) } }));
    expect((older.events[0]?.id ?? 0) < (page.events[0]?.id ?? 0)).toBe(true);
    const { csv } = taken(await product.manager.ask('exportEvents', { query: { person: id } }));
    expect(csv.split('\r\n')[1]).toContain(`,"'=HYPERLINK(""x"")",`);
  });
});

describe('settings and users over the API', () => {
  it('keep what was not named, and refuse a time zone that nobody knows', async () => {
    product = await openProduct();
    expect(await product.manager.ask('putSettings', { body: { timeZone: 'Moon/Sea' } })).toMatchObject({ failure: { code: 'notValid' } });
    const put = taken(await product.manager.ask('putSettings', { body: { timeZone: 'Europe/Berlin', keepEventsDays: 30 } }));
    expect(put.settings).toMatchObject({ timeZone: 'Europe/Berlin', keepEventsDays: 30, pinLength: 6 });
    expect(taken(await product.manager.ask('listAudit')).lines.map(({ what, by }) => [what, by])).toEqual([['settings.changed', 'operator']]);
  });

  it('know each user once, tenants as persons, and keep the last manager', async () => {
    product = await openProduct();
    const id = Number(await add('Ada'));
    const make = (name: string, role: (typeof roles)[number], person?: number) =>
      product.manager.ask('addUser', { body: { name, role, password: 'a long password', ...(person === undefined ? {} : { person }) } });
    const mia = taken(await make('mia', 'manager'));
    expect(await make('mia', 'auditor')).toMatchObject({ failure: { code: 'nameTaken' } });
    expect([await make('tom', 'tenant'), await make('tim', 'manager', id), await make('tam', 'tenant', 99)]).toEqual(
      new Array(3).fill(expect.objectContaining({ ok: false, failure: expect.objectContaining({ code: 'notValid' }) })),
    );
    const ada = taken(await make('ada', 'tenant', id));
    expect(taken(await product.manager.ask('listUsers')).users.map(({ name, person, personName }) => [name, person, personName])).toEqual([
      ['ada', id, 'Ada'],
      ['mia', null, null],
    ]);
    expect(await product.manager.ask('removeUser', { params: { id: String(mia.id) } })).toMatchObject({ failure: { code: 'lastManager' } });
    expect(taken(await product.manager.ask('removeUser', { params: { id: String(ada.id) } }))).toEqual({ done: true });
    expect(await product.manager.ask('removeUser', { params: { id: '99' } })).toMatchObject({ failure: { code: 'notFound' } });
  });

  it('let each role do what its rows say, and nothing else', async () => {
    product = await openProduct();
    const id = Number(await add('Ada'));
    for (const role of roles) {
      const client = await product.as(role, role === 'tenant' ? id : undefined);
      for (const [name, route] of Object.entries(managerRoutes)) {
        const may: readonly string[] | 'anyone' = route.may;
        if (may === 'anyone' || may.includes(role)) continue;
        const params = { id: '1', card: '1' };
        expect(await client.ask(name as ManagerRouteName, { params } as never), `${role} ${name}`).toMatchObject({ failure: { code: 'notAllowed' } });
      }
    }
    expect(taken(await product.manager.ask('listPeople')).people).toHaveLength(1);
  });
});
