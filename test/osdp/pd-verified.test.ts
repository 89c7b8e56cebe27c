/** Rows of the public list of SIA OSDP Verified that are the PD's, as far as no other test shows them by name. */
import { describe, expect, it } from 'vitest';
import { isWeakScbk } from '../../src/osdp/scbk.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, hexOf, joined, withCheck } from './bytes.ts';
import { nakIn, noBytes, PdBench } from './pd-bench.ts';
import { scbk } from './secure-pair.ts';

const keys = ['c1d20f389a4b6e751827e3f05ca9bd46', '5e0b94d7213fa86c7dc219e8f0463ab5'].map((hex) => new SecretBytes(bytesOf(hex)));

describe('SIA OSDP Verified, PD', () => {
  it('050-03-01: takes and gives all 256 values of a byte', () => {
    const all = Uint8Array.from({ length: 200 }, (_, at) => at + 56);
    const seen: Uint8Array[] = [];
    const mfg = new Map([
      [
        1,
        (data: Uint8Array) => {
          seen.push(data);
          return { name: 'mfgrep', payload: { oui: 1, data: data.subarray(0, 100) } } as const;
        },
      ],
    ]);
    const bench = new PdBench({ hands: { mfg } }).start();
    for (const data of [all, all.map((value) => value - 56)]) {
      const reply = bench.clear('mfg', { oui: 1, data });
      expect(reply.name === 'mfgrep' && hexOf(reply.payload.data)).toBe(hexOf(data.subarray(0, 100)));
      expect(hexOf(seen.at(-1) ?? noBytes)).toBe(hexOf(data));
    }
  });

  it('050-04-01: gives one reply for each command, and none unasked', () => {
    const bench = new PdBench().start();
    bench.pd.report({ name: 'rstatr', payload: [0] }, 0);
    bench.sent.length = 0;
    bench.wait(5_000);
    expect(bench.sent).toEqual([]);
    for (let at = 0; at < 10; at += 1) expect(bench.raw(bench.encode(0x60))).toHaveLength(1);
  });

  it('050-06-01: takes 128 bytes, and as many more as it says', () => {
    for (const frameBytes of [128, 1_440]) {
      const bench = new PdBench({ description: { receiveBytes: frameBytes } }).start();
      expect(nakIn(bench.frame(bench.encode(0x80, new Uint8Array(frameBytes - 8))))).toBe(3);
    }
  });

  it('050-08-01: forgets a frame that pauses for 20 ms, at every byte, and takes the next', () => {
    const bench = new PdBench().start();
    for (let cut = 1; cut < 9; cut += 1) {
      const poll = bench.encode(0x61, Uint8Array.of(0));
      bench.raw(poll.subarray(0, cut));
      expect(bench.pd.deadlineMs).toBe(bench.nowMs + 20);
      bench.wait(20);
      expect(bench.raw(poll)).toHaveLength(1);
    }
  });

  it('050-09-11: is silent to a wrong checksum, and answers a right one', () => {
    const bench = new PdBench().start();
    bench.check = 'checksum';
    const poll = bench.encode(0x60);
    expect(bench.raw(poll.map((byte, at) => (at === poll.length - 1 ? byte ^ 1 : byte)))).toEqual([]);
    bench.wait(20);
    expect(bench.raw(poll)).toHaveLength(1);
  });

  it('050-09-14: answers a secure POLL out of nowhere with NAK 6 in clear', () => {
    const bench = PdBench.keyed().start();
    const reply = bench.frame(withCheck(joined(bytesOf('53 01 0000 0d 02 15 60'), new Uint8Array(4))));
    expect([nakIn(reply), reply.security]).toEqual([6, undefined]);
  });

  it('060-16-02, 060-16-03: is keyed, keyed anew and keyed again, each time by a session on the key before', () => {
    const bench = PdBench.keyed();
    let present = scbk;
    for (const key of keys) {
      expect(isWeakScbk(key)).toBe(false);
      expect(bench.handshake(present)).toBe(0x78);
      expect(bench.secure('keyset', { scbk: key }).name).toBe('ack');
      expect(bench.handshake(key)).toBe(0x78);
      expect(bench.secure('poll', undefined).name).toBe('ack');
      present = key;
    }
    expect(bench.handshake(scbk)).toBe(-1);
  });

  it('070-03-03: never says NAK 0', () => {
    for (let code = 0; code < 256; code += 1) {
      const bench = new PdBench().start();
      expect(nakIn(bench.frame(bench.encode(code, bytesOf('00'))))).not.toBe(0);
    }
  });
});

it('forgets half a frame when the line is closed and opened', () => {
  const bench = new PdBench().start();
  bench.raw(bench.encode(0x60).subarray(0, 5));
  bench.pd.resetLine();
  bench.sequence = 0;
  expect(bench.raw(bench.encode(0x60))).toHaveLength(1);
});
