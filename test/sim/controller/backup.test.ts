/** Backups: what comes back, above what every reader has, and what is refused in which words. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeBackup, type OpenedBackup, readBackup, restoreDatabase, restoreSentences } from '../../../sim/controller/backup.ts';
import { ControllerStore, controllerFileName } from '../../../sim/controller/controller-store.ts';
import { noRest } from '../../../sim/controller/database.ts';
import { copyOfDatabase } from '../../../sim/controller/database-copy.ts';
import { Random } from '../../../sim/random.ts';
import { present } from '../../../src/shared/assert.ts';
import { crypto, foundSite, pinOf, type Rig, rigAtRest, scratchDirectory, taken } from './rig.ts';

const password = 'a long password';
const atMs = Date.UTC(2026, 0, 5);

const backupOf = async ({ store }: { readonly store: ControllerStore }): Promise<Uint8Array> => taken(await makeBackup(store, password, atMs));
const read = async (file: Uint8Array, said = password): Promise<OpenedBackup> => taken(await readBackup(file, said, crypto));

/** Into a new directory. */
const restored = async (file: Uint8Array): Promise<string> => {
  const directory = scratchDirectory();
  taken(await restoreDatabase(await read(file), { directory, crypto, atMs }));
  return directory;
};

const opened = async (directory: string, file: Uint8Array): Promise<ControllerStore> => {
  const { siteKey } = (await read(file)).keys;
  const store = await ControllerStore.open({ directory, siteKey, crypto, rest: noRest });
  onTestFinished(() => store.close());
  return store;
};

const roll = async (rig: Rig, person: number, digits: string): Promise<void> => {
  taken(await rig.people.rollPin(person, pinOf(digits)));
  expect(await rig.inStep()).toBe(true);
};

