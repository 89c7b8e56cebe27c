/** People files over the API: what is taken in, what is refused and why, and that a file that was given out says the same when it comes back. */
import { describe, expect, it } from 'vitest';
import { present } from '../../../../src/shared/assert.ts';
import { taken } from '../rig.ts';
import { openProduct, type Product } from './rig.ts';

const add = async ({ manager }: Product, name: string): Promise<string> => String(taken(await manager.ask('addPerson', { body: { name } })).id);
const take = ({ manager }: Product, csv: string, isTrial = false) => manager.ask('importPeople', { body: { csv, isTrial } });
const give = async ({ manager }: Product, withPins: boolean): Promise<string> => taken(await manager.ask('exportPeople', { body: { withPins } })).csv;
const whereOf = async (product: Product, csv: string): Promise<readonly string[]> => {
  const refused = await take(product, csv);
  return refused.ok ? [] : (refused.failure.where ?? []).map(({ at, expected }) => `${at}: ${expected}`);
};
const nothingNew = { added: 0, changed: 0, removed: 0 };

describe('a people file that comes in', () => {
  it('stands in place of everybody, with names and codes, and only says so as a trial', async () => {
    const product = await openProduct();
    await add(product, 'Zoe');
    const csv = 'person,name,pin,cards\n1,Ada,073916,26:0x123456\n7,Bea,,TEXT7\n';
    const counts = { added: 1, changed: 1, removed: 0, unchanged: 0 };
    expect(taken(await take(product, csv, true))).toMatchObject(counts);
    expect(taken(await product.manager.ask('listPeople')).people.map(({ name }) => name)).toEqual(['Zoe']);
    expect(taken(await take(product, csv))).toEqual(counts);
    expect(taken(await take(product, csv))).toEqual({ ...nothingNew, unchanged: 2 });
    expect(taken(await product.manager.ask('listPeople')).people).toMatchObject([
      { id: 1, name: 'Ada', pin: { length: 6 }, cards: [{ bits: 26 }] },
      { id: 7, name: 'Bea', pin: null },
    ]);
    await product.inStep();
    expect(await product.types('073916#')).toBe('access.granted');
    expect(taken(await take(product, 'person,name\n7,Bea\n'))).toEqual({ added: 0, changed: 0, removed: 1, unchanged: 1 });
    expect(taken(await product.manager.ask('getPerson', { params: { id: '7' } })).cards).toHaveLength(1);
  });

  it('is taken by the stamp of its trial only while it would do the same', async () => {
    const product = await openProduct();
    const { manager } = product;
    await add(product, 'Ada');
    const csv = 'person,name\n1,Adah\n2,Bea\n';
    const tries = async (): Promise<string> => present(taken(await take(product, csv, true)).stamp, 'a trial has a stamp');
    const takes = (stamp: string, text = csv) => manager.ask('importPeople', { body: { csv: text, isTrial: false, stamp } });
    const changed = { ok: false, failure: { code: 'changedMeanwhile' } };
    const first = await tries();
    expect(first).not.toMatch(/073916/);
    expect(await takes(first, 'person,name\n1,Adah\n')).toMatchObject(changed);
    taken(await manager.ask('changePerson', { params: { id: '1' }, body: { revision: 1, change: { name: 'Ida' } } }));
    expect(await takes(first)).toMatchObject(changed);
    const second = await tries();
    await add(product, 'Zoe');
    expect(await takes(second)).toMatchObject(changed);
    expect(taken(await manager.ask('listPeople')).people.map(({ name }) => name)).toEqual(['Ida', 'Zoe']);
    const third = await tries();
    expect(await tries()).toBe(third);
    expect(taken(await takes(third))).toEqual({ added: 0, changed: 2, removed: 0, unchanged: 0 });
  });

  it('leaves alone what it has no column for', async () => {
    const product = await openProduct();
    const id = await add(product, 'Ada');
    taken(await product.manager.ask('newPin', { params: { id }, body: { digits: '073916' } }));
    const change = { email: 'ada@example.org', isSuspended: true, uses: { limit: 3 }, extendedTime: true };
    taken(await product.manager.ask('changePerson', { params: { id }, body: { revision: 2, change } }));
    expect(taken(await take(product, 'person,name\n1,\n'))).toEqual({ ...nothingNew, unchanged: 1 });
    expect(taken(await take(product, 'person,uses\n1,3\n'))).toEqual({ ...nothingNew, unchanged: 1 });
    expect(taken(await take(product, 'person,name,uses\n1,Adah,4\n')).changed).toBe(1);
    const after = taken(await product.manager.ask('getPerson', { params: { id } }));
    expect(after).toMatchObject({ ...change, name: 'Adah', uses: { limit: 4, used: 0 }, pin: { length: 6 } });
    expect(taken(await take(product, 'person,uses\n1,\n')).changed).toBe(1);
    expect(taken(await product.manager.ask('getPerson', { params: { id } })).uses).toBeNull();
  });

  it('with mistakes is refused whole, each by line and column, and repeats no code', async () => {
    const product = await openProduct();
    expect(await take(product, 'nobody\n')).toMatchObject({ failure: { code: 'fileNotValid', sentence: 'The file has mistakes.' } });
    expect(await whereOf(product, 'person,pin\n1,0739\n2,0739\nx,08\n')).toEqual([
      'line 3, pin: The same is in line 2, pin already; two people cannot share it, and one cannot have it twice.',
      'line 4, person: It must be a whole number, 1 to 4294967295.',
      expect.stringContaining('line 4, pin: A PIN has at least 4 digits.'),
    ]);
    expect(await whereOf(product, '')).toEqual([expect.stringContaining('file: The file is empty.')]);
    expect(await whereOf(product, `person,name\n1,${'a'.repeat(81)}\n`)).toEqual(['line 2, name: A name has at most 80 characters.']);
    taken(await take(product, 'person,valid_until\n1,2030-01-01T00:00Z\n'));
    expect(await whereOf(product, 'person,valid_from\n1,2031-01-01T00:00Z\n')).toEqual(['line 2, valid_until: It ends before it begins.']);
    expect(taken(await product.manager.ask('listPeople')).total).toBe(1);
  });

  it('gives nobody a code that is easy to guess or still rests', async () => {
    const product = await openProduct();
    taken(await take(product, 'person,pin\n1,073916\n'));
    taken(await take(product, 'person,pin\n1,902764\n'));
    const sentence = 'This code is not available. Choose another.';
    expect(await whereOf(product, 'person,pin,duress_pin\n1,902764,\n2,073916,123456\n')).toEqual([
      `line 3, pin: ${sentence}`,
      `line 3, duress_pin: ${sentence}`,
    ]);
  });

  it('that makes guessing too easy is refused as one more code is, as a trial too, unless it is meant', async () => {
    const product = await openProduct();
    const pins = ['0739', '9027', '4816', '2958', '7163', '6304', '8251', '6175', '5084'];
    const file = (count: number): string =>
      `person,pin\n${pins
        .slice(0, count)
        .map((pin, at) => `${at + 1},${pin}`)
        .join('\n')}\n`;
    const sentence = 'Too many people for codes of this length: guessing would be too easy.';
    const refused = { ok: false, failure: { code: 'codeSpaceTooSmall', sentence } };
    expect([await take(product, file(9)), await take(product, file(9), true)]).toMatchObject([refused, refused]);
    expect(taken(await take(product, file(8))).added).toBe(8);
    expect(await take(product, file(9))).toMatchObject(refused);
    expect(await take(product, 'person,duress_pin\n1,5084\n2,\n3,\n4,\n5,\n6,\n7,\n8,\n')).toMatchObject(refused);
    const meant = { body: { csv: file(9), isTrial: false, isMeant: true } };
    expect(taken(await product.manager.ask('importPeople', meant)).added).toBe(1);
    const named = file(9)
      .replaceAll('person,pin', 'person,pin,name')
      .replaceAll(/(\d{4})\n/g, '$1,Ada\n');
    expect(taken(await take(product, named))).toMatchObject({ added: 0, changed: 9 });
  });

  it('may hold as many codes as it likes where none opens alone', async () => {
    const product = await openProduct('cardAndPin');
    await product.inStep();
    await product.clock.advance(5_000);
    const pins = ['0739', '9027', '4816', '2958', '7163', '6304', '8251', '6175', '5084'];
    const csv = `person,pin\n${pins.map((pin, at) => `${at + 1},${pin}`).join('\n')}\n`;
    expect(taken(await take(product, csv)).added).toBe(9);
  });

  it('leaves accesses of bookings alone, and takes neither their numbers nor their codes and cards', async () => {
    const product = await openProduct();
    taken(await take(product, 'person,pin,cards\n1,073916,CARD1\n2,902764,CARD2\n'));
    const { bookings } = product.store;
    const booking = await bookings.add({ title: 'B', unit: '1', fromMs: 0, untilMs: Date.UTC(2099, 0) });
    await bookings.addAccess({ booking, label: 'Van', person: 2, state: 'active' }, 'Auto Grant', { by: 'operator', atMs: 0 });
    expect(await give(product, true)).not.toContain('902764');
    expect(await whereOf(product, 'person,pin,cards\n2,,\n3,902764,CARD2\n')).toEqual([
      'line 2, person: This number is that of an access of a booking.',
      'line 3, pin: This code is not available. Choose another.',
      'line 3, cards: Another person has this card.',
    ]);
    expect(taken(await take(product, 'person\n'))).toEqual({ added: 0, changed: 0, removed: 1, unchanged: 0 });
    expect((await product.store.people.record(2))?.given.pin).toBeDefined();
  });
});

