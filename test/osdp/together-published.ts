/** The five attacks on OSDP published in 2023 (SECURITY §2.1) and the lesser ones beside them, run by a script on a line that is paired. */
import { commands } from '../../src/osdp/commands.ts';
import { encodeFrame, scs } from '../../src/osdp/frame.ts';
import { Framer } from '../../src/osdp/framer.ts';
import { Listener } from '../../src/osdp/listener.ts';
import { nakCodes } from '../../src/osdp/nak.ts';
import { decodeReply, encodeReply, replies } from '../../src/osdp/replies.ts';
import { newDefaultScbk } from '../../src/osdp/scbk.ts';
import { PdSecureChannel } from '../../src/osdp/secure-channel.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { crypto } from './secure-pair.ts';
import { type Between, type Ends, mark, type Passing, Together } from './together.ts';
import { clearReply } from './together-attacker.ts';
import type { Findings, Trial } from './together-trials.ts';

/** What a paired ACU may say in clear: who are you, what can you, and how a session starts. */
const startOnly: readonly number[] = [commands.id.code, commands.cap.code, commands.chlng.code, commands.scrypt.code];
/** What nobody may hear on a paired line; so long that sealed bytes do not say it by chance. */
const typed = bytesOf('3139383431393834');
const typedReport = { name: 'keypad', payload: { reader: 0, keys: typed } } as const;
const order = mark(bytesOf('c0ffee0123456789'));

interface Story {
  readonly line: Together;
  readonly passed: readonly Passing[];
}

/** Half a minute of a paired line with this in the wire: a key typed each second, an order each second that is taken. */
const story = (ends: Ends, between: (line: Together) => Between): Story => {
  const line = new Together({ ends });
  line.between = between(line);
  for (let second = 0; second < 30; second += 1) {
    line.station.pd.report(typedReport, line.nowMs);
    line.acu.order(1, order, line.nowMs);
    line.run(1_000);
  }
  return { line, passed: line.passed };
};

/** Whatever happens on the line of a paired reader: nothing but a start in clear, and no data that can be read. */
const spokenInClear = ({ passed }: Story): Findings => {
  const findings: string[] = [];
  for (const { toward, frame, bytes } of passed) {
    const isStart = frame !== undefined && startOnly.includes(frame.code);
    if (toward === 'pd' && frame?.mac === undefined && !isStart) findings.push(`the ACU said in clear ${hexOf(bytes)}`);
    for (const secret of [typed, order.payload.data])
      if (Buffer.from(bytes).includes(Buffer.from(secret))) findings.push(`to be read in ${hexOf(bytes)}`);
  }
  return findings.slice(0, 3);
};

/** It has to see that something is wrong: no session, and an alarm. */
const wasNoticed = ({ line }: Story): Findings => {
  const alarms = line.events('alarm').length;
  if (line.events('online').length > 0) return ['the PD was taken for online'];
  return alarms > 0 && alarms <= 2 ? [] : [`${alarms} alarms`];
};

/** What somebody who has these keys reads in it. */
const readWith = (passed: readonly Passing[], keys: readonly SecretBytes[]): readonly { readonly code: number; readonly data: string }[] => {
  const listener = new Listener(crypto, keys);
  const read: { readonly code: number; readonly data: string }[] = [];
  const framer = new Framer({
    frame: (frame) => {
      const heard = listener.hear(frame);
      if (heard.data !== undefined && frame.mac !== undefined) read.push({ code: frame.code, data: hexOf(heard.data) });
    },
    dropped: () => undefined,
  });
  for (const { bytes, atMs } of passed) framer.receive(bytes, atMs);
  return read;
};

/** 1: listen. What is said on a paired line is of no use, and the default key reads none of it. */
const listens: Trial = (ends) => {
  const told = story(ends, () => () => undefined);
  const findings = [...spokenInClear(told)];
  if (readWith(told.passed, [newDefaultScbk()]).length > 0) findings.push('the default key reads it');
  if (told.line.events('report').length < 25) findings.push('the line does not work');
  return findings;
};

/** 2: the capabilities are made to say that there is no security, and the challenge is made to fail. */
export const downgrades: Trial = (ends) => {
  const withoutSecurity: Between = ({ frame }) => {
    const decoded = frame?.code === replies.pdcap.code && frame.isReply ? decodeReply(frame.code, frame.data) : undefined;
    if (frame === undefined || decoded?.ok !== true || decoded.value.name !== 'pdcap') return undefined;
    const data = encodeReply(
      'pdcap',
      decoded.value.payload.filter(({ function: what }) => what !== 9),
    );
    return [encodeFrame({ ...frame, data })];
  };
  const refusing =
    (code: number): Between =>
    (passing) =>
      passing.toward === 'acu' && passing.frame?.code === replies.ccrypt.code
        ? [clearReply(replies.nak.code, Uint8Array.of(code), passing.frame.sequence)]
        : withoutSecurity(passing);
  const quiet = story(ends, () => withoutSecurity);
  const findings = [...spokenInClear(quiet)];
  if (!quiet.line.isUp) findings.push('capabilities in clear are believed');
  for (const code of Object.values(nakCodes)) {
    const told = story(ends, () => refusing(code));
    // NAK 1 says that the challenge came damaged: it is said again until the time is over.
    findings.push(...[...spokenInClear(told), ...wasNoticed(told)].map((finding) => `NAK ${code}: ${finding}`));
  }
  return findings;
};

