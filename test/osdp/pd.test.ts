/** The PD on the line: whom it answers, in what order it looks, what it repeats. */
import { describe, expect, it } from 'vitest';
import { configurationAddress } from '../../src/osdp/frame.ts';
import { offlineMs } from '../../src/osdp/pd.ts';
import { bytesOf, flipBit, hexOf, joined, withCheck } from './bytes.ts';
import { nakIn, nakOf, noBytes, PdBench } from './pd-bench.ts';

describe('whom a PD answers', () => {
  it('answers a command to its address with one reply, and is silent to others, to replies and to damaged frames', () => {
    const bench = new PdBench().start();
    const poll = bench.encode(0x60);
    for (const [at, byte] of [
      [1, 2],
      [1, 0x81],
    ] as const) {
      const other = poll.slice();
      other[at] = byte;
      expect(bench.raw(withCheck(other.subarray(0, -2)))).toEqual([]);
    }
    for (let bit = 0; bit < 8; bit += 1) expect(bench.raw(flipBit(poll, (poll.length - 1) * 8 + bit))).toEqual([]);
    bench.wait(100);
    expect(bench.frame(poll)).toMatchObject({ address: 1, isReply: true, sequence: 1, check: 'crc16', code: 0x40 });
  });

  it('does not hear its own reply when the adapter echoes it', () => {
    const bench = new PdBench().start();
    const [reply] = bench.raw(bench.encode(0x60));
    expect(bench.raw(reply ?? noBytes)).toEqual([]);
  });

  it('replies with the check, and with a mark, if the command had one', () => {
    const bench = new PdBench().start();
    bench.check = 'checksum';
    expect(bench.frame(bench.encode(0x60)).check).toBe('checksum');
    expect(bench.raw(bench.encode(0x60))[0]?.[0]).toBe(0x53);
    expect(bench.raw(joined(bytesOf('ff'), bench.encode(0x60)))[0]?.[0]).toBe(0xff);
    expect(bench.raw(joined(bytesOf('00 11 53 53 98 ff'), bench.encode(0x60)))[0]?.[0]).toBe(0xff);
  });

  it('sees the mark when bytes come one by one', () => {
    const bench = new PdBench().start();
    for (const before of ['ff', '']) {
      const replies = [...joined(bytesOf(before), bench.encode(0x60))].flatMap((byte) => [...bench.raw(noBytes), ...bench.raw(Uint8Array.of(byte))]);
      expect(replies.map((reply) => reply[0])).toEqual([before === '' ? 0x53 : 0xff]);
    }
  });

  it('answers only ID, CAP and COMSET at the configuration address, from that address', () => {
    for (let code = 0; code < 256; code += 1) {
      const bench = new PdBench().start();
      bench.address = configurationAddress;
      const reply = bench.frame(bench.encode(code, code === 0x6e ? bytesOf('02 80250000') : noBytes));
      expect(reply.address).toBe(configurationAddress);
      const replied = { 97: 0x45, 98: 0x46, 110: 0x54 }[code];
      expect(reply.code, hexOf(Uint8Array.of(code))).toBe(replied ?? 0x41);
      if (replied === undefined) expect(nakIn(reply)).toBe(code === 0x75 ? 6 : 3);
      expect(bench.events.filter(({ type }) => type.startsWith('indicators'))).toEqual([]);
    }
  });

  it('refuses a frame longer than it takes with NAK 2, and one with a security block that does not fit with NAK 5', () => {
    const bench = new PdBench().start();
    expect(nakIn(bench.frame(bench.encode(0x80, new Uint8Array(300))))).toBe(2);
    expect(nakIn(bench.frame(withCheck(bytesOf('53 01 0000 0d 01 60'))))).toBe(5);
    expect(bench.raw(withCheck(bytesOf('53 02 0000 0d 01 60')))).toEqual([]);
  });
});

