/** A site that was provisioned comes into the controller's database once, and its readers as they are added. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { ControllerStore } from '../../../sim/controller/controller-store.ts';
import { takeSite } from '../../../sim/controller/take-site.ts';
import { present } from '../../../src/shared/assert.ts';
import { SecretBytes } from '../../../src/shared/secret-bytes.ts';
import { provision, readSite, type Site } from '../../../src/tools/provision-site.ts';
import { crypto, scratchDirectory, taken } from './rig.ts';

const newStore = async (): Promise<ControllerStore> => {
  const store = await ControllerStore.open({ directory: scratchDirectory(), siteKey: new SecretBytes(crypto.randomBytes(32)), crypto });
  onTestFinished(() => store.close());
  return store;
};

const provisioned = async (directory: string, name: string, address: number): Promise<Site> => {
  taken(await provision(directory, [{ name, address, serial: undefined }], { crypto, isRenewing: false }));
  return present(taken(readSite(directory)), 'a site was made');
};

describe('a provisioned site', () => {
  it('is taken with its readers, and later with those that were added', async () => {
    const store = await newStore();
    const directory = scratchDirectory();
    expect(await takeSite(store, crypto, await provisioned(directory, 'front', 1))).toEqual({ ok: true, value: 1 });
    const both = await provisioned(directory, 'back', 2);
    expect(await takeSite(store, crypto, both)).toEqual({ ok: true, value: 1 });
    expect(await takeSite(store, crypto, both)).toEqual({ ok: true, value: 0 });
    expect((await store.site.readers()).map(({ name, address, scbk }) => [name, address, scbk.reveal()])).toEqual(
      both.readers.map(({ place, keys }) => [place.name, place.address, keys.scbk.reveal()]),
    );
    expect((await store.site.site())?.authoritySeed.reveal()).toEqual(both.authoritySeed.reveal());
  });

  it('is refused by the database of another site, and where an address is in use', async () => {
    const store = await newStore();
    const site = await provisioned(scratchDirectory(), 'front', 1);
    taken(await takeSite(store, crypto, site));
    expect(await takeSite(store, crypto, await provisioned(scratchDirectory(), 'front', 2))).toEqual({ ok: false, failure: 'otherSite' });
    const [reader] = site.readers.map((each) => ({ ...each, keys: { ...each.keys, trust: { ...each.keys.trust, reader: new Uint8Array(16) } } }));
    expect(await takeSite(store, crypto, { ...site, readers: [present(reader, 'a site has a reader')] })).toEqual({
      ok: false,
      failure: 'addressInUse',
    });
    expect((await store.site.readers()).length).toBe(1);
  });
});
