/** One frame: its parts and its bytes, for every length, both checks and every security block. */
import { describe, expect, it } from 'vitest';
import {
  type Check,
  configurationAddress,
  coveredBytes,
  dataRoom,
  decodeFrame,
  encodeFrame,
  type FrameParts,
  maxFrameBytes,
} from '../../src/osdp/frame.ts';
import { bytesOf, flipBit, hexOf, withCheck } from './bytes.ts';
import { plainFrame } from './heard-frames.ts';

const checks: readonly Check[] = ['crc16', 'checksum'];
const fourBytes = Uint8Array.of(1, 2, 3, 4);

const decoded = (bytes: Uint8Array) => {
  const result = decodeFrame(bytes);
  if (!result.ok) throw new Error(`refused: ${result.failure.reason}`);
  return result.value;
};

const refusal = (bytes: Uint8Array): string => {
  const result = decodeFrame(bytes);
  return result.ok ? 'taken' : result.failure.reason;
};

describe('a frame', () => {
  it('is read as the COMSET of annex E, with either check', () => {
    const crc = decoded(bytesOf('537f0d0004 6e 0080250000 6e38'));
    expect(crc).toMatchObject({ address: 0x7f, isReply: false, sequence: 0, check: 'crc16', code: 0x6e, security: undefined, mac: undefined });
    expect(hexOf(crc.data)).toBe('0080250000');
    const sum = decoded(bytesOf('537f0c0000 6e 0080250000 0f'));
    expect(sum).toMatchObject({ check: 'checksum', code: 0x6e });
    for (const frame of [crc, sum]) expect(encodeFrame(frame)).toEqual(frame.bytes);
  });

  it.each(checks)('with %s is written and read again, whatever its parts', (check) => {
    for (const data of [0, 1, 15, 16, 1000].map((length) => new Uint8Array(length).fill(0x53))) {
      for (const type of [undefined, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0xff]) {
        const security = type === undefined ? undefined : { type, data: type < 0x15 ? Uint8Array.of(1) : new Uint8Array(0) };
        const parts: FrameParts = { address: 0x5a, isReply: true, sequence: 3, check, security, code: 0x53, data };
        const bytes = encodeFrame(parts, () => fourBytes);
        const { mac, bytes: same, ...read } = decoded(bytes);
        expect(read).toEqual(parts);
        expect(same).toBe(bytes);
        expect(mac).toEqual(type !== undefined && type >= 0x15 && type <= 0x18 ? fourBytes : undefined);
      }
    }
  });

  it('keeps every address, direction and sequence apart', () => {
    for (let address = 0; address <= 0x7f; address += 1) {
      for (const isReply of [false, true]) {
        for (const sequence of [0, 1, 2, 3])
          expect(decoded(plainFrame({ address, isReply, sequence }))).toMatchObject({ address, isReply, sequence });
      }
    }
    expect(plainFrame({ address: configurationAddress, isReply: true })[1]).toBe(0xff);
  });

  it('lets its MAC cover everything before it', () => {
    let covered: Uint8Array | undefined;
    const security = { type: 0x15, data: new Uint8Array(0) };
    const bytes = encodeFrame({ ...decoded(plainFrame()), security }, (given, length) => {
      covered = given.slice(0, length);
      return fourBytes;
    });
    expect(hexOf(covered ?? fourBytes)).toBe('53010e000d021560');
    expect(coveredBytes(decoded(bytes))).toBe(covered?.length);
  });

  it('has bits 4 to 7 of its control ignored, as peers do', () => {
    expect(decoded(withCheck(bytesOf('5301 0000 f7 60')))).toMatchObject({ sequence: 3, security: undefined, code: 0x60 });
  });

  it('is refused for its length when it is not as long as it says, or no SOM begins it', () => {
    const good = plainFrame({ data: fourBytes });
    for (let length = 0; length < good.length; length += 1) expect(refusal(good.subarray(0, length))).toBe('length');
    expect(refusal(Uint8Array.from([...good, 0]))).toBe('length');
    expect(refusal(good.with(0, 0x54))).toBe('length');
  });

  it.each(checks)('with %s is read for exactly one of the 65 536 lengths it could announce, and never thrown at', (check) => {
    for (const size of [0, 4, 5, 6, 7, 8, 9, 128, 1440, 1441]) {
      const bytes = new Uint8Array(size).fill(0x53);
      bytes[4] = check === 'crc16' ? 4 : 0;
      const shortest = check === 'crc16' ? 8 : 7;
      for (let length = 0; length <= 0xffff; length += 1) {
        bytes[2] = length & 0xff;
        bytes[3] = length >> 8;
        const isPossible = size >= 5 && length === size && length >= shortest && length <= maxFrameBytes;
        const reason = refusal(bytes);
        if (isPossible ? reason === 'length' : reason !== 'length') expect.fail(`${size} bytes that announce ${length}: ${reason}`);
      }
    }
  });

  it.each(checks)('with %s is refused for every single flipped bit', (check) => {
    const good = plainFrame({ check, data: fourBytes });
    for (let bit = 0; bit < good.length * 8; bit += 1) expect(refusal(flipBit(good, bit))).not.toBe('taken');
  });

  it.each([
    ['shorter than its own length and type', '00 15 60 0000'],
    ['shorter than its own length and type', '01 15 60 0000'],
    ['longer than the frame', 'ff 11 01 76'],
    ['as long as the frame, with no code behind it', '03 11 01'],
    ['that leaves no room for a code before its MAC', '02 15 01020304'],
  ])('tells whose it is when its security block is %s', (_, block) => {
    const header = { address: 0x21, isReply: false, sequence: 2 };
    for (const control of ['0e', '0a']) {
      const bytes = withCheck(bytesOf(`5321 0000 ${control} ${block}`));
      expect(decodeFrame(bytes)).toMatchObject({ ok: false, failure: { reason: 'securityBlock', header } });
    }
  });

  it('is not even asked for its security block when its check is wrong', () => {
    expect(refusal(flipBit(withCheck(bytesOf('5321 0000 0e 00 15 60 0000')), 70))).toBe('check');
  });

  it('has room for as much data as fits its length, in clear and in a session', () => {
    for (const check of checks) {
      for (const size of [128, 200, 1440]) {
        const room = dataRoom(size, check, false);
        expect(plainFrame({ check, data: new Uint8Array(room) })).toHaveLength(size);
        const padded = dataRoom(size, check, true) + 1;
        const security = { type: 0x17, data: new Uint8Array(0) };
        const length = (data: number): number =>
          encodeFrame({ ...decoded(plainFrame({ check, data: new Uint8Array(data) })), security }, () => fourBytes).length;
        expect(padded % 16).toBe(0);
        expect(length(padded)).toBeLessThanOrEqual(size);
        if (size < maxFrameBytes) expect(length(padded + 16)).toBeGreaterThan(size);
      }
    }
  });

  it.each([
    [{ address: 0x80 }, 'an address has 7 bits'],
    [{ address: -1 }, 'an address has 7 bits'],
    [{ sequence: 4 }, 'a sequence number has 2 bits'],
    [{ sequence: -1 }, 'a sequence number has 2 bits'],
    [{ data: new Uint8Array(1433) }, 'a frame has at most 1440 bytes'],
    [{ security: { type: 0x15, data: new Uint8Array(0) } }, 'a frame of a session has a MAC'],
  ])('is never written with %o', (parts, sentence) => {
    expect(() => plainFrame(parts)).toThrow(sentence);
  });
});
