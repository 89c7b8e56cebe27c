/** The parts of payloads that are more than a row of numbers (OSDP.md §6, §7, §9, §10). Which command or reply they belong to stands there. */
import { assert } from '../shared/assert.ts';
import { arrayOf, bits, counted, i16, oneOf, record, rest, type Schema, tenths, tenths16, u8, u16, u24, u32 } from './schema.ts';

/** OSDP.md §7. */
export const colors = { black: 0, red: 1, green: 2, amber: 3, blue: 4, magenta: 5, cyan: 6, white: 7 } as const;
export type Color = keyof typeof colors;

const blink = { onMs: tenths, offMs: tenths, onColor: oneOf<Color>(colors), offColor: oneOf<Color>(colors) };

/** OSDP.md §7: 14 bytes. Steady is `onMs` above 0 and `offMs` 0. */
export const led = record({
  reader: u8,
  led: u8,
  temporaryAction: oneOf({ none: 0, cancel: 1, set: 2 }),
  temporary: record({ ...blink, timerMs: tenths16 }),
  permanentAction: oneOf({ none: 0, set: 1 }),
  permanent: record(blink),
});

/** OSDP.md §7. Tone `none` is withdrawn; `count` 0 goes on until the next command. */
export const buzzer = record({ reader: u8, tone: oneOf({ none: 0, off: 1, default: 2 }), onMs: tenths, offMs: tenths, count: u8 });

/** OSDP.md §7. */
export const output = record({
  output: u8,
  action: oneOf({ none: 0, permanentOff: 1, permanentOn: 2, offAfterTimer: 3, onAfterTimer: 4, temporaryOn: 5, temporaryOff: 6 }),
  timerMs: tenths16,
});

/** OSDP.md §6. The first bit is the highest of the first byte; what fills up the last byte is read as zero, so that one card has one value. */
export const cardBits: Schema<{ readonly bitCount: number; readonly bits: Uint8Array }> = {
  read: (source) => {
    const bitCount = source.number(2);
    const taken = source.take(Math.ceil(bitCount / 8));
    const last = taken.length - 1;
    if (bitCount % 8 !== 0) taken[last] = (taken[last] ?? 0) & (0xff00 >> (bitCount % 8));
    return { bitCount, bits: taken };
  },
  write: (target, value) => {
    assert(value.bits.length === Math.ceil(value.bitCount / 8), 'card data has the bytes its bits need');
    target.number(value.bitCount, 2);
    target.put(value.bits);
  },
};

/** OSDP.md §9. `fragmentBytes` is what the sender says; that it is the length of `data` is for the receiver to check and to answer. */
export const fileFragment = record({ type: u8, totalBytes: u32, offset: u32, fragmentBytes: u16, data: rest });

/** OSDP.md §9: 0 and up goes on in its own way, below 0 the transfer is over. */
export const fileStatus = {
  goOn: 0,
  processed: 1,
  rebooting: 2,
  finishing: 3,
  aborted: -1,
  unrecognised: -2,
  malformed: -3,
} as const;

/** OSDP.md §9. `delayMs`: how long to wait before the next fragment. `maxMessageBytes`: longest message from now on, 0: as before. */
export const fileAnswer = record({
  action: bits({ mayInterleave: 0x01, leaveSecureChannel: 0x02, pollWaiting: 0x04 }),
  delayMs: u16,
  status: i16,
  maxMessageBytes: u16,
});

/** OSDP.md §10: one part of a message. What is in it must be as long as it says, and end within the whole. */
export const part: Schema<Part> = partWith(0);

/**
 * OSDP.md §10: a part of GENAUTH or CRAUTH. Algorithm and key stand in front of the challenge in the first one; peers disagree whether
 * they are counted, so both are read. `uncountedBytes` is 2 when they are in `data` beyond what is counted, or else 0.
 */
export const authenticationPart: Schema<Part> = partWith(2);

export interface Part {
  readonly totalBytes: number;
  readonly offset: number;
  readonly uncountedBytes: number;
  readonly data: Uint8Array;
}

function partWith(mostUncounted: number): Schema<Part> {
  return {
    read: (source) => {
      const totalBytes = source.number(2);
      const offset = source.number(2);
      const fragmentBytes = source.number(2);
      const data = source.take(source.left);
      const uncountedBytes = data.length - fragmentBytes;
      const mayBeUncounted = offset === 0 && uncountedBytes === mostUncounted;
      if (uncountedBytes !== 0 && !mayBeUncounted) source.refuse('length');
      if (offset + fragmentBytes > totalBytes) source.refuse('value');
      return { totalBytes, offset, uncountedBytes, data };
    },
    write: (target, { totalBytes, offset, uncountedBytes, data }) => {
      const fragmentBytes = data.length - uncountedBytes;
      assert(offset + fragmentBytes <= totalBytes, 'a part ends within the whole');
      for (const number of [totalBytes, offset, fragmentBytes]) target.number(number, 2);
      target.put(data);
    },
  };
}

/** OSDP.md §6. `firmware` may stand more than once. */
export const identityTags = { maker: 0, product: 1, serial: 2, firmware: 3, hardware: 4, url: 5, reference: 6 } as const;

/** OSDP.md §6: what the parts of EXT_PDID add up to. Text in UTF-8; a tag without a name may be a later version's. */
export const extendedIdentity = arrayOf(record({ tag: u8, text: counted(u16) }));

/** OSDP.md §6: where the object's data begins, in 1 byte or, from some senders, 2. */
export const oneOrTwoBytes: Schema<number> = {
  read: (source) => source.number(source.left > 1 ? 2 : 1),
  write: (target, value) => target.number(value, value > 0xff ? 2 : 1),
};

/** OSDP.md §7: numbers as they come; a reader without biometrics has no use for names. */
export const biometricSample = { reader: u8, type: u8, format: u8, quality: u8 };
export const template = counted(u16);
/** A maker's number; its first byte on the line is the lowest. */
export const oui = u24;
