/** The secure channel: the worked example of OSDP.md §12 byte for byte, sessions between our own two ends, and everything that ends or must not end one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { decodeCommand } from '../../src/osdp/commands.ts';
import { encodeFrame, type Frame, scs } from '../../src/osdp/frame.ts';
import { replies } from '../../src/osdp/replies.ts';
import { AcuSecureChannel, acceptedMark, PdSecureChannel, scbkKinds } from '../../src/osdp/secure-channel.ts';
import { SessionChain, SessionCipher } from '../../src/osdp/session-cipher.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, flipBit, hexOf, joined, rechecked } from './bytes.ts';
import { HeardFrames, plainFrame } from './heard-frames.ts';
import { crypto, frameOf, SecurePair, scbk, taken, withRandom } from './secure-pair.ts';

interface Example {
  readonly scbk: string;
  readonly rndA: string;
  readonly rndB: string;
  readonly clientCryptogram: string;
  readonly serverCryptogram: string;
  readonly initialMac: string;
  readonly macs: readonly { readonly name: string; readonly covered: string; readonly iv: string; readonly mac: string }[];
  readonly data: readonly { readonly name: string; readonly iv: string; readonly plain: string; readonly cipherText: string }[];
  readonly frames: Readonly<Record<'chlng' | 'ccrypt' | 'scrypt' | 'rmacI' | 'poll' | 'ack', string>>;
}
const example = JSON.parse(readFileSync(join(import.meta.dirname, '../vectors/osdp/worked-example.json'), 'utf8')) as Example;
const exampleKey = new SecretBytes(bytesOf(example.scbk));
const rndA = bytesOf(example.rndA);
const rndB = bytesOf(example.rndB);
const none = new Uint8Array(0);

const refusalOf = (result: { readonly ok: boolean; readonly failure?: unknown }): unknown => (result.ok ? 'taken' : result.failure);

describe('the arithmetic of a session', () => {
  const cipher = new SessionCipher(crypto, exampleKey, rndA, rndB);

  it('gives the cryptograms and the first MAC of the worked example', () => {
    expect(hexOf(cipher.clientCryptogram)).toBe(example.clientCryptogram);
    expect(hexOf(cipher.serverCryptogram)).toBe(example.serverCryptogram);
    expect(hexOf(cipher.initialMac)).toBe(example.initialMac);
  });

  it.each(example.macs)('gives the MAC of $name', ({ covered, iv, mac }) => {
    expect(hexOf(cipher.mac(bytesOf(iv), bytesOf(covered), covered.length / 2))).toBe(mac);
  });

  it.each(example.data)('encrypts and decrypts the data of $name', ({ iv, plain, cipherText }) => {
    expect(hexOf(cipher.encrypt(bytesOf(iv), bytesOf(plain)))).toBe(cipherText);
    expect(hexOf(cipher.decrypt(bytesOf(iv), bytesOf(cipherText)) ?? none)).toBe(plain);
  });

  it('pads to whole blocks always, and takes every length back', () => {
    const iv = bytesOf(example.initialMac);
    for (let length = 0; length <= 64; length += 1) {
      const plain = Uint8Array.from({ length }, (_, at) => (at % 3 === 0 ? 0x80 : 0));
      const cipherText = cipher.encrypt(iv, plain);
      expect(cipherText).toHaveLength((Math.floor(length / 16) + 1) * 16);
      expect(cipher.decrypt(iv, cipherText)).toEqual(Buffer.from(plain));
    }
  });

  it('pads what a MAC covers only when it is not whole blocks', () => {
    const iv = bytesOf(example.initialMac);
    const unpadded = bytesOf('00112233445566778899aabbccddee80');
    expect(cipher.mac(iv, unpadded, 16)).toEqual(cipher.mac(iv, unpadded, 15));
    expect(cipher.mac(iv, joined(unpadded, unpadded), 32)).toEqual(cipher.mac(iv, joined(unpadded, unpadded), 31));
  });

  it('never finds the MAC of a frame that has none right', () => {
    expect(refusalOf(new SessionChain(crypto, cipher).open(frameOf(plainFrame())))).toBe('wrongMac');
  });
});

describe('a secure channel', () => {
  it('makes every frame of the worked example, at both ends', () => {
    const acu = new AcuSecureChannel(withRandom(rndA));
    const pd = new PdSecureChannel(withRandom(rndB));
    const header = { address: 1, check: 'crc16' } as const;
    const block = (type: number, value: number) => ({ security: { type, data: Uint8Array.of(value) } });
    const frames: Record<string, Uint8Array> = {};

    const challenge = acu.challenge(exampleKey);
    frames.chlng = encodeFrame({ ...header, isReply: false, sequence: 0, ...block(scs.challenge, scbkKinds.own), code: 0x76, data: challenge.rndA });
    const ccrypt = pd.challenge(exampleKey, challenge.rndA);
    const ccryptData = joined(bytesOf('0c1b280011223344'), ccrypt.rndB, ccrypt.clientCryptogram);
    frames.ccrypt = encodeFrame({
      ...header,
      isReply: true,
      sequence: 0,
      ...block(scs.clientCryptogram, 1),
      code: replies.ccrypt.code,
      data: ccryptData,
    });
    const { serverCryptogram } = taken(acu.answer(ccrypt.rndB, ccrypt.clientCryptogram));
    frames.scrypt = encodeFrame({ ...header, isReply: false, sequence: 1, ...block(scs.serverCryptogram, 1), code: 0x77, data: serverCryptogram });
    const { initialMac } = taken(pd.confirm(serverCryptogram));
    frames.rmacI = encodeFrame({ ...header, isReply: true, sequence: 1, ...block(scs.initialMac, acceptedMark), code: 0x78, data: initialMac });
    taken(acu.establish(initialMac));
    frames.poll = acu.seal({ ...header, sequence: 2 }, 0x60, none);
    expect(taken(pd.open(frameOf(frames.poll)))).toHaveLength(0);
    frames.ack = pd.seal({ ...header, sequence: 2 }, 0x40, none);
    expect(taken(acu.open(frameOf(frames.ack)))).toHaveLength(0);

    expect(Object.fromEntries(Object.entries(frames).map(([name, bytes]) => [name, hexOf(bytes)]))).toEqual(example.frames);
  });

  it('carries data of every length in both directions, with either check', () => {
    for (const check of ['crc16', 'checksum'] as const) {
      const pair = new SecurePair();
      for (let length = 0; length <= 200; length += 1) {
        const down = crypto.randomBytes(length + 1).subarray(1);
        const up = crypto.randomBytes(201 - length).subarray(1);
        expect(pair.exchange(down, up, check).map(hexOf)).toEqual([hexOf(down), hexOf(up)]);
      }
    }
  });

  it('shows no data on the line', () => {
    const pair = new SecurePair();
    const data = bytesOf('0006 31 32 33 34 35 0d');
    for (let round = 0; round < 50; round += 1) {
      const frame = pair.command(0x53, data);
      expect(hexOf(frame)).not.toContain(hexOf(data.subarray(2)));
      taken(pair.pd.open(frameOf(frame)));
      taken(pair.acu.open(frameOf(pair.reply())));
    }
  });

  it('is not moved by any frame with a flipped bit: the next good one is still taken', () => {
    // With the bit for the CRC flipped, one frame in 256 has a checksum that is right: both ends drop a check the session did not begin with.
    const misheard = (ear: HeardFrames): readonly Frame[] => ear.frames.filter((frame) => frame.check === 'crc16');
    const pair = new SecurePair();
    for (let round = 0; round < 4; round += 1) {
      const command = pair.command(0x69, round % 2 === 0 ? none : bytesOf('0000000000000000000101000100'));
      for (let bit = 0; bit < command.length * 8; bit += 1) {
        const ear = new HeardFrames();
        ear.framer.receive(flipBit(command, bit), 0);
        ear.framer.expire(20);
        expect(misheard(ear)).toEqual([]);
      }
      taken(pair.pd.open(frameOf(command)));
      const reply = pair.reply(0x53, round % 2 === 0 ? bytesOf('00 01 31') : none);
      for (let bit = 0; bit < reply.length * 8; bit += 1) {
        const ear = new HeardFrames();
        ear.framer.receive(flipBit(reply, bit), 0);
        ear.framer.expire(20);
        expect(misheard(ear)).toEqual([]);
      }
      taken(pair.acu.open(frameOf(reply)));
    }
  });

  it('takes no frame with a flipped bit whose check was put right, and gives a forger one guess', () => {
    const data = bytesOf('0000000000000000000101000100');
    const bits = new SecurePair().command(0x69, data).length * 8 - 16;
    for (let bit = 0; bit < bits; bit += 1) {
      const pair = new SecurePair();
      const good = pair.command(0x69, data);
      const ear = new HeardFrames();
      // A changed length is put right as well; that the frame still begins like one is the framer's business.
      ear.framer.receive(rechecked(flipBit(good, bit)), 0);
      for (const frame of ear.frames) {
        const isSame = hexOf(frame.bytes) === hexOf(good);
        const refusal = refusalOf(pair.pd.open(frame));
        expect(refusal).toBe(isSame ? 'taken' : frame.mac === undefined || frame.isReply ? 'unsecured' : 'wrongMac');
        expect(pair.pd.state).toBe(refusal === 'wrongMac' ? 'closed' : 'open');
        if (!isSame) expect(refusalOf(pair.pd.open(frameOf(good)))).toBe(refusal === 'wrongMac' ? 'noSession' : 'taken');
      }
    }
  });

  it('takes no frame a second time, none out of order, and none of an earlier session', () => {
    const random = new Random(0xb6);
    for (let session = 0; session < 100; session += 1) {
      const recorded: Uint8Array[] = [];
      const pair = new SecurePair();
      for (let round = 0; round < 4; round += 1) {
        const command = pair.command(0x69, new Uint8Array(random.int(20)));
        recorded.push(command);
        taken(pair.pd.open(frameOf(command)));
        taken(pair.acu.open(frameOf(pair.reply())));
      }
      expect(refusalOf(pair.pd.open(frameOf(recorded[random.int(4)] ?? none)))).toBe('wrongMac');
      for (const frame of recorded) {
        expect(refusalOf(pair.pd.open(frameOf(frame)))).toBe('noSession');
        expect(refusalOf(new SecurePair().pd.open(frameOf(frame))), `seed ${random.seed}`).toBe('wrongMac');
      }
    }
  });

  it('does not take its own frames back, as an adapter that echoes would have it', () => {
    const pair = new SecurePair();
    const command = frameOf(pair.command());
    expect(refusalOf(pair.acu.open(command))).toBe('unsecured');
    taken(pair.pd.open(command));
    const reply = frameOf(pair.reply());
    expect(refusalOf(pair.pd.open(reply))).toBe('unsecured');
    expect([...taken(pair.acu.open(reply))]).toEqual([]);
  });

  it('lets frames in clear pass by without a change to the session', () => {
    const pair = new SecurePair();
    expect(refusalOf(pair.pd.open(frameOf(plainFrame())))).toBe('unsecured');
    expect(refusalOf(pair.acu.open(frameOf(plainFrame({ isReply: true, code: replies.busy.code, sequence: 0 }))))).toBe('unsecured');
    expect(pair.exchange(none, none)).toHaveLength(2);
  });

  it('goes on after BUSY, with another command: it is chained to the last reply that was sealed', () => {
    const pair = new SecurePair();
    taken(pair.pd.open(frameOf(pair.command())));
    expect(pair.exchange(none, none)).toHaveLength(2);
  });

  it('refuses frames of a session before there is one, and after it was closed', () => {
    const command = frameOf(new SecurePair().command());
    expect(refusalOf(new PdSecureChannel(crypto).open(command))).toBe('noSession');
    const pair = new SecurePair();
    pair.pd.close();
    expect(refusalOf(pair.pd.open(command))).toBe('noSession');
    expect(() => pair.reply()).toThrow('a frame is sealed in an open session');
  });
});

describe('what a peer with the right keys may still do wrong', () => {
  /** A command sealed by hand, with the block and the cipher text that are asked for. */
  const craft = (type: number, cipherTextOf: (cipher: SessionCipher) => Uint8Array, isReply = false) => {
    const cipher = new SessionCipher(crypto, scbk, rndA, rndB);
    const pd = new PdSecureChannel(withRandom(rndB));
    pd.challenge(scbk, rndA);
    taken(pd.confirm(cipher.serverCryptogram));
    const bytes = encodeFrame(
      { address: 1, isReply, sequence: 2, check: 'crc16', security: { type, data: none }, code: 0x69, data: cipherTextOf(cipher) },
      (bytes, covered) => cipher.mac(cipher.initialMac, bytes, covered).subarray(0, 4),
    );
    return { pd, opened: pd.open(frameOf(bytes)) };
  };
  const oneBlock = bytesOf('61497c2aa14f5c72bf1e18ee8e7c7515');

  it('an encrypted block of nothing, or of padding alone, is no data', () => {
    for (const data of [() => none, (cipher: SessionCipher) => cipher.encrypt(cipher.initialMac, none)]) {
      const { pd, opened } = craft(scs.encryptedCommand, data);
      expect([taken(opened).length, pd.state]).toEqual([0, 'open']);
    }
  });

  it('data in clear, or a block of the other direction, count for nothing; the session goes on', () => {
    for (const [type, data] of [
      [scs.command, oneBlock],
      [scs.command, Uint8Array.of(0)],
      [scs.reply, none],
      [scs.encryptedReply, oneBlock],
    ] as const) {
      const { pd, opened } = craft(type, () => data);
      expect([refusalOf(opened), pd.state]).toEqual(['wrongBlock', 'open']);
    }
  });

  it('cipher text that is no whole block, or has no padding, ends the session', () => {
    const padless = (cipher: SessionCipher): Uint8Array => cipher.encrypt(cipher.initialMac, bytesOf(`${'00'.repeat(15)}01`)).subarray(0, 16);
    const zeros = (cipher: SessionCipher): Uint8Array => cipher.encrypt(cipher.initialMac, new Uint8Array(16)).subarray(0, 16);
    const tooFar = (cipher: SessionCipher): Uint8Array =>
      cipher.encrypt(cipher.initialMac, joined(Uint8Array.of(0x80), new Uint8Array(31))).subarray(0, 32);
    for (const data of [() => oneBlock.subarray(1), () => joined(oneBlock, Uint8Array.of(1)), padless, zeros, tooFar]) {
      const { pd, opened } = craft(scs.encryptedCommand, data);
      expect([refusalOf(opened), pd.state]).toEqual(['wrongPadding', 'closed']);
    }
  });
});