describe('a people file that goes out', () => {
  const names = ['Ada', '=HYPERLINK("x")', "'=1", "''+2", "O'Brien", '@sum', '-3', 'a, "b"\nc', '＝wide', 'Ünï'];

  it('changes nothing when it comes back, with PINs and without', async () => {
    const product = await openProduct();
    for (const name of names) {
      const id = await add(product, name);
      taken(await product.manager.ask('newPin', { params: { id }, body: {} }));
    }
    const params = { id: '1' };
    taken(await product.manager.ask('newDuressPin', { params, body: {} }));
    for (const card of ['26:0x123456', '37:0x0', '=CARD+1', '"quoted",', '0417'])
      taken(await product.manager.ask('addCard', { params, body: { card } }));
    const { revision } = taken(await product.manager.ask('getPerson', { params }));
    const change = {
      validFrom: '2026-01-02T03:04:05.000Z',
      validUntil: '2031-01-01T00:00:00.000Z',
      uses: { limit: 3 },
      extendedTime: true,
      offlinePriority: true,
      pinExempt: true,
    };
    taken(await product.manager.ask('changePerson', { params, body: { revision, change } }));
    await add(product, 'Without anything');
    for (const withPins of [true, false]) {
      const csv = await give(product, withPins);
      expect(taken(await take(product, csv)), csv).toEqual({ ...nothingNew, unchanged: names.length + 1 });
      expect(csv.split('\r\n').filter((line) => /(^|,)"?[=+@＝-]/.test(line))).toEqual([]);
    }
    const listed = taken(await product.manager.ask('listPeople')).people.map(({ name }) => name);
    expect(new Set(listed)).toEqual(new Set([...names, 'Without anything']));
  });

  it('holds codes only where somebody asked for them, and the audit has either', async () => {
    const product = await openProduct();
    const id = await add(product, 'Ada');
    taken(await product.manager.ask('newPin', { params: { id }, body: { digits: '073916' } }));
    expect(await give(product, false)).not.toContain('073916');
    expect(await give(product, true)).toContain('073916');
    const lines = (await product.store.audit.newest(2)).map(({ by, what, detail }) => [by, what, detail]);
    expect(lines).toEqual([
      ['operator', 'people.exported', '1 people, with PINs'],
      ['operator', 'people.exported', '1 people, without PINs'],
    ]);
  });
});

describe('the file of one person', () => {
  it('has all that is kept of them, without codes and whole card numbers', async () => {
    const product = await openProduct();
    const id = await add(product, '=Ada');
    taken(await product.manager.ask('newPin', { params: { id }, body: { digits: '073916' } }));
    taken(await product.manager.ask('newPin', { params: { id }, body: { digits: '902764' } }));
    taken(await product.manager.ask('addCard', { params: { id }, body: { card: '26:0x123456' } }));
    taken(await product.manager.ask('addCard', { params: { id }, body: { card: 'CANARY77' } }));
    const times = [{ days: [1, 2, 3, 4, 5, 6, 7, 8], from: '00:00', until: '00:00', mode: null }];
    const schedule = await product.store.schedules.add({ name: 'Office', kind: 'personAccess', times });
    const change = { uses: { limit: 9 }, schedule };
    taken(await product.manager.ask('changePerson', { params: { id }, body: { revision: 5, change } }));
    const { bookings, sendings } = product.store;
    const booking = await bookings.add({ title: 'Move', unit: '', fromMs: 0, untilMs: Date.UTC(2099, 0) });
    await bookings.addAccess({ booking, label: 'Van', person: Number(id), state: 'active' }, 'Auto Grant', { by: 'clock', atMs: 0 });
    await sendings.add({ atMs: 0, trigger: 'pin.changed', way: 'email', person: Number(id), content: 'text' });
    await product.as('tenant', Number(id));
    await product.inStep();
    await product.types('902764#');
    await product.clock.advance(5_000);
    const { csv } = taken(await product.manager.ask('exportPerson', { params: { id } }));
    const rows = csv.split('\r\n').map((row) =>
      row
        .split(',')
        .filter((_, at) => at !== 1)
        .join(','),
    );
    for (const row of [
      `person,name,"'=Ada"`,
      'person,schedule,Office',
      'person,uses,1 of 9',
      'pin,issued,"6 digits',
      'pin,retired,',
      'card,…80,26 bits',
      'card,…77,text',
      'booking,Move,until 2099-01-01T00:00:00.000Z',
      'access,Van,active',
      'access,Auto Grant,clock',
      'user,tenant,tenant',
      'notice,pin.changed,"email',
      'audit,person.exported,operator',
      'event,access.granted,door 1: Access Granted',
    ]) {
      expect(
        rows.some((line) => line.startsWith(row)),
        `${row}\n${csv}`,
      ).toBe(true);
    }
    for (const secret of ['073916', '902764', 'CANARY', '123456']) expect(csv.includes(secret), secret).toBe(false);
    expect(present((await product.store.audit.newest(1))[0], 'a line').what).toBe('person.exported');
    expect(await product.manager.ask('exportPerson', { params: { id: '99' } })).toMatchObject({ failure: { code: 'notFound' } });
  });
});
