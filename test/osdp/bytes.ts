/** Bytes as tests write and read them, and frames that no encoder of ours would make. */
import { checksum, crc16 } from '../../src/osdp/crc.ts';

/** Spaces are for people. */
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

export const flipBit = (bytes: Uint8Array, bit: number): Uint8Array => bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

/** A frame from its SOM to the byte before its check: with its length and the check its control byte asks for put right, whatever is in it. */
export const withCheck = (covered: Uint8Array): Uint8Array => {
  const isCrc = ((covered[4] ?? 0) & 0x04) !== 0;
  const bytes = new Uint8Array(covered.length + (isCrc ? 2 : 1));
  bytes.set(covered);
  bytes[2] = bytes.length & 0xff;
  bytes[3] = bytes.length >> 8;
  const check = isCrc ? crc16(bytes, covered.length) : checksum(bytes, covered.length);
  bytes[covered.length] = check & 0xff;
  if (isCrc) bytes[covered.length + 1] = check >> 8;
  return bytes;
};

/** The same frame after its check was put right. */
export const rechecked = (frame: Uint8Array): Uint8Array => withCheck(frame.subarray(0, frame.length - (((frame[4] ?? 0) & 0x04) === 0 ? 1 : 2)));
