/** What the controller keeps of people beside what readers are told: names, suspension, whose PIN it is and was. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { ControllerStore, controllerFileName } from '../../../sim/controller/controller-store.ts';
import { migrations } from '../../../sim/controller/migrations.ts';
import { maxWaitingChanges, type PeopleDesk } from '../../../sim/controller/people-desk.ts';
import { type KeptPerson, unnamed } from '../../../sim/controller/person-record.ts';
import { restOfPinMs } from '../../../sim/controller/pin-store.ts';
import { SecretBox } from '../../../sim/controller/secret-box.ts';
import { Card } from '../../../src/access/card.ts';
import type { Pin } from '../../../src/access/pin.ts';
import { present } from '../../../src/shared/assert.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import type { GivenPerson } from '../../../src/table/given-person.ts';
import { addReader, crypto, deskOf, foundSite, peopleFile, pinOf, Rig, type Site, scratchDirectory, taken } from './rig.ts';

const nobody: Omit<GivenPerson, 'person'> = {
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
const cardOf = (text: string): Card => new Card('text', new TextEncoder().encode(text), text.length);
const detailsOf = (name: string, email?: string): Omit<KeptPerson, 'given'> => {
  const { given: _, ...details } = unnamed({ ...nobody, person: 1 });
  return { ...details, name, email };
};
const named = async (desk: PeopleDesk, names: readonly string[]): Promise<void> => {
  for (const [at, name] of names.entries())
    taken(await desk.add({ ...nobody, cards: [cardOf(`CARD${at}`)] }, detailsOf(name, `${name.toLowerCase()}@example.org`)));
};
const isTaken = async ({ store }: Site, pin: Pin, nowMs: number): Promise<boolean> => (await store.pins.taken(nowMs)).has(store.pins.tagOf(pin));
const startMs = Date.UTC(2026, 0, 5, 8);

describe('the record of a person', () => {
  it('has a number of its own, a name, and a revision that rises with each change', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    expect(taken(await desk.add({ ...nobody, pin: pinOf('0417') }, detailsOf('Ada')))).toBe(1);
    expect(taken(await desk.add(nobody, detailsOf('Bo', 'bo@example.org')))).toBe(2);
    const ada = present(await place.store.people.record(1), 'Ada');
    expect([ada.name, ada.email, ada.revision, ada.pin]).toEqual([
      'Ada',
      undefined,
      1,
      { length: 4, issuedMs: startMs, issuedBy: 'controller', change: 1 },
    ]);
    taken(await desk.change(1, 1, (record) => ({ ...record, name: 'Ada L.' }), 'mia'));
    expect(await desk.change(1, 1, (record) => ({ ...record, name: 'Ada M.' }))).toEqual({ ok: false, failure: 'changedMeanwhile' });
    expect(await desk.change(9, undefined, (record) => record)).toEqual({ ok: false, failure: 'unknownPerson' });
    expect([(await place.store.people.record(1))?.name, (await place.store.people.stand()).change]).toEqual(['Ada L.', 2]);
  });

  it('is told to no reader where only the name has changed, and is no change where nothing has', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    await named(desk, ['Ada']);
    expect(taken(await desk.change(1, undefined, (record) => ({ ...record, name: 'Eve' }))).people).toBe(1);
    expect(taken(await desk.change(1, undefined, (record) => ({ ...record, given: { ...record.given } }))).people).toBe(0);
    expect([await place.store.people.stand(), (await place.store.people.record(1))?.revision]).toEqual([{ change: 1, revocation: 0 }, 2]);
  });

  it('keeps name and suspension over an import', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    await named(desk, ['Ada', 'Bo']);
    taken(await desk.change(1, undefined, (record) => ({ ...record, isSuspended: true })));
    taken(await desk.importFile(peopleFile({ 1: '0417', 3: '2468' })));
    const records = await place.store.people.records();
    expect(records.map(({ given, name, isSuspended }) => [given.person, name, isSuspended])).toEqual([
      [1, 'Ada', true],
      [3, '', false],
    ]);
  });

  it('stands in no table while the person is suspended, and again with the same PIN afterwards', async () => {
    const rig = await Rig.open();
    await rig.inStep();
    taken(await rig.people.change(1, undefined, (record) => ({ ...record, isSuspended: true })));
    expect(await rig.until(() => !rig.opens('0417'), 1_000)).toBe(true);
    await rig.inStep();
    taken(await rig.people.rollPin(1, pinOf('1357')));
    expect([await rig.inStep(), rig.opens('1357'), rig.reader.table.state()?.persons]).toEqual([true, false, 1]);
    taken(await rig.people.change(1, undefined, (record) => ({ ...record, isSuspended: false })));
    expect([await rig.inStep(), rig.opens('1357'), rig.opens('0417')]).toEqual([true, true, false]);
    const { pin } = present(await rig.store.people.record(1), 'a person');
    expect(pin?.change).toBe((await rig.store.people.stand()).change);
  });

  it('is found page by page, by name, by part of a name, and by what is lacking', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    await named(desk, ['Cy', 'Ada', 'Bo', 'Ada', '100 %', 'x_y']);
    taken(await desk.put({ ...nobody, person: 9, pin: pinOf('0417') }));
    const { people } = place.store;
    const first = await people.list({ limit: 4 });
    const second = await people.list({ limit: 4, after: first.next });
    expect([first, second].map((page) => [page.people.map(({ given, name }) => `${given.person} ${name}`), page.total, page.next])).toEqual([
      [['9 ', '5 100 %', '2 Ada', '4 Ada'], 7, 4],
      [['3 Bo', '1 Cy', '6 x_y'], 7, undefined],
    ]);
    const found = async (find: string): Promise<readonly string[]> => (await people.list({ find, limit: 9 })).people.map(({ name }) => name);
    expect([await found('aD'), await found('%'), await found('_'), await found('BO@example')]).toEqual([['Ada', 'Ada'], ['100 %'], ['x_y'], ['Bo']]);
    expect([(await people.list({ lacks: 'pin', limit: 9 })).total, (await people.list({ lacks: 'card', limit: 9 })).total]).toEqual([6, 1]);
  });

  it('names each card by a number that stays while the others change', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    taken(await desk.add({ ...nobody, cards: [cardOf('A1'), cardOf('B2')] }, detailsOf('Ada')));
    const cards = async (): Promise<unknown> =>
      (await place.store.people.cardsOf(present(await place.store.people.record(1), 'Ada'))).map(({ id, card }) => `${id} ${card.tail}`);
    expect(await cards()).toEqual(['1 A1', '2 B2']);
    taken(await desk.change(1, undefined, (record) => ({ ...record, given: { ...record.given, cards: [cardOf('B2'), cardOf('C3')] } })));
    expect(await cards()).toEqual(['2 B2', '3 C3']);
  });

  it('is refused where too many changes wait', async () => {
    const desk = deskOf(await foundSite());
    const asked = Array.from({ length: maxWaitingChanges + 2 }, () => desk.remove(1));
    const ends = await Promise.allSettled(asked);
    expect(ends.map(({ status }) => status)).toEqual([...new Array(maxWaitingChanges + 1).fill('fulfilled'), 'rejected']);
  });
});

describe('a PIN that was somebody’s', () => {
  it('is theirs until it is rolled, and then rests for a year', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    taken(await desk.importFile(peopleFile({ 1: '0417', 2: '2468' })));
    expect([await place.store.pins.holder(pinOf('0417')), await place.store.pins.holder(pinOf('9999'))]).toEqual([1, undefined]);
    taken(await desk.rollPin(1, pinOf('135790')));
    const { pins } = place.store;
    expect(await pins.retiredOf(1)).toEqual([{ person: 1, retiredMs: startMs, change: 3 }]);
    const at = (nowMs: number): Promise<readonly boolean[]> =>
      Promise.all(['0417', '135790', '8642'].map((pin) => isTaken(place, pinOf(pin), nowMs)));
    expect([await at(startMs), await at(startMs + restOfPinMs - 1), await at(startMs + restOfPinMs)]).toEqual([
      [true, true, false],
      [true, true, false],
      [false, true, false],
    ]);
    expect(await pins.lengths()).toEqual(
      new Map([
        [4, 1],
        [6, 1],
      ]),
    );
    await pins.forgetRested(startMs + restOfPinMs - 1);
    expect((await pins.retiredOf(1)).length).toBe(1);
    await pins.forgetRested(startMs + restOfPinMs);
    expect(await pins.retiredOf(1)).toEqual([]);
  });

  it('rests for as long as a reader may know it', async () => {
    const place = await foundSite();
    const { id } = await addReader(place, 1);
    const desk = deskOf(place);
    taken(await desk.importFile(peopleFile({ 1: '0417' })));
    taken(await desk.rollPin(1, pinOf('1357')));
    const late = startMs + 2 * restOfPinMs;
    expect([await isTaken(place, pinOf('0417'), late), await place.store.pins.unconfirmed(1), await place.store.pins.unconfirmed(2)]).toEqual([
      true,
      1,
      0,
    ]);
    const state = { version: 1, contentHash: new Uint8Array(32), persons: 1, credentials: 1, revocation: 0 };
    await place.store.site.keepInForce(id, { state, throughChange: 1, baseVersion: 0 });
    expect(await isTaken(place, pinOf('0417'), late)).toBe(true);
    await place.store.site.keepInForce(id, { state, throughChange: 2, baseVersion: 0 });
    expect(await isTaken(place, pinOf('0417'), late)).toBe(false);
  });

  it('is not retired where it only became the duress PIN, or went to somebody else in the same file', async () => {
    const place = await foundSite();
    const desk = deskOf(place);
    const file = (rows: string): Uint8Array => new TextEncoder().encode(`person,pin,duress_pin\n${rows}`);
    taken(await desk.importFile(file('1,0417,9999\n2,2468,')));
    taken(await desk.importFile(file('1,9999,0417\n2,2468,')));
    expect(await place.store.pins.retiredOf(1)).toEqual([]);
    taken(await desk.importFile(file('1,2468,\n2,9999,')));
    expect([await place.store.pins.holder(pinOf('2468')), await place.store.pins.holder(pinOf('9999'))]).toEqual([1, 2]);
    expect((await place.store.pins.retiredOf(1)).length).toBe(2);
  });
});

describe('a database of before people had records', () => {
  it('opens with its people, finds them by their credentials, and has no clear card numbers once they are written again', async () => {
    const [directory, siteKey] = [scratchDirectory(), new SecretBytes(crypto.randomBytes(32))];
    const old = new DatabaseSync(join(directory, controllerFileName));
    const box = new SecretBox(crypto, siteKey);
    const pin = Buffer.from(box.sealPin('doorpad/controller/pin/7', pinOf('0417'))).toString('base64');
    const cards = [{ form: 'text', length: 2, hex: Buffer.from('A1').toString('hex') }];
    const facts = { pinExempt: false, extendedTime: false, offlinePriority: false };
    old.exec(`${migrations[0]} PRAGMA user_version = 1`);
    old
      .prepare('INSERT INTO site (id, site, authority_seed, last_change) VALUES (1, ?, ?, 5)')
      .run(new Uint8Array(16), box.sealKey('doorpad/controller/authority', new SecretBytes(new Uint8Array(32))));
    old.prepare('INSERT INTO person VALUES (?, ?)').run(7, JSON.stringify({ form: 1, pin, cards, facts }));
    old.prepare('INSERT INTO person VALUES (?, ?)').run(8, JSON.stringify({ form: 1, cards: [], facts }));
    old.close();
    for (const _ of ['first', 'again']) {
      const store = await ControllerStore.open({ directory, siteKey, crypto });
      const record = present(await store.people.record(7), 'a person');
      expect([record.given.pin?.reveal(), record.pin, record.name, record.revision]).toEqual([
        '0417',
        { length: 4, issuedMs: 0, issuedBy: '', change: 5 },
        '',
        1,
      ]);
      expect([await store.pins.holder(pinOf('0417')), (await store.people.cardsOf(record)).map(({ id, card }) => [id, card.tail])]).toEqual([
        7,
        [[2, 'A1']],
      ]);
      await store.close();
    }
  });

  it('is not opened with another site key, and lets go of the file', async () => {
    const place = await foundSite();
    taken(await deskOf(place).importFile(peopleFile({ 1: '0417' })));
    await place.store.close();
    const other = new DatabaseSync(join(place.directory, controllerFileName));
    other.exec('UPDATE site SET has_tags = 0');
    other.close();
    const opened = ControllerStore.open({ directory: place.directory, siteKey: new SecretBytes(new Uint8Array(32)), crypto });
    await expect(opened).rejects.toMatchObject({ code: 'disk.damaged' });
  });
});