describe('the sequence', () => {
  it('takes nothing but 0 after power-up', () => {
    const bench = new PdBench();
    for (const sequence of [1, 2, 3]) expect(nakIn(bench.frame(bench.encode(0x60, noBytes, sequence)))).toBe(4);
    expect(bench.frame(bench.encode(0x60, noBytes, 0)).code).toBe(0x40);
  });

  it('answers a repeated command from its cache, byte for byte, and does it once', () => {
    const bench = new PdBench().start();
    bench.pd.report({ name: 'keypad', payload: { reader: 0, keys: bytesOf('31') } }, 0);
    const poll = bench.encode(0x60);
    const [first] = bench.raw(poll);
    expect(hexOf(first ?? noBytes)).toContain('530001' + '31');
    expect(bench.raw(poll)).toEqual([first]);
    expect(bench.raw(poll)).toEqual([first]);
    expect(bench.poll().name).toBe('ack');
  });

  it('takes a command with 0 anew each time, so that a challenge that is heard again gets another random number', () => {
    const bench = PdBench.keyed();
    const challenge = bench.challengeBytes(undefined, undefined, 0);
    const [first, second] = [...bench.raw(challenge), ...bench.raw(challenge)];
    expect([first?.length, second?.length]).toEqual([43, 43]);
    expect(second).not.toEqual(first);
    expect(bench.handshake()).toBe(0x78);
  });

  it('refuses another command with the same number, and a skipped number, with NAK 4 and without effect', () => {
    const bench = new PdBench().start();
    bench.poll();
    expect(nakIn(bench.frame(bench.encode(0x64, noBytes, 1)))).toBe(4);
    expect(nakIn(bench.frame(bench.encode(0x60, noBytes, 3)))).toBe(4);
    expect(bench.frame(bench.encode(0x60, noBytes, 2)).code).toBe(0x40);
    expect(bench.frame(bench.encode(0x60, noBytes, 0)).code).toBe(0x40);
    expect(bench.frame(bench.encode(0x60, noBytes, 0)).code).toBe(0x40);
  });

  it('answers BUSY in clear with sequence 0 and takes the command again, under its own or any other number', () => {
    let isReady = false;
    let asked = 0;
    const mfg = new Map([
      [
        1,
        () => {
          asked += 1;
          return isReady ? ({ name: 'ack', payload: undefined } as const) : ('busy' as const);
        },
      ],
    ]);
    for (const sequences of [
      [1, 1, 1],
      [2, 1, 0],
    ]) {
      for (const isSecure of [true, false]) {
        const bench = isSecure ? PdBench.keyed({ hands: { mfg } }) : new PdBench({ hands: { mfg } }).start();
        if (isSecure) expect(bench.handshake()).toBe(0x78);
        const poll = () => (isSecure ? bench.secure('poll', undefined) : bench.poll());
        while (bench.sequence !== (sequences[0] === 2 ? 1 : 3)) poll();
        isReady = false;
        asked = 0;
        const command = (sequence: number): Uint8Array =>
          isSecure ? bench.sealed(0x80, bytesOf('010000'), sequence) : bench.encode(0x80, bytesOf('010000'), sequence);
        for (const sequence of sequences.slice(0, 2)) {
          expect(bench.frame(command(sequence))).toMatchObject({ sequence: 0, security: undefined, code: 0x79 });
        }
        isReady = true;
        expect(bench.opened(command(sequences[2] as number)).name).toBe('ack');
        expect(asked).toBe(3);
        expect(poll().name).toBe('ack');
      }
    }
  });

  it('takes a new command after BUSY under the number of the one given up', () => {
    const bench = new PdBench({ hands: { mfg: new Map([[1, () => 'busy' as const]]) } }).start();
    expect(bench.clear('mfg', { oui: 1, data: noBytes }).name).toBe('busy');
    expect(bench.clear('lstat', undefined, 1).name).toBe('lstatr');
  });
});

describe('the other end', () => {
  it('is gone after 8 s without a valid exchange, and back with the next', () => {
    const bench = new PdBench();
    expect(bench.pd.deadlineMs).toBeUndefined();
    bench.start();
    expect([bench.pd.isOnline, bench.told('online'), bench.pd.deadlineMs]).toEqual([true, 1, offlineMs]);
    bench.wait(offlineMs - 1);
    expect(bench.pd.isOnline).toBe(true);
    bench.wait(1);
    expect([bench.pd.isOnline, bench.told('offline')]).toEqual([false, 1]);
    bench.poll();
    expect(bench.told('online')).toBe(2);
  });

  it('may ask to be taken as there for longer', () => {
    const bench = new PdBench().start();
    expect(bench.clear('keepactive', { forMs: 20_000 }).name).toBe('ack');
    bench.wait(19_999);
    expect(bench.pd.isOnline).toBe(true);
    bench.wait(1);
    expect(bench.pd.isOnline).toBe(false);
  });

  it('is told when it takes too little, and never gets more than it takes', () => {
    const bench = new PdBench().start();
    expect(nakOf(bench.clear('acurxsize', { maxReplyBytes: 64 }))).toBe(9);
    const card = { reader: 0, format: 'unspecified', card: { bitCount: 1024, bits: new Uint8Array(128) } } as const;
    bench.pd.report({ name: 'raw', payload: card }, 0);
    expect(bench.poll().name).toBe('ack');
    expect(bench.events).toContainEqual({ type: 'report.dropped', reason: 'tooLong', name: 'raw' });
    expect(bench.clear('acurxsize', { maxReplyBytes: 0xffff }).name).toBe('ack');
    bench.pd.report({ name: 'raw', payload: card }, 0);
    expect(bench.poll().name).toBe('raw');
  });
});