describe('a backup', () => {
  it('brings back everything into an empty directory, private to its owner', async () => {
    const rig = await rigAtRest();
    rig.reader.journal.add('access.granted', 1);
    await rig.until(() => rig.events.length === 1);
    await rig.store.users.add({ name: 'mia', role: 'manager' }, 'another long one');
    await rig.store.settings.putSecret('mail', 'secret');
    await rig.store.sendings.add({ atMs, trigger: 'pin.changed', way: 'email', content: 'text' });
    const file = await backupOf(rig);
    const directory = await restored(file);
    expect(readdirSync(directory)).toEqual([controllerFileName]);
    expect(statSync(join(directory, controllerFileName)).mode & 0o777).toBe(0o600);
    const store = await opened(directory, file);
    const [people, before] = [await store.people.records(), await rig.store.people.records()];
    expect(people.map(({ given, ...rest }) => [given.pin?.reveal(), rest])).toEqual(before.map(({ given, ...rest }) => [given.pin?.reveal(), rest]));
    expect(await store.events.count()).toBe(1);
    expect(await store.users.verify('mia', 'another long one')).toMatchObject({ role: 'manager' });
    expect(await store.settings.secret('mail')).toBe('secret');
    const [sending] = await store.sendings.newest(1);
    expect(sending).toMatchObject({ state: 'givenUp', lastError: 'It waited when a backup was made that was restored.' });
    expect((await store.audit.newest(1))[0]).toMatchObject({ what: 'site.restored', detail: 'backup of 2026-01-05T00:00:00.000Z' });
    expect(readdirSync(rig.place.directory).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('holds nothing that can be read without its password', async () => {
    const rig = await rigAtRest();
    const file = Buffer.from(await backupOf(rig));
    for (const plain of ['SQLite format', '0417', 'CARD1', 'door 1', 'siteKey']) expect(file.includes(plain), plain).toBe(false);
    const { keys } = await read(file);
    expect(keys.siteKey.reveal()).toEqual(rig.place.siteKey.reveal());
    expect(keys.readers.map(({ name, address }) => [name, address])).toEqual([['door 1', 1]]);
  });

  it('of a moment in the middle of a change has all of the change or nothing of it', async () => {
    const place = await foundSite();
    const { promise, resolve } = Promise.withResolvers<void>();
    const change = place.store.write(async (within) => {
      await within.settings.put('one', 1);
      await promise;
      await within.settings.put('two', 2);
    });
    await place.store.rest();
    const copied = taken(copyOfDatabase(join(place.directory, controllerFileName), 1_000_000));
    resolve();
    await change;
    const directory = scratchDirectory();
    writeFileSync(join(directory, controllerFileName), copied);
    const store = await ControllerStore.open({ directory, siteKey: place.siteKey, crypto, rest: noRest });
    onTestFinished(() => store.close());
    expect([await store.settings.get('one'), await store.settings.get('two')]).toEqual([undefined, undefined]);
  });

  it('of a database that is too large is not made, nor of one without a site', async () => {
    const { directory, store, siteKey } = await foundSite();
    expect(copyOfDatabase(join(directory, controllerFileName), 1_000)).toEqual({ ok: false, failure: 'tooLarge' });
    expect(store.copy(1_000)).toEqual({ ok: false, failure: 'tooLarge' });
    const empty = await ControllerStore.open({ directory: scratchDirectory(), siteKey, crypto, rest: noRest });
    onTestFinished(() => empty.close());
    expect(await makeBackup(empty, password, atMs)).toEqual({ ok: false, failure: 'noSite' });
    expect(() => copyOfDatabase(join(scratchDirectory(), 'nothing.db'), 1_000)).toThrow('nothing.db');
  });
});

describe('a controller that was restored', () => {
  it('goes on above what its readers have, with everybody as they were', async () => {
    const rig = await rigAtRest({ readers: 2 });
    await roll(rig, 1, '5791');
    const file = await backupOf(rig);
    await roll(rig, 1, '6802');
    await roll(rig, 2, '9135');
    taken(await rig.people.remove(2));
    expect(await rig.inStep()).toBe(true);
    const before = rig.version;
    await rig.restart(await restored(file));
    expect(await rig.inStep(60_000)).toBe(true);
    expect(rig.version).toBeGreaterThan(before);
    expect(rig.alarms).toContain('table.ahead');
    for (const reader of rig.readers) {
      expect([rig.opens('5791', reader), rig.opens('6802', reader), rig.opens('2468', reader)]).toEqual([true, false, true]);
    }
    await roll(rig, 1, '7913');
    expect([rig.opens('7913'), rig.opens('5791')]).toEqual([true, false]);
  });

  it('twice from the same backup comes back twice, the later one above the first', async () => {
    const rig = await rigAtRest();
    const file = await backupOf(rig);
    const versions: number[] = [rig.version];
    for (const digits of ['5791', '6802']) {
      await rig.restart(await restored(file));
      expect(await rig.inStep(60_000)).toBe(true);
      expect(rig.opens('0417')).toBe(true);
      await roll(rig, 1, digits);
      versions.push(rig.version);
    }
    expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other));
    expect([rig.opens('6802'), rig.opens('5791')]).toEqual([true, false]);
  });
});

describe('a backup is refused', () => {
  const why = async (file: Uint8Array, said = password): Promise<string> => {
    const found = await readBackup(file, said, crypto);
    return found.ok ? 'read' : restoreSentences[found.failure];
  };
  const withHeader = (file: Uint8Array, change: (header: Record<string, unknown>) => void): Uint8Array => {
    const end = file.indexOf(0x0a);
    const header = JSON.parse(Buffer.from(file.subarray(0, end)).toString()) as Record<string, unknown>;
    change(header);
    return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), file.subarray(end + 1)]);
  };

  it('in a sentence of its own for a wrong password, a cut file, a damaged one, and another version', async () => {
    const { store } = await foundSite();
    const file = await backupOf({ store });
    expect(await why(file)).toBe('read');
    expect(await why(file, 'another password')).toBe('The password is not that of this backup.');
    expect(await why(file.subarray(0, -1))).toBe('This backup is cut: the end of it is missing. Take another copy of it.');
    const damaged = 'This backup is damaged: it is not what was written. Take another copy of it.';
    expect(await why(Buffer.concat([file, Uint8Array.of(0)]))).toBe(damaged);
    const later = 'This backup was made by a later version of this program. Restore it with that one.';
    expect(await why(withHeader(file, (header) => Object.assign(header, { format: 2 })))).toBe(later);
    expect(await why(withHeader(file, (header) => Object.assign(header, { made: '2027-01-01T00:00:00.000Z' })))).toBe(damaged);
    expect(await why(withHeader(file, (header) => Object.assign(header, { salt: 'none' })))).toBe(damaged);
    for (const none of ['', 'person,pin\n', '{}\n', 'x'.repeat(5_000)]) {
      expect(await why(Buffer.from(none))).toBe('This is no backup of a controller.');
    }
  });

  it('whichever byte of it is another', async () => {
    const { store } = await foundSite();
    const file = await backupOf({ store });
    const random = new Random(7);
    for (let turn = 0; turn < 12; turn += 1) {
      const at = random.int(file.length);
      const changed = Uint8Array.from(file, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect(await why(changed), `seed 7, byte ${at}`).not.toBe('read');
    }
  });

  it('by a directory that has a database, which stays as it is', async () => {
    const { store, directory } = await foundSite();
    const file = await read(await backupOf({ store }));
    expect(await restoreDatabase(file, { directory, crypto, atMs })).toEqual({ ok: false, failure: 'notEmpty' });
    expect((await store.audit.newest(1)).length).toBe(0);
    const other = scratchDirectory();
    mkdirSync(join(other, 'restore.new'));
    writeFileSync(join(other, 'restore.new', 'left'), 'of one that was cut short');
    taken(await restoreDatabase(file, { directory: other, crypto, atMs }));
    expect(readdirSync(other)).toEqual([controllerFileName]);
  });

  it('where the disk does not take it, and nothing is left of it', async () => {
    const { store } = await foundSite();
    const file = await read(await backupOf({ store }));
    const directory = scratchDirectory();
    await expect(restoreDatabase({ ...file, database: new Uint8Array(5_000) }, { directory, crypto, atMs })).rejects.toThrow();
    expect(readdirSync(directory)).toEqual([]);
    expect(existsSync(join(directory, controllerFileName))).toBe(false);
    expect(present(file.made, 'it says when')).toBe('2026-01-05T00:00:00.000Z');
  });
});