describe('the agreement on a session', () => {
  const steps = {
    pd: {
      challenge: (pair: SecurePair) => pair.pd.challenge(scbk, rndA) && 'taken',
      scrypt: (pair: SecurePair) => refusalOf(pair.pd.confirm(bytesOf('00'.repeat(16)))),
    },
    acu: {
      challenge: (pair: SecurePair) => pair.acu.challenge(scbk) && 'taken',
      ccrypt: (pair: SecurePair) => refusalOf(pair.acu.answer(rndB, bytesOf('00'.repeat(16)))),
      rmacI: (pair: SecurePair) => refusalOf(pair.acu.establish(bytesOf('00'.repeat(16)))),
    },
  };

  it('passes through its states in one order only', () => {
    const acu = new AcuSecureChannel(crypto);
    const pd = new PdSecureChannel(crypto);
    const states = () => `${acu.state} ${pd.state}`;
    expect(states()).toBe('closed closed');
    const challenge = acu.challenge(scbk);
    expect(states()).toBe('challenged closed');
    const ccrypt = pd.challenge(scbk, challenge.rndA);
    expect(states()).toBe('challenged challenged');
    const scrypt = taken(acu.answer(ccrypt.rndB, ccrypt.clientCryptogram));
    expect(states()).toBe('confirming challenged');
    const rmacI = taken(pd.confirm(scrypt.serverCryptogram));
    expect(states()).toBe('confirming open');
    taken(acu.establish(rmacI.initialMac));
    expect(states()).toBe('open open');
  });

  it('is never moved by CCRYPT, RMAC_I or SCRYPT in the middle of a session', () => {
    const pair = new SecurePair();
    expect(steps.acu.ccrypt(pair)).toBe('unexpected');
    expect(steps.acu.rmacI(pair)).toBe('unexpected');
    expect(steps.pd.scrypt(pair)).toBe('unexpected');
    expect(pair.exchange(Uint8Array.of(1), Uint8Array.of(2)).map(hexOf)).toEqual(['01', '02']);
  });

  it('ends the session there is when a new one is begun', () => {
    const pair = new SecurePair();
    const command = frameOf(pair.command());
    steps.pd.challenge(pair);
    expect(pair.pd.state).toBe('challenged');
    expect(refusalOf(pair.pd.open(command))).toBe('noSession');
    steps.acu.challenge(pair);
    expect(pair.acu.state).toBe('challenged');
  });

  it('has one try for each challenge, at each step of either end', () => {
    const pair = new SecurePair();
    steps.pd.challenge(pair);
    expect([steps.pd.scrypt(pair), steps.pd.scrypt(pair), pair.pd.state]).toEqual(['wrongCryptogram', 'unexpected', 'closed']);
    steps.acu.challenge(pair);
    expect([steps.acu.rmacI(pair), steps.acu.ccrypt(pair), steps.acu.ccrypt(pair), pair.acu.state]).toEqual([
      'unexpected',
      'wrongCryptogram',
      'unexpected',
      'closed',
    ]);
    const { rndA: asked } = pair.acu.challenge(scbk);
    const ccrypt = pair.pd.challenge(scbk, asked);
    taken(pair.acu.answer(ccrypt.rndB, ccrypt.clientCryptogram));
    expect([steps.acu.ccrypt(pair), steps.acu.rmacI(pair), steps.acu.rmacI(pair), pair.acu.state]).toEqual([
      'unexpected',
      'wrongCryptogram',
      'unexpected',
      'closed',
    ]);
  });

  it('fails when the two ends have different keys', () => {
    const other = new SecretBytes(crypto.randomBytes(16));
    const acu = new AcuSecureChannel(crypto);
    const pd = new PdSecureChannel(crypto);
    const ccrypt = pd.challenge(other, acu.challenge(scbk).rndA);
    expect(refusalOf(acu.answer(ccrypt.rndB, ccrypt.clientCryptogram))).toBe('wrongCryptogram');
  });

  it('draws new random bytes each time: none of 2 000 came twice', () => {
    const pd = new PdSecureChannel(crypto);
    const acu = new AcuSecureChannel(crypto);
    const drawn = new Set<string>();
    for (let round = 0; round < 1_000; round += 1) {
      drawn.add(hexOf(pd.challenge(scbk, rndA).rndB));
      drawn.add(hexOf(acu.challenge(scbk).rndA));
    }
    expect(drawn.size).toBe(2_000);
  });

  it('takes random bytes of 8 only: a payload of any other length is no CHLNG', () => {
    expect(() => new PdSecureChannel(crypto).challenge(scbk, new Uint8Array(7))).toThrow('the ACU sends 8 random bytes');
    expect(() => {
      const acu = new AcuSecureChannel(crypto);
      acu.challenge(scbk);
      acu.answer(new Uint8Array(9), none);
    }).toThrow('the PD sends 8 random bytes');
    expect(decodeCommand(0x76, new Uint8Array(7))).toEqual({ ok: false, failure: 'wrongLength' });
  });
});