/** 3: somebody plays the PD on the default key, or asks the PD for it, and waits to be given the key. */
export const playsInstallMode: Trial = (ends) => {
  const channel = new PdSecureChannel(crypto);
  let asked: { readonly rndA: Uint8Array; readonly sequence: number } = { rndA: new Uint8Array(8), sequence: 0 };
  const playing =
    (line: Together, kind: number): Between =>
    ({ toward, frame }) => {
      if (frame === undefined) return undefined;
      if (toward === 'pd' && frame.code === commands.chlng.code) {
        asked = { rndA: frame.data.slice(), sequence: frame.sequence };
        // The PD is asked for SCBK-D; its answer is not let through.
        return [encodeFrame({ ...frame, security: { type: scs.challenge, data: Uint8Array.of(0) } })];
      }
      if (toward === 'pd' && frame.code === commands.scrypt.code) {
        const confirmed = channel.confirm(frame.data);
        const data = confirmed.ok ? confirmed.value.initialMac : new Uint8Array(16);
        line.inject('acu', clearReply(replies.rmacI.code, data, frame.sequence, { type: scs.initialMac, data: Uint8Array.of(1) }), 5);
        return [];
      }
      if (toward === 'acu' && frame.sequence === asked.sequence && (frame.code === replies.nak.code || frame.code === replies.ccrypt.code)) {
        const challenged = channel.challenge(newDefaultScbk(), asked.rndA);
        const data = encodeReply('ccrypt', { cuid: bytesOf('0c1b2a2801112233'), ...challenged });
        return [clearReply(replies.ccrypt.code, data, frame.sequence, { type: scs.clientCryptogram, data: Uint8Array.of(kind) })];
      }
      return undefined;
    };
  return [0, 1].flatMap((kind) => {
    const told = story(ends, (line) => playing(line, kind));
    const findings = [...spokenInClear(told), ...wasNoticed(told)];
    if (told.passed.some(({ frame }) => frame?.code === commands.keyset.code)) findings.push('KEYSET was said');
    if (told.line.station.told('session.opened') > 0) findings.push('the PD opened a session on SCBK-D');
    return findings;
  });
};

/** 4: a recorded handshake is tried against every key one can think of. */
const triesWeakKeys: Trial = (ends) => {
  const told = story(ends, () => () => undefined);
  const guesses = Array.from({ length: 256 }, (_, value) => new SecretBytes(new Uint8Array(16).fill(value)));
  for (let first = 0; first < 256; first += 1)
    for (const step of [1, -1]) guesses.push(new SecretBytes(Uint8Array.from({ length: 16 }, (_, at) => first + at * step)));
  return readWith(told.passed.slice(0, 40), guesses).map(({ data }) => `read: ${data}`);
};

/** 5: the reader is broken until somebody gives it its key again. Nobody ever does: it has its key, and uses it. */
const waitsForKeyset: Trial = (ends) => {
  let isBroken = true;
  const breaking: Between = () => (isBroken ? [] : undefined);
  const line = new Together({ ends });
  line.between = breaking;
  for (let minute = 0; minute < 30; minute += 1) {
    isBroken = minute % 3 !== 2;
    // As if the reader had been replaced by one that knows nothing.
    if (minute === 15) line.station.restart();
    line.run(60_000);
  }
  const findings: string[] = [];
  if (line.passed.some(({ frame }) => frame?.code === commands.keyset.code)) findings.push('KEYSET was said');
  if (readWith(line.passed, [newDefaultScbk()]).length > 0) findings.push('a session was on SCBK-D');
  if (!line.isUp) findings.push('the line does not come back');
  return findings;
};

/** Lesser: the 6 random bytes of the ACU come again, and the PD's answers of then are given in the place of those of now. */
const repeatsNonce: Trial = (ends) => {
  const always = new Uint8Array(8).fill(0x5a);
  const acuCrypto = Object.assign(Object.create(crypto) as typeof crypto, {
    aes128: crypto.aes128.bind(crypto),
    isEqual: crypto.isEqual.bind(crypto),
    randomBytes: () => always,
  });
  const recorded: Passing[] = [];
  const findings: string[] = [];
  for (const isReplay of [false, true]) {
    const line = new Together({ ends, acuCrypto });
    line.between = (passing) => {
      if (!isReplay) recorded.push(passing);
      if (!isReplay || passing.toward === 'pd') return undefined;
      const old = recorded.find(
        ({ toward, frame }) => toward === 'acu' && frame?.code === passing.frame?.code && frame?.sequence === passing.frame?.sequence,
      );
      return old === undefined ? undefined : [old.bytes];
    };
    line.run(300);
    // The ACU's own random bytes being the same, old CCRYPT is right for it; the PD's are new, and it knows better.
    if (isReplay && line.station.pd.isSecure) findings.push('the PD took part in a session of another day');
    if (!isReplay && !line.isUp) findings.push('the line does not work');
  }
  return findings;
};

export const published: Readonly<Record<string, Trial>> = {
  '1, encryption is optional': listens,
  '2, downgrade': downgrades,
  '3, install mode': playsInstallMode,
  '4, weak keys': triesWeakKeys,
  '5, KEYSET capture': waitsForKeyset,
  'a nonce of 48 bits that comes again': repeatsNonce,
};
