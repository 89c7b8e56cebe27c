/**
 * Every captured conversation, in both directions: each frame found, its check, MAC and cryptogram right, its plain text as another
 * implementation read it, and made again byte for byte. What is not so stands in peer-faults.ts.
 */
import { describe, expect, it } from 'vitest';
import { decodeCommand, encodeCommand } from '../../src/osdp/commands.ts';
import { encodeFrame } from '../../src/osdp/frame.ts';
import { decodeReply, encodeReply, replies } from '../../src/osdp/replies.ts';
import { SessionChain, SessionCipher } from '../../src/osdp/session-cipher.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { burstsOf, captureNamed, captureNames, captureText, decodedNames, type HeardFrame, otherReadings } from './captured.ts';
import { dropped, notMadeAgain, refusedCommands, sealedOtherwise, statusRepliesInClear, writtenOtherwise } from './peer-faults.ts';
import { crypto } from './secure-pair.ts';

interface Header {
  readonly verify: Readonly<Record<string, number>>;
  readonly sessions: readonly Readonly<Record<'scbk' | 'rnd_a' | 'rnd_b' | 'client_cryptogram' | 'server_cryptogram' | 'rmac_i', string>>[];
}
const headerOf = (name: string): Header => JSON.parse(captureText(name).split('\n')[0] ?? '') as Header;

const isException = (list: readonly { readonly capture: string; readonly hex: string }[], name: string, hex: string): boolean =>
  list.some((exception) => exception.capture === name && hex.startsWith(exception.hex));

const isStatusInClear = (name: string, { frame }: HeardFrame): boolean =>
  (statusRepliesInClear.captures as readonly string[]).includes(name) &&
  (statusRepliesInClear.codes as readonly number[]).includes(frame.code) &&
  frame.security?.type === 0x15;

describe.each(captureNames)('the capture %s', (name) => {
  const bursts = burstsOf(captureNamed(name));
  const frames = bursts.flatMap((burst) => burst.frames);

  it('holds the frames its recorder counted, and nothing is dropped but what is known', () => {
    const { frames: recorded = 0, crc_ok = 0, sum_ok = 0, crc_bad = 0, sum_bad = 0, junk = 0 } = headerOf(name).verify;
    expect(bursts).toHaveLength(recorded + junk);
    // A burst of junk is none of the recorder's frames, whatever is in it.
    const inJunk = bursts.filter((burst) => burst.dropped.some((reason) => reason !== 'check')).flatMap((burst) => burst.frames).length;
    expect(frames.filter(({ frame }) => frame.check === 'crc16')).toHaveLength(crc_ok + inJunk);
    expect(frames.filter(({ frame }) => frame.check === 'checksum')).toHaveLength(sum_ok);
    const withDrops = bursts.filter((burst) => burst.dropped.length > 0);
    expect(withDrops).toHaveLength(crc_bad + sum_bad + junk);
    expect(withDrops.map((burst) => [burst.hex, burst.dropped])).toEqual(
      dropped.filter(({ capture }) => capture === name).map(({ hex, reasons }) => [hex, reasons]),
    );
  });

  it('has MACs and cryptograms as its recorder found them', () => {
    const { verify } = headerOf(name);
    const withMac = frames.filter(({ frame }) => frame.mac !== undefined);
    const count = (...verdicts: readonly string[]): number => withMac.filter(({ heard }) => verdicts.includes(heard.verdict)).length;
    expect({ ok: count('verified', 'wrongBlock', 'wrongPadding'), bad: count('wrongMac'), again: count('repeated') }).toEqual({
      ok: verify.mac_ok ?? 0,
      bad: verify.mac_bad ?? 0,
      again: verify.retrans ?? 0,
    });
    const cryptograms = frames.filter(({ heard, frame }) => frame.mac === undefined && heard.verdict === 'verified').length;
    expect(cryptograms).toBe((verify.ccrypt_ok ?? 0) + (verify.scrypt_ok ?? 0) + (verify.rmac_ok ?? 0));
  });

  it('is made again byte for byte, frame by frame', () => {
    for (const burst of bursts) {
      for (const { frame } of burst.frames) {
        const isSame = hexOf(encodeFrame(frame, () => frame.mac ?? new Uint8Array(0))) === hexOf(frame.bytes);
        expect(isSame, burst.hex).toBe(!isException(notMadeAgain, name, burst.hex));
      }
    }
  });

  it('says the same when its payloads are read and written again', () => {
    const refused: string[] = [];
    const otherwise: string[] = [];
    for (const { frame, heard, note } of frames) {
      if (heard.data === undefined) continue;
      const message = frame.isReply ? decodeReply(frame.code, heard.data) : decodeCommand(frame.code, heard.data);
      if (!message.ok) {
        refused.push(`${note}: ${message.failure}`);
        continue;
      }
      const encode = (frame.isReply ? encodeReply : encodeCommand) as (of: string, payload: unknown) => Uint8Array;
      const again = hexOf(encode(message.value.name, message.value.payload));
      if (again !== hexOf(heard.data)) otherwise.push(`${note}: ${hexOf(heard.data)} → ${again}`);
    }
    expect(refused).toEqual(refusedCommands[name] ?? []);
    expect(otherwise).toEqual(writtenOtherwise[name] ?? []);
  });
});

