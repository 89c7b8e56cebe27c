/** What a controller keeps survives it, is private, and is refused when it is not what was written. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { ControllerStore, controllerFileName } from '../../../sim/controller/controller-store.ts';
import { Database } from '../../../sim/controller/database.ts';
import { PeopleDesk } from '../../../sim/controller/people-desk.ts';
import { SecretBox } from '../../../sim/controller/secret-box.ts';
import { Fault } from '../../../src/shared/faults.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { addReader, crypto, foundSite, peopleFile, pinOf, scratchDirectory, taken } from './rig.ts';

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (thrown) {
    return thrown instanceof Fault ? thrown.code : String(thrown);
  }
  return 'nothing thrown';
};

describe('a secret box', () => {
  const key = new SecretBytes(new Uint8Array(32).fill(1));
  const box = new SecretBox(crypto, key);

  it('opens what it sealed, in its place only', () => {
    const sealed = box.sealPin('a', pinOf('0417'));
    expect([box.openPin('a', sealed)?.reveal(), box.openPin('b', sealed)]).toEqual(['0417', undefined]);
    const sealedKey = box.sealKey('a', key);
    expect([box.openKey('a', sealedKey)?.reveal(), box.openKey('b', sealedKey)]).toEqual([key.reveal(), undefined]);
  });

  it('opens nothing under another key, cut short, or with any bit changed', () => {
    const sealed = box.sealPin('a', pinOf('0417'));
    expect(new SecretBox(crypto, new SecretBytes(new Uint8Array(32).fill(2))).openPin('a', sealed)).toBeUndefined();
    expect(box.openPin('a', sealed.subarray(0, 20))).toBeUndefined();
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = sealed.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(box.openPin('a', changed)).toBeUndefined();
    }
  });

  it('never seals the same twice alike', () => {
    expect(box.sealPin('a', pinOf('0417'))).not.toEqual(box.sealPin('a', pinOf('0417')));
  });
});

describe('the database of a controller', () => {
  it('is private to its owner, and holds no digits', () => {
    const place = foundSite();
    taken(new PeopleDesk(place.store.people, crypto, () => undefined).importFile(peopleFile({ 1: '04170417' })));
    const path = join(place.directory, controllerFileName);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const bytes = [path, `${path}-wal`].map((file) => readFileSync(file, 'latin1')).join('');
    expect([bytes.includes('04170417'), bytes.includes(Buffer.from('CARD1').toString('hex'))]).toEqual([false, true]);
  });

  it('has everything again after a restart', () => {
    const place = foundSite();
    const reader = addReader(place, 5);
    taken(new PeopleDesk(place.store.people, crypto, () => undefined).importFile(peopleFile({ 1: '0417', 7: '7777' })));
    place.store.site.takeVersion(reader.id, 4);
    place.store.close();
    const again = new ControllerStore({ directory: place.directory, siteKey: place.siteKey, crypto });
    const [known] = again.site.readers();
    expect([known?.address, known?.tableKey.reveal(), known?.scbk.reveal()]).toEqual([5, reader.tableKey.reveal(), reader.scbk.reveal()]);
    expect(again.people.people().map(({ person, pin, cards }) => [person, pin?.reveal(), cards[0]?.tail])).toEqual([
      [1, '0417', 'D1'],
      [7, '7777', 'D7'],
    ]);
    expect([again.site.takeVersion(reader.id, 0), again.people.stand()]).toEqual([6, { change: 2, revocation: 0 }]);
    again.close();
  });

  it('is founded once, and knows each reader and address once', () => {
    const place = foundSite();
    expect(place.store.site.found({ site: place.site, authoritySeed: new SecretBytes(new Uint8Array(32)) })).toEqual({
      ok: false,
      failure: 'thereIsASite',
    });
    const { id: _, pendingScbk: __, ...known } = addReader(place, 1);
    expect(place.store.site.addReader(known)).toEqual({ ok: false, failure: 'readerKnown' });
    expect(place.store.site.addReader({ ...known, reader: new Uint8Array(16) })).toEqual({ ok: false, failure: 'addressInUse' });
  });

  it('has no number above the highest there is', () => {
    const place = foundSite();
    const { id } = addReader(place, 1);
    expect(place.store.site.takeOrderNumber(id, 0xffff_fffe)).toBe(0xffff_ffff);
    expect(place.store.site.takeOrderNumber(id, 0)).toBeUndefined();
  });

  it('gives nothing to another site key', () => {
    const place = foundSite();
    addReader(place, 1);
    taken(new PeopleDesk(place.store.people, crypto, () => undefined).importFile(peopleFile({ 1: '0417' })));
    const other = new ControllerStore({ directory: place.directory, siteKey: new SecretBytes(new Uint8Array(32)), crypto });
    expect([() => other.site.site(), () => other.site.readers(), () => other.people.people()].map(codeOf)).toEqual(new Array(3).fill('disk.damaged'));
    other.close();
  });

  it('writes all of a commit or nothing', () => {
    const database = new Database(join(scratchDirectory(), 'some.db'));
    const insert = (): number => database.run('INSERT INTO person VALUES (1, ?)', 'x');
    expect(() =>
      database.write(() => {
        insert();
        throw new Error('the power went');
      }),
    ).toThrow('the power went');
    expect(database.all('SELECT * FROM person')).toEqual([]);
    database.write(() => database.write(insert));
    expect(database.all('SELECT * FROM person').length).toBe(1);
    database.close();
    database.close();
  });

  it.each([
    ['is garbage', (path: string) => new Database(path).close(), 'disk.damaged'],
    ['is of a later program', (path: string) => new DatabaseSync(path).exec('PRAGMA user_version = 99'), 'disk.failed'],
  ])('is refused when it %s', (what, make, code) => {
    const path = join(scratchDirectory(), 'some.db');
    make(path);
    if (what === 'is garbage') spoil(path);
    expect(codeOf(() => new Database(path))).toBe(code);
  });
});

/** As a card does that forgets: the file is there, and says something else. */
const spoil = (path: string): void => {
  writeFileSync(path, readFileSync(path).fill(0x5a, 0, 64));
};
