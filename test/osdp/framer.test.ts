/** Frames in a stream: cut anywhere, with anything between them, and with time passing. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { maxFrameBytes } from '../../src/osdp/frame.ts';
import { nominalGapMs } from '../../src/osdp/framer.ts';
import { bytesOf, flipBit, hexOf, joined, withCheck } from './bytes.ts';
import { HeardFrames, plainFrame } from './heard-frames.ts';

const poll = plainFrame();
const led = plainFrame({ sequence: 2, code: 0x69, data: bytesOf('0000000000000000000101000100') });
const pollHex = hexOf(poll);

const heard = (...bytes: readonly Uint8Array[]): HeardFrames => {
  const ear = new HeardFrames();
  ear.framer.receive(joined(...bytes), 0);
  return ear;
};

describe('a framer', () => {
  it('finds frames fed byte by byte, in pieces of every size, and all at once', () => {
    const stream = joined(bytesOf('ff'), poll, bytesOf('ffff'), led, poll);
    for (let size = 1; size <= stream.length; size += 1) {
      const ear = new HeardFrames();
      for (let at = 0; at < stream.length; at += size) ear.framer.receive(stream.subarray(at, at + size), 0);
      expect([ear.hex, ear.dropped, ear.framer.deadlineMs]).toEqual([[pollHex, hexOf(led), pollHex], [], undefined]);
    }
  });

  it('gives each frame bytes of its own', () => {
    const chunk = Uint8Array.from(poll);
    const ear = heard(chunk);
    ear.framer.receive(led, 1);
    chunk.fill(0);
    expect(ear.hex).toEqual([pollHex, hexOf(led)]);
  });

  it('passes over any number of marks before a frame, and counts them as nothing', () => {
    for (const marks of [0, 1, 3, 2000]) {
      const ear = heard(new Uint8Array(marks).fill(0xff), poll);
      expect([ear.hex, ear.dropped]).toEqual([[pollHex], []]);
    }
  });

  it('says of each frame whether a mark stood before it, and takes the end of another frame for none', () => {
    const endsLikeAMark = Array.from({ length: 65_536 }, (_, value) => plainFrame({ data: Uint8Array.of(value & 0xff, value >> 8) })).find(
      (frame) => frame.at(-1) === 0xff,
    );
    const stream = [endsLikeAMark ?? poll, poll, bytesOf('ff'), poll, bytesOf('ff 00'), poll, bytesOf('00 ff'), poll];
    expect(stream[0]?.at(-1)).toBe(0xff);
    for (const size of [1, 7, 1_000]) {
      const ear = new HeardFrames();
      const bytes = joined(...stream);
      const marked: boolean[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        const before = ear.hex.length;
        ear.framer.receive(bytes.subarray(at, at + size), 0);
        if (ear.hex.length > before) marked.push(ear.framer.isMarked);
      }
      if (size === 1) expect(marked).toEqual([false, false, true, false, true]);
      expect(marked.at(-1)).toBe(true);
    }
    const cut = heard(bytesOf('ff'));
    cut.framer.reset();
    cut.framer.receive(poll, 0);
    expect(cut.framer.isMarked).toBe(false);
  });

  it('takes a frame of 1440 bytes, in one piece or byte by byte, and the one right behind it', () => {
    const longest = plainFrame({ data: new Uint8Array(maxFrameBytes - 8).fill(0x53) });
    expect(heard(longest, poll).hex).toEqual([hexOf(longest), pollHex]);
    const ear = new HeardFrames();
    for (const byte of joined(longest, poll)) ear.framer.receive(Uint8Array.of(byte), 0);
    expect(ear.hex).toEqual([hexOf(longest), pollHex]);
  });

  it('loses no frame to garbage before, between and after, and accounts for every byte', () => {
    const random = new Random(0x05d9);
    for (let length = 0; length <= 2000; length += 7) {
      // Without 0x53: a false start of a frame has tests of its own.
      const garbage = Uint8Array.from({ length }, () => random.int(256)).map((byte) => (byte === 0x53 || byte === 0xff ? 0 : byte));
      const ear = heard(garbage, poll, garbage, led, garbage);
      expect(ear.hex, `seed ${random.seed}`).toEqual([pollHex, hexOf(led)]);
      expect(ear.dropped).toEqual(length === 0 ? [] : [`noise ${length}`, `noise ${length}`, `noise ${length}`]);
    }
  });

  it('refuses all 65 536 lengths but the possible ones before it waits for a byte of them', () => {
    for (const [control, shortest] of [
      [0x04, 8],
      [0x00, 7],
    ] as const) {
      for (let length = 0; length <= 0xffff; length += 1) {
        const isPossible = length >= shortest && length <= maxFrameBytes;
        // A byte of the length that is a SOM itself begins the next false start.
        const isSom = (length & 0xff) === 0x53 || length >> 8 === 0x53;
        const ear = heard(Uint8Array.of(0x53, 1, length & 0xff, length >> 8, control));
        if (!isSom && (ear.framer.deadlineMs !== undefined) !== isPossible) expect.fail(`length ${length}, control ${control}`);
        ear.framer.receive(poll, 1);
        ear.framer.expire(1 + nominalGapMs);
        if (ear.hex.join() !== pollHex) expect.fail(`a frame behind length ${length} is lost`);
      }
    }
  });

  it('drops a frame for every single flipped bit, and takes the next one once the line has been silent', () => {
    for (const frame of [poll, led, plainFrame({ check: 'checksum' })]) {
      for (let bit = 0; bit < frame.length * 8; bit += 1) {
        const ear = heard(flipBit(frame, bit));
        expect(ear.hex).toEqual([]);
        ear.framer.receive(poll, nominalGapMs);
        expect(ear.hex).toEqual([pollHex]);
      }
    }
  });

  it('takes the next frame after any byte was lost or doubled, with no silence between', () => {
    for (let at = 0; at < led.length; at += 1) {
      const lost = joined(led.subarray(0, at), led.subarray(at + 1));
      const doubled = joined(led.subarray(0, at + 1), led.subarray(at));
      for (const damaged of [lost, doubled]) {
        const ear = heard(damaged);
        ear.framer.receive(joined(bytesOf('ff'), poll, plainFrame({ sequence: 2 })), 1);
        ear.framer.expire(1 + nominalGapMs);
        expect(ear.hex.slice(-2)).toEqual([pollHex, hexOf(plainFrame({ sequence: 2 }))]);
      }
    }
  });

  it('finds the frames that a false start with any possible length had swallowed', () => {
    for (let length = 8; length <= maxFrameBytes; length += 1) {
      const ear = heard(Uint8Array.of(0x53, 0, length & 0xff, length >> 8, 4), poll, led);
      ear.framer.expire(nominalGapMs);
      expect(ear.hex).toEqual([pollHex, hexOf(led)]);
      expect(ear.framer.deadlineMs).toBeUndefined();
    }
  });

  it('gives up at every place where a frame can break off, after 20 ms and not before', () => {
    for (let cut = 1; cut < led.length; cut += 1) {
      const ear = heard(led.subarray(0, cut));
      expect(ear.framer.deadlineMs).toBe(nominalGapMs);
      ear.framer.expire(nominalGapMs - 1);
      expect(ear.dropped).toEqual([]);
      ear.framer.expire(nominalGapMs);
      expect([ear.hex, ear.dropped, ear.framer.deadlineMs]).toEqual([[], [`gap ${cut}`], undefined]);
      ear.framer.expire(10 * nominalGapMs);
      ear.framer.receive(poll, 11 * nominalGapMs);
      expect([ear.hex, ear.dropped.length]).toEqual([[pollHex], 1]);
    }
  });

  it('joins two halves that come within the gap, and none that come after it', () => {
    for (const [pauseMs, frames] of [
      [19.9, [pollHex]],
      [20, []],
    ] as const) {
      const ear = heard(poll.subarray(0, 4));
      ear.framer.receive(poll.subarray(4), pauseMs);
      expect(ear.hex).toEqual(frames);
    }
  });

  it('keeps another gap where it is told to', () => {
    const ear = new HeardFrames({ gapMs: 60 });
    ear.framer.receive(poll.subarray(0, 4), 100);
    expect(ear.framer.deadlineMs).toBe(160);
    ear.framer.receive(poll.subarray(4), 159);
    expect(ear.hex).toEqual([pollHex]);
  });

  it('tells one silence as one notice, however many frames seemed to begin in it', () => {
    const falseStarts = bytesOf('53 53 01 08 00 04 60 0000 53 00 00 00 00 53 01 20 00 04 11 22');
    const ear = heard(joined(bytesOf('53 01 00 05 04'), falseStarts));
    ear.framer.expire(nominalGapMs);
    expect(ear.dropped).toEqual([`gap ${5 + falseStarts.length}`]);
  });

  it('tells a frame longer than its receiver takes from a damaged one, and whose it was', () => {
    const ear = new HeardFrames({ maxBytes: 128 });
    const fits = plainFrame({ data: new Uint8Array(120) });
    const long = plainFrame({ address: 7, sequence: 3, data: new Uint8Array(121) });
    ear.framer.receive(joined(fits, long, long.with(50, 1), poll), 0);
    expect(ear.hex).toEqual([hexOf(fits), pollHex]);
    expect(ear.dropped).toEqual(['tooLong 129 7/3', 'check 129']);
  });

  it('tells a frame whose security block does not fit, and whose it was, too long or not', () => {
    const block = withCheck(bytesOf('5305 0000 0d 00 60 0000'));
    const long = withCheck(joined(bytesOf('5306 0000 0e 00'), new Uint8Array(140)));
    const ear = new HeardFrames({ maxBytes: 128 });
    ear.framer.receive(joined(block, long, poll), 0);
    expect([ear.hex, ear.dropped]).toEqual([[pollHex], [`securityBlock ${block.length} 5/1`, `tooLong ${long.length} 6/2`]]);
  });

  it('tells noise and a damaged frame apart', () => {
    expect(heard(bytesOf('0011'), poll.with(5, 0x61), poll).dropped).toEqual(['noise 2', `check ${poll.length}`]);
    expect(heard(bytesOf('53 01 00 00 04 00 53 01 08 00 04 61 0000'), poll).dropped).toEqual(['length 6', 'check 8']);
  });

  it('forgets what began when the line is opened anew, also from within a notice', () => {
    const ear = heard(poll.subarray(0, 6));
    ear.framer.reset();
    expect(ear.framer.deadlineMs).toBeUndefined();
    ear.framer.receive(poll, 1);
    expect([ear.hex, ear.dropped]).toEqual([[pollHex], []]);
    const resetting = new HeardFrames();
    resetting.frames.push = (...frames) => {
      resetting.framer.reset();
      return Array.prototype.push.apply(resetting.frames, frames);
    };
    resetting.framer.receive(joined(poll, led), 0);
    expect(resetting.hex).toEqual([pollHex]);
    resetting.framer.receive(led, 1);
    expect(resetting.hex).toEqual([pollHex, hexOf(led)]);
  });

  it('accounts for every byte of random streams, frames and marks and dropped ones', () => {
    const random = new Random(0xf4a3);
    for (let round = 0; round < 300; round += 1) {
      const ear = new HeardFrames();
      let fed = 0;
      let marks = 0;
      for (let piece = 0; piece < 20; piece += 1) {
        const bytes = random.int(2) === 0 ? poll : Uint8Array.from({ length: random.int(40) }, () => (random.int(4) === 0 ? 0x53 : random.int(256)));
        fed += bytes.length;
        marks += bytes.filter((byte) => byte === 0xff).length;
        ear.framer.receive(bytes, piece);
      }
      ear.framer.expire(1_000);
      const inFrames = ear.frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
      expect(inFrames + ear.droppedBytes, `seed ${random.seed}, round ${round}`).toBeLessThanOrEqual(fed);
      expect(inFrames + ear.droppedBytes, `seed ${random.seed}, round ${round}`).toBeGreaterThanOrEqual(fed - marks);
      expect(ear.framer.deadlineMs).toBeUndefined();
    }
  });

  it.each([127, 1441])('refuses to be made for frames of %d bytes', (maxBytes) => {
    expect(() => new HeardFrames({ maxBytes })).toThrow('a receiver takes frames of 128..1440 bytes');
  });
});
