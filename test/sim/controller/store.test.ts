/** What a controller keeps survives it, is private, and is refused when it is not what was written. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { ControllerStore, controllerFileName } from '../../../sim/controller/controller-store.ts';
import { type Access, Database } from '../../../sim/controller/database.ts';
import { SecretBox } from '../../../sim/controller/secret-box.ts';
import { maxPrepared, maxWaitingCalls } from '../../../sim/controller/sqlite-dialect.ts';
import { Fault } from '../../../src/shared/faults.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { addReader, crypto, deskOf, foundSite, holdDisk, lockDatabase, peopleFile, pinOf, scratchDirectory, taken } from './rig.ts';

const codeOf = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
  } catch (thrown) {
    return thrown instanceof Fault ? thrown.code : String(thrown);
  }
  return 'nothing thrown';
};

describe('a secret box', () => {
  const key = new SecretBytes(new Uint8Array(32).fill(1));
  const box = new SecretBox(crypto, key);

  it('opens what it sealed, in its place only', async () => {
    const sealed = box.sealPin('a', pinOf('0417'));
    expect([box.openPin('a', sealed)?.reveal(), box.openPin('b', sealed)]).toEqual(['0417', undefined]);
    const sealedKey = box.sealKey('a', key);
    expect([box.openKey('a', sealedKey)?.reveal(), box.openKey('b', sealedKey)]).toEqual([key.reveal(), undefined]);
  });

  it('opens nothing under another key, cut short, or with any bit changed', async () => {
    const sealed = box.sealPin('a', pinOf('0417'));
    expect(new SecretBox(crypto, new SecretBytes(new Uint8Array(32).fill(2))).openPin('a', sealed)).toBeUndefined();
    expect(box.openPin('a', sealed.subarray(0, 20))).toBeUndefined();
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = sealed.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(box.openPin('a', changed)).toBeUndefined();
    }
  });

  it('never seals the same twice alike', async () => {
    expect(box.sealPin('a', pinOf('0417'))).not.toEqual(box.sealPin('a', pinOf('0417')));
  });
});

describe('the database of a controller', () => {
  it('is private to its owner, and holds neither digits nor card numbers', async () => {
    const place = await foundSite();
    taken(await deskOf(place).importFile(peopleFile({ 1: '04170417' })));
    const path = join(place.directory, controllerFileName);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const bytes = [path, `${path}-wal`].map((file) => readFileSync(file, 'latin1')).join('');
    expect([bytes.includes('04170417'), bytes.includes(Buffer.from('CARD1').toString('hex'))]).toEqual([false, false]);
  });

  it('has everything again after a restart', async () => {
    const place = await foundSite();
    const reader = await addReader(place, 5);
    taken(await deskOf(place).importFile(peopleFile({ 1: '0417', 7: '7777' })));
    await place.store.site.takeVersion(reader.id, 4);
    await place.store.close();
    const again = await ControllerStore.open({ directory: place.directory, siteKey: place.siteKey, crypto });
    const [known] = await again.site.readers();
    expect([known?.address, known?.tableKey.reveal(), known?.scbk.reveal()]).toEqual([5, reader.tableKey.reveal(), reader.scbk.reveal()]);
    expect((await again.people.people()).map(({ person, pin, cards }) => [person, pin?.reveal(), cards[0]?.tail])).toEqual([
      [1, '0417', 'D1'],
      [7, '7777', 'D7'],
    ]);
    expect([await again.site.takeVersion(reader.id, 0), await again.people.stand()]).toEqual([6, { change: 2, revocation: 0 }]);
    await again.close();
  });

  it('is founded once, and knows each reader and address once', async () => {
    const place = await foundSite();
    expect(await place.store.site.found({ site: place.site, authoritySeed: new SecretBytes(new Uint8Array(32)) })).toEqual({
      ok: false,
      failure: 'thereIsASite',
    });
    const { id: _, pendingScbk: __, ...known } = await addReader(place, 1);
    expect(await place.store.site.addReader(known)).toEqual({ ok: false, failure: 'readerKnown' });
    expect(await place.store.site.addReader({ ...known, reader: new Uint8Array(16) })).toEqual({ ok: false, failure: 'addressInUse' });
  });

  it('has no number above the highest there is', async () => {
    const place = await foundSite();
    const { id } = await addReader(place, 1);
    expect(await place.store.site.takeOrderNumber(id, 0xffff_fffe)).toBe(0xffff_ffff);
    expect(await place.store.site.takeOrderNumber(id, 0)).toBeUndefined();
  });

  it('gives nothing to another site key', async () => {
    const place = await foundSite();
    await addReader(place, 1);
    taken(await deskOf(place).importFile(peopleFile({ 1: '0417' })));
    const other = await ControllerStore.open({ directory: place.directory, siteKey: new SecretBytes(new Uint8Array(32)), crypto });
    const calls = [() => other.site.site(), () => other.site.readers(), () => other.people.people()];
    expect(await Promise.all(calls.map(codeOf))).toEqual(new Array(3).fill('disk.damaged'));
    await other.close();
  });

  it('writes all of a commit or nothing', async () => {
    const database = await Database.open(join(scratchDirectory(), 'some.db'));
    const insert = ({ sql }: Access): Promise<unknown> =>
      sql.insertInto('withdrawn').values({ number: 1, person: 1, is_whole: 1, text: 'x' }).execute();
    const rows = (): Promise<unknown[]> => database.sql.selectFrom('withdrawn').selectAll().execute();
    const cut = database.write(async (within) => {
      await insert(within);
      throw new Error('the power went');
    });
    await expect(cut).rejects.toThrow('the power went');
    expect(await rows()).toEqual([]);
    await database.write((within) => within.write(insert));
    expect((await rows()).length).toBe(1);
    await database.close();
    await database.close();
    expect(await codeOf(rows)).toBe('disk.closed');
  });

  it('lets nobody into a commit that somebody else has begun', async () => {
    const { store } = await foundSite();
    const order: string[] = [];
    const written = store.write(async (within) => {
      await within.people.raiseRevocation(7);
      await within.rest();
      order.push(`within ${(await within.people.stand()).revocation}`);
      throw new Error('the power went');
    });
    const read = store.people.stand().then(({ revocation }) => order.push(`beside ${revocation}`));
    await Promise.allSettled([written, read]);
    expect(order).toEqual(['within 7', 'beside 0']);
  });

  it('does what was asked first, first, and refuses more than may wait', async () => {
    const { store } = await foundSite();
    const order: number[] = [];
    const goOn = holdDisk({ store });
    const asked = Array.from({ length: maxWaitingCalls }, (_, at) => store.events.count().then(() => order.push(at)));
    expect(await codeOf(() => store.events.count())).toBe('queue.full');
    goOn();
    await Promise.all(asked);
    expect(order).toEqual(order.map((_, at) => at));
    expect([order.length, await store.events.count()]).toEqual([maxWaitingCalls, 0]);
  });

  it('keeps a limited number of statements prepared', async () => {
    const database = await Database.open(join(scratchDirectory(), 'some.db'));
    for (let at = 1; at <= maxPrepared + 10; at += 1) await database.sql.selectFrom('event').selectAll().limit(sql.lit(at)).execute();
    expect(await database.sql.selectFrom('event').selectAll().limit(sql.lit(1)).execute()).toEqual([]);
    await database.close();
  });

  it('says what the disk says', async () => {
    const place = await foundSite();
    const unlock = lockDatabase(place);
    expect(await codeOf(() => place.store.write(() => Promise.resolve()))).toBe('disk.failed');
    expect(await codeOf(() => place.store.people.raiseRevocation(3))).toBe('disk.failed');
    unlock();
    await place.store.people.raiseRevocation(3);
    expect(await place.store.people.stand()).toEqual({ change: 0, revocation: 3 });
  });

  it.each([
    ['is garbage', async (path: string) => (await Database.open(path)).close(), 'disk.damaged'],
    ['is of a later program', async (path: string) => new DatabaseSync(path).exec('PRAGMA user_version = 99'), 'disk.failed'],
  ])('is refused when it %s', async (what, make, code) => {
    const path = join(scratchDirectory(), 'some.db');
    await make(path);
    if (what === 'is garbage') spoil(path);
    expect(await codeOf(() => Database.open(path))).toBe(code);
  });
});

/** As a card does that forgets: the file is there, and says something else. */
const spoil = (path: string): void => {
  writeFileSync(path, readFileSync(path).fill(0x5a, 0, 64));
};
