/**
 * New hardware in the place of a reader: which of a site's list is meant, and what the database keeps of it. Decides that the old hardware is known as
 * such from here on, so that no list brings it back; who speaks to the new one is line-controller.ts's.
 */
import * as v from 'valibot';
import { isWeakScbk } from '../../src/osdp/scbk.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import { assert } from '../../src/shared/assert.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { fromHex, hexBytes, toHex } from '../../src/tools/private-files.ts';
import { readControllerText, type SiteReader } from '../../src/tools/provision-site.ts';
import type { Stores } from './controller-store.ts';
import type { KnownReader, Site } from './site-store.ts';

const key = 'replacedReaders';
const shape = v.array(hexBytes(16));

/** Their 16 bytes each. */
export const replacedReaders = async ({ settings }: Pick<Stores, 'settings'>): Promise<readonly Uint8Array[]> => {
  const kept = v.safeParse(shape, (await settings.get(key)) ?? []);
  return kept.success ? kept.output.map(fromHex) : [];
};

export type NewHardwareRefusal = 'noList' | 'otherSite' | 'noNewReader' | 'manyNewReaders' | 'addressInUse';

/** The one reader of a `controller.json` (docs/provisioning.md) that this database does not know. `addressInUse`: it is to speak where another does. */
export const newHardwareOf = async (stores: Stores, before: KnownReader, text: string): Promise<Result<SiteReader, NewHardwareRefusal>> => {
  const { crypto } = stores.secrets;
  const [readers, replaced] = [await stores.site.readers(), await replacedReaders(stores)];
  const found = newIn(text, crypto, await stores.site.site(), [...readers.map(({ reader }) => reader), ...replaced]);
  if (!found.ok) return found;
  const isTaken = readers.some(({ id, address }) => id !== before.id && address === found.value.place.address);
  return isTaken ? failed('addressInUse') : found;
};

/** Puts it in the place of another. Within a commit: what is refused has changed nothing. */
export const takeNewHardware = async (within: Stores, before: KnownReader, text: string): Promise<Result<undefined, NewHardwareRefusal>> => {
  const found = await newHardwareOf(within, before, text);
  if (!found.ok) return found;
  const { place, keys } = found.value;
  const moved = await within.site.moveReader(before.id, place.address);
  const taken = await within.site.replaceReader(before.id, { reader: keys.trust.reader, tableKey: keys.tableKey, scbk: keys.scbk });
  assert(moved.ok && taken.ok, 'nobody has the address, and nobody knows the reader');
  await within.settings.put(key, [...(await replacedReaders(within)), before.reader].map(toHex));
  return ok(undefined);
};

/** Whoever knows a site's number may write a list of their own; its authority's key is the one that our seed signs for. */
const isOurs = (crypto: Crypto, { site, authoritySeed }: Site, authority: Uint8Array): boolean =>
  crypto.verify(authority, site, crypto.sign(authoritySeed, site));

const newIn = (text: string, crypto: Crypto, site: Site | undefined, known: readonly Uint8Array[]): Result<SiteReader, NewHardwareRefusal> => {
  const listed = readControllerText(text);
  if (listed === undefined) return failed('noList');
  if (site === undefined || !crypto.isEqual(site.site, listed.site) || !isOurs(crypto, site, listed.authority)) return failed('otherSite');
  const added = listed.readers.filter(({ keys }) => !known.some((reader) => crypto.isEqual(reader, keys.trust.reader)));
  const [hardware] = added;
  if (hardware === undefined) return failed('noNewReader');
  if (added.length > 1) return failed('manyNewReaders');
  return isWeakScbk(hardware.keys.scbk) ? failed('noList') : ok(hardware);
};
