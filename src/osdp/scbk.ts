/**
 * The key of a secure channel (SCBK): the published default, which keys are too easy to guess, and how one travels. Which key a reader
 * has, and when it may be changed, is a session's and its owner's.
 */
import { SecretBytes } from '../shared/secret-bytes.ts';
import type { Schema } from './schema.ts';

export const scbkBytes = 16;

/** SCBK-D (OSDP.md §12): known to everyone, for installing only. */
export const newDefaultScbk = (): SecretBytes => new SecretBytes(Uint8Array.from({ length: scbkBytes }, (_, index) => 0x30 + index));

/** Of 16 random bytes, one key in 10^11 has fewer different ones. */
const leastDistinctBytes = 8;
/** Between neighbouring bytes, modulo 256; a random key in 10^22 has no more. A key counted up, down or back and forth has 1 to 3. */
const mostPatternedSteps = 3;

/**
 * Whether a key can be guessed from its looks (SECURITY B4): one byte over and over, counted up or down in any step, SCBK-D, a half
 * repeated or mirrored, few different bytes. No list of keys is needed, and none stands here.
 */
export const isWeakScbk = (scbk: SecretBytes): boolean => {
  const key = scbk.reveal();
  const steps = new Set<number>();
  let sameHalves = true;
  for (let at = 1; at < key.length; at += 1) steps.add(((key[at] as number) - (key[at - 1] as number)) & 0xff);
  for (let at = 0; at < scbkBytes / 2; at += 1) sameHalves &&= key[at] === key[at + scbkBytes / 2];
  return key.length !== scbkBytes || new Set(key).size < leastDistinctBytes || steps.size <= mostPatternedSteps || sameHalves;
};

const scbkKeyType = 1;

/** KEYSET (OSDP.md §11): key type 1, length 16, key. Anything else is refused for its length. The key is a secret from here on. */
export const scbkField: Schema<SecretBytes> = {
  read: (source) => {
    if (source.number(1) !== scbkKeyType || source.number(1) !== scbkBytes) source.refuse('length');
    const key = source.take(scbkBytes);
    const scbk = new SecretBytes(key);
    key.fill(0);
    return scbk;
  },
  write: (target, scbk) => {
    target.number(scbkKeyType, 1);
    target.number(scbkBytes, 1);
    target.put(scbk.reveal());
  },
};
