/** A backup taken in at the start of a controller: into a machine that has nothing, beside its site, and what is refused in which words. */
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeBackup } from '../../../sim/controller/backup.ts';
import { ControllerStore, controllerFileName } from '../../../sim/controller/controller-store.ts';
import { takeSite } from '../../../sim/controller/take-site.ts';
import { restore } from '../../../sim/processes/restore.ts';
import { type FoundSite, findSite } from '../../../sim/processes/site-files.ts';
import type { Result } from '../../../src/shared/result.ts';
import { preparePrivateDirectory } from '../../../src/tools/private-files.ts';
import { provision } from '../../../src/tools/provision-site.ts';
import { crypto, scratchDirectory, taken } from '../controller/rig.ts';

const password = 'a long password';
const atMs = Date.UTC(2026, 0, 5);

interface Place {
  readonly root: string;
  readonly site: string;
  readonly data: string;
  readonly file: string;
  readonly passwordFile: string;
}

/** A site that was provisioned, its database, and a backup of it. */
const backedUp = async (): Promise<Place & { readonly found: FoundSite }> => {
  const root = scratchDirectory();
  const site = join(root, 'site');
  taken(await provision(site, [{ name: 'Gate', address: 1, serial: 'A-17' }], { crypto, isRenewing: false }));
  const found = taken(findSite(site, crypto));
  const data = join(site, 'controller');
  taken(preparePrivateDirectory(data));
  const store = await ControllerStore.open({ directory: data, siteKey: found.siteKey, crypto });
  onTestFinished(() => store.close());
  taken(await takeSite(store, crypto, found.site));
  const [file, passwordFile] = [join(root, 'a.backup'), join(root, 'password')];
  writeFileSync(file, taken(await makeBackup(store, password, atMs)));
  writeFileSync(passwordFile, `${password}\n`);
  return { root, site, data, file, passwordFile, found };
};

const taking = ({ site, data, file, passwordFile }: Place): Promise<Result<string, string>> =>
  restore({ file, passwordFile, site, data, crypto, atMs });
const saidOf = async (place: Place): Promise<string> => {
  const said = await taking(place);
  return said.ok ? said.value : said.failure;
};

describe('a backup at the start of a controller', () => {
  it('makes a machine that has nothing the controller of that site', async () => {
    const place = await backedUp();
    const [site, data] = [join(place.root, 'new'), join(place.root, 'new', 'controller')];
    expect(taken(await taking({ ...place, site, data }))).toContain('Restored as of 2026-01-05T00:00:00.000Z.');
    const found = taken(findSite(site, crypto));
    expect([found.site.site, found.site.authority]).toEqual([place.found.site.site, place.found.site.authority]);
    expect(found.siteKey.reveal()).toEqual(place.found.siteKey.reveal());
    expect(found.site.readers.map(({ place: { name, address }, keys }) => [name, address, keys.scbk.reveal(), keys.tableKey.reveal()])).toEqual(
      place.found.site.readers.map(({ place: { name, address }, keys }) => [name, address, keys.scbk.reveal(), keys.tableKey.reveal()]),
    );
    const store = await ControllerStore.open({ directory: data, siteKey: found.siteKey, crypto });
    onTestFinished(() => store.close());
    expect(await takeSite(store, crypto, found.site)).toEqual({ ok: true, value: 0 });
    expect((await store.site.readers()).map(({ name }) => name)).toEqual(['Gate']);
  });

  it('goes beside the site where that is still there, and leaves it as it is', async () => {
    const place = await backedUp();
    rmSync(place.data, { recursive: true });
    const before = readdirSync(place.site);
    taken(await taking(place));
    expect(readdirSync(place.site).filter((name) => name !== 'controller')).toEqual(before);
    expect(existsSync(join(place.data, controllerFileName))).toBe(true);
  });

  it('is refused in a sentence, and nothing is changed', async () => {
    const place = await backedUp();
    const fresh = { ...place, site: join(place.root, 'new'), data: join(place.root, 'new', 'controller') };
    expect(await saidOf(place)).toBe(`${place.data}: There is a database already. Restore into an empty directory.`);
    expect(await saidOf({ ...fresh, file: join(place.root, 'none') })).toBe(`${join(place.root, 'none')}: There is no such file.`);
    expect(await saidOf({ ...fresh, passwordFile: join(place.root, 'none') })).toContain('There is no such file.');
    writeFileSync(join(place.root, 'wrong'), 'another password');
    expect(await saidOf({ ...fresh, passwordFile: join(place.root, 'wrong') })).toBe(`${place.file}: The password is not that of this backup.`);
    expect(await restore({ ...fresh, passwordFile: undefined, crypto, atMs })).toEqual({
      ok: false,
      failure: 'Name the file that holds the password of the backup: --password-file FILE.',
    });
    expect(existsSync(fresh.site)).toBe(false);
    const other = join(place.root, 'other');
    taken(await provision(other, [{ name: 'Gate', address: 1, serial: undefined }], { crypto, isRenewing: false }));
    expect(await saidOf({ ...fresh, site: other })).toBe(`${other} is another site than that of the backup.`);
    expect(existsSync(join(fresh.data, controllerFileName))).toBe(false);
  });

  it('is refused beside a key that opens another database', async () => {
    const place = await backedUp();
    const key = join(place.site, 'database-key.json');
    rmSync(key);
    taken(findSite(place.site, crypto));
    const data = join(place.root, 'data');
    expect(await saidOf({ ...place, data })).toBe(`${key} is the key of another database. Remove it where there is no such database.`);
    expect(existsSync(data)).toBe(false);
    rmSync(key);
    taken(await taking({ ...place, data }));
    writeFileSync(key, '{}');
    expect(await saidOf({ ...place, data: join(place.root, 'third') })).toContain('is damaged. Remove it where there is no database that it opens.');
  });
});
