/**
 * Whether a start is a reader's first one, with a bundle beside its settings file, and what becomes of a bundle whose keys are in force. How its
 * code is typed is first-boot.ts's; what bundles there are, tools/found-bundle.ts's.
 */
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Keypad } from '../ports/keypad.ts';
import type { ReaderKeys } from '../reader/reader-keys.ts';
import { asFault } from '../shared/faults.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { bundlesBeside, type FoundBundle, findBundle, removeUsedBundle, takeBundle } from '../tools/found-bundle.ts';
import { openBundle } from '../tools/provision-bundle.ts';
import { FirstBoot, type Tried } from './first-boot.ts';

export interface FirstKeysParts {
  readonly config: Config;
  /** Of the settings file. */
  readonly folder: string;
  readonly clock: Clock;
  /** Undefined: this model has none. */
  readonly keypad: Keypad | undefined;
  readonly log: Logger;
  /** Keys are on disk: a new start takes them up. */
  keyed(): void;
}

/** For a reader without keys. Undefined: there is no bundle whose code could be typed, and the log says why where there is one. */
export const firstBootOf = ({ config, folder, clock, keypad, log, keyed }: FirstKeysParts): FirstBoot | undefined => {
  const found = findBundle(folder, config.line);
  if (!found.ok) log.error(found.failure);
  if (!found.ok || found.value === undefined) return undefined;
  const bundle = found.value;
  if (keypad === undefined) {
    log.error(`${bundle.path} waits, and this reader has no keypad to type its code at: install it with doorpad install-keys`);
    return undefined;
  }
  log.warn({ bundle: bundle.path, name: bundle.name, address: bundle.address }, 'the reader waits for the code of its bundle, at its keypad');
  return new FirstBoot({ clock, keypad, keyed, tryCode: (code) => tried(config, bundle, code, log) });
};

const tried = async (config: Config, { bytes, path }: FoundBundle, code: SecretBytes, log: Logger): Promise<Tried> => {
  try {
    const opened = await openBundle(bytes, code);
    if (!opened.ok) {
      log.warn({ bundle: path }, 'a wrong code was typed for the bundle, or the bundle is damaged');
      return 'wrong';
    }
    takeBundle(config, opened.value);
    log.info({ bundle: path }, 'the bundle was opened, and its keys are on disk');
    return 'opened';
  } catch (thrown) {
    log.error(asFault(thrown, 'disk.failed', 'The keys could not be written.').message);
    return 'failed';
  }
};

/** For a reader that has started with its keys, so they can be read. A bundle of another reader stays, and is never taken. */
export const putBundlesAway = (folder: string, { dataDir }: Config, { trust }: ReaderKeys, log: Logger): void => {
  const { own, others } = bundlesBeside(folder, trust.reader);
  for (const bundle of own) {
    const whyNot = removeUsedBundle(bundle, dirname(bundle.path), dataDir);
    if (whyNot === undefined) log.info({ bundle: bundle.path }, 'the bundle has done its work, and was removed');
    else log.warn(whyNot);
  }
  for (const { path, name } of others) log.warn({ bundle: path, name }, 'a bundle of another reader is not taken: this reader has keys');
};
