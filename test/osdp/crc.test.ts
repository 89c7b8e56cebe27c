/** The two checks against the vectors of the standard's annex E, as OSDP.md §2 gives them. */
import { describe, expect, it } from 'vitest';
import { checksum, crc16 } from '../../src/osdp/crc.ts';
import { bytesOf } from './bytes.ts';

describe('the checks of a frame', () => {
  it('give the CRC-16 of annex E', () => {
    const covered = bytesOf('537f0d0004 6e 0080250000');
    expect(crc16(covered, covered.length)).toBe(0x386e);
  });

  it('give the checksum of annex E, and with it the frame sums to zero', () => {
    const covered = bytesOf('537f0c0000 6e 0080250000');
    expect(checksum(covered, covered.length)).toBe(0x0f);
    expect(checksum(bytesOf('537f0c0000 6e 0080250000 0f'), 12)).toBe(0);
  });

  it('cover only the length they are given', () => {
    expect(crc16(bytesOf('5301'), 1)).toBe(crc16(bytesOf('53'), 1));
    expect(checksum(bytesOf('53ff'), 1)).toBe(0xad);
  });

  it('tell every single flipped bit of a frame', () => {
    const frame = bytesOf('53010e000e02156060afab2d');
    for (let bit = 0; bit < frame.length * 8; bit += 1) {
      const flipped = frame.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      expect(crc16(flipped, frame.length)).not.toBe(crc16(frame, frame.length));
      expect(checksum(flipped, frame.length)).not.toBe(checksum(frame, frame.length));
    }
  });
});