describe.each(decodedNames)('the sessions of %s', (name) => {
  const bursts = burstsOf(captureNamed(name));

  it('agree with the other implementation on every MAC and every plain text', () => {
    const others = otherReadings(name);
    expect(bursts.map(({ hex }) => hex)).toEqual(others.map(({ hex }) => hex));
    for (const [index, burst] of bursts.entries()) {
      const other = others[index];
      const found = burst.frames[0];
      expect(found !== undefined, burst.hex).toBe(other?.check_ok);
      if (found === undefined || other === undefined || found.frame.mac === undefined) continue;
      const { verdict, data } = found.heard;
      const expected = other.retransmit ? 'repeated' : other.mac_ok === undefined ? 'noSession' : other.mac_ok ? 'verified' : 'wrongMac';
      if (isStatusInClear(name, found) || (expected === 'verified' && verdict === 'wrongBlock')) {
        expect([verdict === 'verified' ? 'taken' : 'refused', hexOf(found.frame.data)]).toEqual(['refused', other.data]);
      } else if (other.dec_err !== undefined && !isException(sealedOtherwise, name, burst.hex)) {
        expect(verdict).toBe('wrongPadding');
      } else {
        expect(verdict, burst.hex).toBe(expected);
        if (verdict === 'verified') expect(hexOf(data ?? bytesOf('00'))).toBe(other.plain ?? '');
      }
    }
  });

  it('are sealed again byte for byte from their plain text, with the keys and random values of the header', () => {
    const sessions = headerOf(name).sessions.map((session) => {
      const cipher = new SessionCipher(crypto, new SecretBytes(bytesOf(session.scbk)), bytesOf(session.rnd_a), bytesOf(session.rnd_b));
      expect(hexOf(cipher.clientCryptogram)).toBe(session.client_cryptogram);
      expect([session.server_cryptogram, undefined]).toContain(session.server_cryptogram && hexOf(cipher.serverCryptogram));
      return cipher;
    });
    let writing: SessionChain | undefined;
    let sealed = 0;
    for (const burst of bursts) {
      for (const { frame, heard } of burst.frames) {
        const cipher =
          frame.code === replies.rmacI.code && frame.isReply
            ? sessions.find((session) => hexOf(session.initialMac) === hexOf(frame.data))
            : undefined;
        if (cipher !== undefined) writing = new SessionChain(crypto, cipher);
        if (frame.mac === undefined || writing === undefined || heard.verdict === 'repeated') continue;
        if (heard.verdict !== 'verified' || isException(sealedOtherwise, name, burst.hex)) writing.open(frame);
        else {
          expect(hexOf(writing.seal(frame, frame.code, heard.data ?? bytesOf('00')))).toBe(hexOf(frame.bytes));
          sealed += 1;
        }
      }
    }
    expect(sealed).toBeGreaterThan(0);
  });
});

describe('the list of exceptions', () => {
  it('names only what the captures hold', () => {
    for (const { capture, hex } of [...dropped, ...notMadeAgain, ...sealedOtherwise]) {
      expect(burstsOf(captureNamed(capture)).filter((burst) => burst.hex.startsWith(hex))).not.toHaveLength(0);
    }
    for (const name of statusRepliesInClear.captures) {
      const found = burstsOf(captureNamed(name)).flatMap(({ frames }) => frames.filter((frame) => isStatusInClear(name, frame)));
      expect(found.map(({ heard }) => heard.verdict)).toContain('wrongBlock');
      for (const { heard } of found) expect(['wrongBlock', 'repeated']).toContain(heard.verdict);
    }
  });
});
