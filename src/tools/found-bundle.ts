/**
 * The bundle that an installer has put beside the settings file: which one is this reader's, why none is, and how one goes whose keys are in
 * force. What is in a bundle is provision-bundle.ts's; who types its code is boot/first-boot.ts's.
 */
import { closeSync, fsyncSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { asFault } from '../shared/faults.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { readBounded } from './bounded-file.ts';
import { prepareDataDirectory, writeSiteKeys } from './key-store.ts';
import { exists, replacePrivateFile, syncDirectory, toHex } from './private-files.ts';
import { type BundleLabel, bundleLabel, maxBundleBytes, type OpenedBundle } from './provision-bundle.ts';

const bundleEnding = '.bundle';
/** Names are printed; what is hidden, or would order a terminal about, is none of ours. */
const printableName = /^[^.\p{C}][^\p{C}]*$/u;
/** A folder with more of them is somebody's archive, and no card of a reader. */
export const mostBundles = 200;
/** In the data directory: the name of a bundle that only root can remove (hardware/systemd/used-bundle.sh). */
export const usedBundleFile = 'used-bundle';

export interface FoundBundle extends BundleLabel {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Those in the folder, and the sentences on files that are called so and are none. */
interface Bundles {
  readonly whole: readonly FoundBundle[];
  readonly damaged: readonly string[];
}

/** The sentence says why they cannot be looked for. */
const bundlesIn = (folder: string): Result<Bundles, string> => {
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter((name) => name.toLowerCase().endsWith(bundleEnding) && printableName.test(name));
  } catch (thrown) {
    return failed(`${folder} cannot be looked through for a bundle: ${(thrown as NodeJS.ErrnoException).code}.`);
  }
  if (names.length > mostBundles) return failed(`${folder} holds more than ${mostBundles} bundles: leave the one of this reader there.`);
  const [whole, damaged]: [FoundBundle[], string[]] = [[], []];
  for (const name of names.toSorted()) {
    const path = join(folder, name);
    const bytes = readBounded(path, maxBundleBytes);
    const label = bytes.ok ? bundleLabel(bytes.value) : undefined;
    if (bytes.ok && label !== undefined) whole.push({ path, bytes: bytes.value, ...label });
    else damaged.push(`${path} is no whole bundle: copy it there again.${bytes.ok ? '' : ` ${bytes.failure}`}`);
  }
  return ok({ whole, damaged });
};

/**
 * The bundle of this reader: the one for the address of its line; without a line the only one. Undefined: there is none of any kind. The
 * sentence says why none of those that are there is taken.
 */
export const findBundle = (folder: string, line: { readonly address: number } | undefined): Result<FoundBundle | undefined, string> => {
  const found = bundlesIn(folder);
  if (!found.ok) return found;
  const { whole, damaged } = found.value;
  const fitting = line === undefined ? whole : whole.filter(({ address }) => address === line.address);
  const [bundle, ...others] = fitting;
  if (bundle !== undefined && others.length === 0) return ok(bundle);
  if (bundle !== undefined) return failed(`${folder} holds ${fitting.length} bundles that may be this reader's: leave the right one there.`);
  const [other] = whole;
  if (other !== undefined && line !== undefined) {
    return failed(
      `${other.path} is that of "${other.name}", for address ${other.address}; line.address is ${line.address}. Say address = ${other.address} in [line], or put the bundle of this reader there.`,
    );
  }
  return damaged[0] === undefined ? ok(undefined) : failed(damaged[0]);
};

/** All of its keys are on disk when this returns, or none. Throws a Fault. */
export const takeBundle = ({ dataDir }: Config, { keys, place }: OpenedBundle): void => {
  const prepared = prepareDataDirectory(dataDir);
  if (!prepared.ok) throw asFault(undefined, 'disk.failed', prepared.failure);
  writeSiteKeys(dataDir, keys, place);
};

/** Bundles beside a reader that has keys: its own, which has done its work, and those of other readers, which it does not take. */
export const bundlesBeside = (
  folder: string,
  reader: Uint8Array,
): { readonly own: readonly FoundBundle[]; readonly others: readonly FoundBundle[] } => {
  const found = bundlesIn(folder);
  const whole = found.ok ? found.value.whole : [];
  const isOwn = (bundle: FoundBundle): boolean => bundle.reader === toHex(reader);
  return { own: whole.filter(isOwn), others: whole.filter((bundle) => !isOwn(bundle)) };
};

/**
 * Overwrites and removes a bundle whose keys are in force. Undefined: it is gone. Otherwise the sentence says why it is still there, and its
 * name waits in the data directory for whoever may.
 */
export const removeUsedBundle = ({ path, bytes }: FoundBundle, folder: string, dataDir: string): string | undefined => {
  try {
    overwrite(path, bytes.length);
    rmSync(path);
    syncDirectory(folder);
    rmSync(join(dataDir, usedBundleFile), { force: true });
    return undefined;
  } catch (thrown) {
    const marker = join(dataDir, usedBundleFile);
    try {
      if (exists(path)) replacePrivateFile(marker, `${path.slice(folder.length + 1)}\n`);
    } catch {
      // Whoever reads the sentence removes it by hand.
    }
    return `${path} is of no more use, and could not be removed by the reader (${(thrown as NodeJS.ErrnoException).code}).`;
  }
};

const overwrite = (path: string, length: number): void => {
  const handle = openSync(path, 'r+');
  try {
    writeSync(handle, new Uint8Array(length), 0, length, 0);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
