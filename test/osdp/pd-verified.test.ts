/**
 * What the public list of SIA OSDP Verified asks of the PD of frames, sequence, sizes, sessions and keys, as far as no other test shows it by
 * name. Commands and replies one by one are in pd-verified-messages.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { decodeCommand, encodeCommand } from '../../src/osdp/commands.ts';
import { scs } from '../../src/osdp/frame.ts';
import { isWeakScbk } from '../../src/osdp/scbk.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, flipBit, hexOf, joined, withCheck } from './bytes.ts';
import { Disk, nakIn, noBytes, PdBench } from './pd-bench.ts';
import { scbk, taken } from './secure-pair.ts';

const keys = ['c1d20f389a4b6e751827e3f05ca9bd46', '5e0b94d7213fa86c7dc219e8f0463ab5'].map((hex) => new SecretBytes(bytesOf(hex)));

const baudRates = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400];

describe('SIA OSDP Verified, PD', () => {
  it('050-02-01 to 050-02-06: goes to each of the six rates it is told to, at once behind its answer', () => {
    for (const baudRate of baudRates) {
      const line = new Disk({ address: 1, baudRate: baudRate === 9_600 ? 115_200 : 9_600 });
      const bench = new PdBench({ line, description: { baudRates } }).start();
      expect(bench.clear('comset', { address: 1, baudRate })).toEqual({ name: 'com', payload: { address: 1, baudRate } });
      expect(bench.events.at(-1)).toEqual({ type: 'line.switched', settings: { address: 1, baudRate } });
      expect(bench.poll().name).toBe('ack');
      expect(line.value.baudRate).toBe(baudRate);
    }
  });

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

  it('050-05-01: reads and writes numbers low byte first, without padding', () => {
    const command = taken(decodeCommand(0x6e, bytesOf('05 00840300')));
    expect(command).toEqual({ name: 'comset', payload: { address: 5, baudRate: 230_400 } });
    expect(hexOf(encodeCommand('comset', { address: 5, baudRate: 230_400 }))).toBe('0500840300');
    const bench = new PdBench({ description: { receiveBytes: 0x0410 } }).start();
    expect(hexOf(bench.frame(bench.encode(0x62, bytesOf('00'))).data)).toContain('0a1004');
  });

  it('050-06-01: takes 128 bytes, and as many more as it says', () => {
    for (const frameBytes of [128, 1_440]) {
      const bench = new PdBench({ description: { receiveBytes: frameBytes } }).start();
      expect(nakIn(bench.frame(bench.encode(0x80, new Uint8Array(frameBytes - 8))))).toBe(3);
    }
  });

  it('050-07-01: answers at the moment the command ends, and not before its last byte', () => {
    const bench = new PdBench().start();
    const poll = bench.encode(0x60);
    expect(bench.raw(poll.subarray(0, -1))).toEqual([]);
    bench.wait(19);
    expect(bench.raw(poll.subarray(-1))).toHaveLength(1);
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

  it('050-09-01, 050-09-03, 050-09-06, 050-09-07, 050-09-12, 050-09-15: answers in exactly these bytes, with a CRC and with a checksum', () => {
    const bench = new PdBench();
    const answered = (hex: string): string => bench.raw(bytesOf(hex)).map(hexOf).join(' ');
    expect(answered('53 01 0900 04 61 00 6023')).toBe('538114000445' + '0c1b2a280b11223344010203' + '4421');
    expect(answered('53 01 0800 05 60 8b33')).toBe('5381080005403935');
    bench.wait(100);
    expect(answered('53 01 0900 04 61 00 6023').slice(0, 12)).toBe('538114000445');
    expect(answered('53 01 0700 01 60 44')).toBe('538107000140e4');
  });

  it('050-09-02: takes sequence 0 at any time, and begins anew', () => {
    const bench = PdBench.keyed();
    for (let at = 0; at < 4; at += 1) {
      for (let polls = 0; polls < at; polls += 1) expect(nakIn(bench.start().frame(bench.encode(0x60)))).toBe(6);
      expect(bench.handshake()).toBe(0x78);
      expect(bench.frame(bench.encode(0x61, bytesOf('00'), 0))).toMatchObject({ sequence: 0, code: 0x45, security: undefined });
      expect(bench.pd.isSecure).toBe(false);
    }
  });

  it('050-09-04: answers its own of the 127 addresses and no other, with bit 7 set', () => {
    for (const own of [0, 1, 0x53, 0x7e]) {
      const bench = new PdBench({ line: new Disk({ address: own, baudRate: 9_600 }) });
      for (let address = 0; address < 0x7f; address += 1) {
        bench.address = address;
        const replies = bench.raw(bench.encode(0x61, bytesOf('00'), 0));
        expect(replies.map((reply) => reply[1])).toEqual(address === own ? [own | 0x80] : []);
      }
    }
  });

  it('050-09-08, 060-17-01, 070-16-01: answers CHLNG with CCRYPT: its key, its cUID, a random number and the cryptogram, 32 bytes', () => {
    const bench = PdBench.keyed();
    const ccrypt = bench.frame(bench.challengeBytes(scbk, 1, 0));
    expect([ccrypt.code, ccrypt.security?.type, ccrypt.data.length]).toEqual([0x76, scs.clientCryptogram, 32]);
    expect([...(ccrypt.security?.data ?? [])]).toEqual([1]);
    expect(hexOf(ccrypt.data.subarray(0, 8))).toBe('0c1b2a280b112233');
    expect(bench.acu.answer(ccrypt.data.subarray(8, 16), ccrypt.data.subarray(16)).ok).toBe(true);
  });

  it('060-18-01, 070-17-01: answers SCRYPT with RMAC_I, 16 bytes, and is in a session', () => {
    const bench = PdBench.keyed();
    expect(bench.handshake()).toBe(0x78);
    const rmacI = bench.sent[0] ?? noBytes;
    expect([rmacI[5], rmacI[6], rmacI[7], rmacI[8]]).toEqual([3, scs.initialMac, 1, 0x78]);
    expect(rmacI.length).toBe(5 + 3 + 1 + 16 + 2);
    expect(bench.pd.isSecure).toBe(true);
    expect(bench.secure('poll', undefined).name).toBe('ack');
  });

  it('070-17-02, 070-03-08: answers a wrong SCRYPT, and a CHLNG for a key it has not, with NAK 5 and no session', () => {
    const bench = PdBench.keyed();
    bench.frame(bench.challengeBytes(scbk, 1, 0));
    const wrong = bench.encode(0x77, new Uint8Array(16), bench.next(), { type: scs.serverCryptogram, data: Uint8Array.of(1) });
    expect([nakIn(bench.frame(wrong)), bench.pd.isSecure]).toEqual([5, false]);
    expect(nakIn(bench.frame(bench.challengeBytes(scbk, 0, 0)))).toBe(5);
    expect(bench.handshake()).toBe(0x78);
  });

  it('050-09-17: is silent to a wrong CRC, whatever bit is wrong, and answers when the command comes again', () => {
    const bench = new PdBench().start();
    const poll = bench.encode(0x60);
    for (let bit = 40; bit < poll.length * 8; bit += 1) {
      expect(bench.raw(flipBit(poll, bit))).toEqual([]);
      bench.wait(20);
    }
    expect(bench.raw(poll)).toHaveLength(1);
  });

  it('070-03-07: answers a number out of turn with NAK 4, and 0 mends it', () => {
    const bench = new PdBench().start();
    expect(nakIn(bench.frame(bench.encode(0x60, noBytes, 3)))).toBe(4);
    expect(bench.frame(bench.encode(0x60, noBytes, 0)).code).toBe(0x40);
  });

  it('070-03-09, 060-16-01: answers with NAK 6 what may come in a session only: KEYSET always, all else when it has a key', () => {
    const keyset = encodeCommand('keyset', { scbk });
    const bench = new PdBench().start();
    expect(nakIn(bench.frame(bench.encode(0x75, keyset)))).toBe(6);
    const keyed = PdBench.keyed().start();
    for (const code of [0x60, 0x64, 0x69, 0x75]) expect(nakIn(keyed.frame(keyed.encode(code, keyset)))).toBe(6);
    expect(keyed.keys.asked).toEqual([]);
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
