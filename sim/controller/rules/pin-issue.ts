/**
 * Gives a PIN: a random one, each that is free as likely as any other, or one that was typed. Decides why none is given and what may be said of
 * that; which PINs are taken is the caller's to know (pin-store.ts), and so is keeping it.
 */
import { Pin } from '../../../src/access/pin.ts';
import type { Crypto } from '../../../src/ports/crypto.ts';
import { present } from '../../../src/shared/assert.ts';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import { keepsFloor, type PinsByLength } from './code-space.ts';
import { type PinWeakness, weaknessOf } from './pin-rules.ts';

/** What is known of PINs at the moment one is given; the same transaction keeps it. */
export interface PinSpace {
  readonly tagOf: (pin: Pin) => string;
  /** Of those that must not be given: somebody's, and those whose rest is not over. */
  readonly taken: ReadonlySet<string>;
  /** Those that open some door alone, without the one that is replaced. Undefined: at no door does a PIN alone open. */
  readonly alone: PinsByLength | undefined;
  /** PINs there must be for each of those; left out: as the standard asks (code-space.ts). */
  readonly floor?: number | undefined;
}

/** The code space is the same for everybody, so that it may be said tells nothing of anybody. */
export type NoPin = 'noPinFree' | 'codeSpaceTooSmall';

export interface TypedRefusal {
  /** One word whatever is wrong with the digits: nobody learns that somebody has them (FIELD M5). */
  readonly code: 'pinNotAvailable' | 'codeSpaceTooSmall';
  /** For the audit alone. */
  readonly why: PinWeakness | 'taken' | 'codeSpaceTooSmall';
}

/** Draws before the free ones are counted instead: with one in 200 free, that comes once in 800 million times. */
export const drawsBeforeCount = 4_096;

/** A random PIN of this length (4..8). */
export const randomPin = (random: Pick<Crypto, 'randomBytes'>, length: number, space: PinSpace): Result<Pin, NoPin> => {
  if (!hasRoom(space, length)) return failed('codeSpaceTooSmall');
  for (let draw = 0; draw < drawsBeforeCount; draw += 1) {
    const pin = pinOf(below(random, 10 ** length), length);
    if (isFree(pin, space)) return ok(pin);
  }
  const free = freePins(length, space);
  return free.length === 0 ? failed('noPinFree') : ok(present(free[below(random, free.length)], 'one that is free'));
};

/** The typed PIN itself. */
export const typedPin = (pin: Pin, space: PinSpace): Result<Pin, TypedRefusal> => {
  if (!hasRoom(space, pin.length)) return failed({ code: 'codeSpaceTooSmall', why: 'codeSpaceTooSmall' });
  const isTaken = space.taken.has(space.tagOf(pin));
  const why = weaknessOf(pin) ?? (isTaken ? 'taken' : undefined);
  return why === undefined ? ok(pin) : failed({ code: 'pinNotAvailable', why });
};

const hasRoom = ({ alone, floor }: PinSpace, length: number): boolean => alone === undefined || keepsFloor(alone, length, floor);

const isFree = (pin: Pin, { tagOf, taken }: PinSpace): boolean => weaknessOf(pin) === undefined && !taken.has(tagOf(pin));

const freePins = (length: number, space: PinSpace): Pin[] => {
  const free: Pin[] = [];
  for (let number = 0; number < 10 ** length; number += 1) {
    const pin = pinOf(number, length);
    if (isFree(pin, space)) free.push(pin);
  }
  return free;
};

const pinOf = (number: number, length: number): Pin => present(Pin.from(String(number).padStart(length, '0')), 'a PIN has 4 to 8 digits');

const wordRange = 2 ** 32;

/** 0..range-1, each equally likely; `range`: 1..2^32. */
const below = (random: Pick<Crypto, 'randomBytes'>, range: number): number => {
  const evenRange = wordRange - (wordRange % range);
  for (;;) {
    const bytes = random.randomBytes(4);
    const drawn = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    if (drawn < evenRange) return drawn % range;
  }
};
