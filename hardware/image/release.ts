/** Which release a card is of, and whose updates it takes. How an update is made of its slot is `doorpad make-update`'s; what it may do, the reader's. */
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { project, run } from './host.ts';
import type { SlotRelease } from './slot.ts';

export interface ReleaseOptions {
  /** Undefined: what package.json says. */
  readonly release: string | undefined;
  /** A PEM file with the public key. */
  readonly updateKey: string | undefined;
}

/** `1.2.3` as a number that rises with it. */
export const releaseOf = (version: string): number => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major * 1_000_000 + minor * 1_000 + patch;
};

/** Throws a sentence. */
export const readRelease = ({ release, updateKey }: ReleaseOptions): SlotRelease => {
  const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { readonly version: string };
  const number = release === undefined ? releaseOf(version) : Number(release);
  if (!Number.isInteger(number) || number < 1 || number > 0xffff_ffff) throw new Error('--release is a whole number, higher with every update.');
  return { release: number, version, updateKey: updateKey === undefined ? undefined : publicKeyIn(updateKey) };
};

/** A private key is refused: it has no business on a machine that only makes cards. */
export const publicKeyIn = (file: string): string => {
  const pem = readFileSync(file, 'utf8');
  if (pem.includes('PRIVATE')) throw new Error(`${file} is a private key: give its public half (openssl pkey -in ${file} -pubout).`);
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${file} is no Ed25519 key: openssl genpkey -algorithm ed25519`);
  return key.export({ type: 'spki', format: 'pem' }).toString();
};

/** An update of this slot, signed with the private key in the file. What was said of it. */
export const makeUpdate = (slot: string, { release, version }: SlotRelease, key: string, file: string): string =>
  doorpad('make-update', slot, '--key', key, '--release', String(release), '--version', version, '--out', file).trim();

const doorpad = (...args: readonly string[]): string => run(process.execPath, [join(project, 'src', 'main.ts'), ...args]);
