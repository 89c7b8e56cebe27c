/**
 * Takes what `doorpad provision` made (docs/provisioning.md) into the controller's database: the site once, and each reader that is not there
 * yet. Keys that are there stay: a reader may have been given a newer one since. Hardware that was replaced does not come back.
 */
import type { Crypto } from '../../src/ports/crypto.ts';
import { assert } from '../../src/shared/assert.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { Site as ProvisionedSite } from '../../src/tools/provision-site.ts';
import type { ControllerStore } from './controller-store.ts';
import { replacedReaders } from './replaced-readers.ts';

/** `otherSite`: the database belongs to another. `addressInUse`: by another reader; nothing was taken. */
export type SiteRefusal = 'otherSite' | 'addressInUse';

/** How many readers were added. Rejects with a Fault when the store does. */
export const takeSite = async (store: ControllerStore, crypto: Crypto, provisioned: ProvisionedSite): Promise<Result<number, SiteRefusal>> => {
  const { site, authoritySeed } = provisioned;
  const known = await store.site.site();
  if (known !== undefined && !crypto.isEqual(known.site, site)) return failed('otherSite');
  const readers = await store.site.readers();
  const replaced = await replacedReaders(store);
  const passed = [...readers.map(({ reader }) => reader), ...replaced];
  const added = provisioned.readers.filter(({ keys }) => !passed.some((reader) => crypto.isEqual(reader, keys.trust.reader)));
  const addresses = [...readers.map(({ address }) => address), ...added.map(({ place }) => place.address)];
  if (new Set(addresses).size < addresses.length) return failed('addressInUse');
  await store.write(async ({ site: within }) => {
    if (known === undefined) await within.found({ site, authoritySeed });
    for (const { place, keys } of added) {
      const { name, address } = place;
      const taken = await within.addReader({ name, address, reader: keys.trust.reader, tableKey: keys.tableKey, scbk: keys.scbk });
      assert(taken.ok, 'a reader that is not there can be added');
    }
  });
  return ok(added.length);
};
