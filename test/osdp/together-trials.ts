/** What somebody on the wire tries, each as a trial of both ends that says what it got. Shipped ends give nothing; a planted fault must be found. */
import { Random } from '../../sim/random.ts';
import { commands } from '../../src/osdp/commands.ts';
import { encodeFrame, scs } from '../../src/osdp/frame.ts';
import { freeFailures } from '../../src/osdp/pd-security.ts';
import { replies } from '../../src/osdp/replies.ts';
import { newDefaultScbk } from '../../src/osdp/scbk.ts';
import { scbkKinds } from '../../src/osdp/secure-channel.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, flipBit, hexOf, joined, rechecked } from './bytes.ts';
import { scbk } from './secure-pair.ts';
import { type Ends, frameIn, mark, stationOui, Together, type TogetherOptions, upAndRunning } from './together.ts';
import { answerTo, clearCommand, clearReply, lastSequence, nakOf, nextOf, nothing, Rogue } from './together-attacker.ts';

/** What somebody got that nobody may get. */
export type Findings = readonly string[];
export type Trial = (ends: Ends) => Findings;

const { nak } = replies;
const newKeyHex = 'c1d20f389a4b6e751827e3f05ca9bd46';
const keysetData = bytesOf(`0110${newKeyHex}`);
const markData = (number: number): Uint8Array => joined(Uint8Array.of(stationOui & 0xff, (stationOui >> 8) & 0xff, stationOui >> 16, number));

/** Data with which each of these codes would do something. */
const tellingData = (code: number): readonly Uint8Array[] => {
  const data: Record<number, Uint8Array> = {
    [commands.keyset.code]: keysetData,
    [commands.comset.code]: bytesOf('0500c20100'),
    [commands.led.code]: bytesOf('0000000000000000000101000100'),
    [commands.text.code]: bytesOf('000100010101 41'),
    [commands.out.code]: bytesOf('00020000'),
    [commands.buz.code]: bytesOf('0002010101'),
    [commands.mfg.code]: markData(0xee),
    [commands.filetransfer.code]: bytesOf('01 04000000 00000000 0400 01020304'),
    [commands.keepactive.code]: bytesOf('ffff'),
    [commands.acurxsize.code]: bytesOf('a005'),
  };
  return [nothing, new Uint8Array(14), ...(data[code] === undefined ? [] : [data[code]])];
};

/** A line with one PD that has its key, and nobody who speaks to it but the attacker. */
const alone = (ends: Ends, options: TogetherOptions = {}): { readonly line: Together; readonly rogue: Rogue } => {
  const line = new Together({ ends, ...options });
  return { line, rogue: new Rogue(line) };
};

/** B1: every code in clear, while a session is open and the sequence is right, or the last one, or skips one. */
export const clearDuringSession: Trial = (ends) => {
  const findings: string[] = [];
  const line = upAndRunning({ ends });
  const { world } = line.station;
  for (let code = 0; code < 256; code += 1) {
    if (code === commands.chlng.code) continue;
    for (const data of tellingData(code)) {
      for (const steps of [1, 0, 2]) {
        line.forget();
        line.run(50);
        const sequence = ((lastSequence(line) - 1 + steps) % 3) + 1;
        const answer = answerTo(line, clearCommand(code, data, sequence));
        if (answer?.code !== nak.code || answer.mac !== undefined) findings.push(`code ${code}, ${steps} on: answered ${answer?.code}`);
        if (line.station.world !== world) return [...findings, `code ${code}, ${steps} on: the world is ${line.station.world}`];
      }
    }
    if (line.station.told('session.closed') > 0 || !line.isUp) return [...findings, `code ${code} ended the session`];
  }
  return findings;
};

/** B1: every code in clear, to a PD that has a key and no session. */
export const clearBeforeSession: Trial = (ends) => {
  const findings: string[] = [];
  const allowed: readonly number[] = [commands.id.code, commands.cap.code, commands.chlng.code];
  const { line, rogue } = alone(ends);
  const { world } = line.station;
  for (let code = 0; code < 256; code += 1) {
    for (const data of tellingData(code)) {
      rogue.clear(commands.id.code, Uint8Array.of(0), 0);
      const answer = rogue.clear(code, data);
      if (!allowed.includes(code) && nakOf(answer) === undefined) findings.push(`code ${code}: answered ${answer?.code}`);
    }
    if (line.station.world !== world) return [...findings, `code ${code}: the world is ${line.station.world}`];
  }
  return findings;
};

/** B3, B4, B13: sessions and keys by keys that everyone can think of. */
export const guessableKeys: Trial = (ends) => {
  const findings: string[] = [];
  const byte = (value: number): SecretBytes => new SecretBytes(new Uint8Array(16).fill(value));
  const run = (first: number, step: number): SecretBytes => new SecretBytes(Uint8Array.from({ length: 16 }, (_, at) => first + at * step));
  const weak = [newDefaultScbk(), ...Array.from({ length: 256 }, (_, value) => byte(value))];
  for (let first = 0; first < 256; first += 1) for (const step of [1, -1, 2, 16, 17]) weak.push(run(first, step));
  const { line, rogue } = alone(ends);
  for (const key of weak.slice(0, 40)) {
    for (const kind of Object.values(scbkKinds)) {
      line.run(1_100);
      if (rogue.handshake(key, kind)) findings.push(`a session on ${hexOf(key.reveal())}, kind ${kind}`);
    }
  }
  line.run(120_000);
  if (!rogue.handshake(scbk)) findings.push('the right key gets no session');
  for (const key of weak) {
    if (nakOf2(rogue.say(commands.keyset.code, joined(bytesOf('0110'), key.reveal()))) !== 9) findings.push(`KEYSET took ${hexOf(key.reveal())}`);
  }
  if (line.station.keys.asked.length > 0) findings.push('a weak key was kept');
  return findings;
};
const nakOf2 = (answer: { readonly code: number; readonly data: Uint8Array } | undefined): number | undefined =>
  answer?.code === nak.code ? answer.data[0] : undefined;

/** B13: KEYSET in clear to anyone; under SCBK-D to a PD that has a key, and once more to one that has been given one. */
export const keysetByStrangers: Trial = (ends) => {
  const findings: string[] = [];
  const keyless = alone(ends, { stations: [{}] });
  for (const { line, rogue } of [keyless, alone(ends)]) {
    rogue.clear(commands.id.code, Uint8Array.of(0), 0);
    if (rogue.clear(commands.keyset.code, keysetData)?.code !== nak.code) findings.push('KEYSET passed in clear');
    if (rogue.handshake(newDefaultScbk(), scbkKinds.default)) findings.push('SCBK-D opened a session although nobody had opened install mode');
    if (line.station.keys.asked.length > 0) findings.push('a key was kept');
  }
  const { line, rogue } = keyless;
  line.station.isInstalling = true;
  if (!rogue.handshake(newDefaultScbk(), scbkKinds.default)) findings.push('install mode does not work');
  if (rogue.say(commands.keyset.code, keysetData)?.code !== replies.ack.code) findings.push('install mode takes no key');
  if (rogue.handshake(newDefaultScbk(), scbkKinds.default)) findings.push('SCBK-D was good for a second session');
  line.station.isInstalling = false;
  if (rogue.handshake(newDefaultScbk(), scbkKinds.default)) findings.push('SCBK-D was good after pairing');
  return findings;
};

/** B12: data with each block of a session, in clear and encrypted, with a right MAC. */
export const blockMatrix: Trial = (ends) => {
  const findings: string[] = [];
  const rows = [scs.command, scs.reply, scs.encryptedCommand, scs.encryptedReply].flatMap((type) =>
    ['none', 'clear', 'encrypted'].map((data) => ({ type, data })),
  );
  for (const { type, data } of rows) {
    const { line, rogue } = alone(ends);
    if (!rogue.handshake(scbk)) return ['the right key gets no session'];
    const isEmpty = data === 'none';
    const isRight = (type === scs.command && isEmpty) || (type === scs.encryptedCommand && data !== 'clear');
    const code = isEmpty ? commands.lstat.code : commands.mfg.code;
    const plain = isEmpty ? nothing : joined(markData(0x12), new Uint8Array(12));
    const answer = rogue.opened(answerTo(line, rogue.sealed(type, code, plain, data === 'encrypted' ? 'encrypted' : 'clear')));
    const name = `block ${type.toString(16)}, data ${data}`;
    const isTaken = isEmpty ? answer?.code === replies.lstatr.code : line.station.effects.length === 1;
    if (isTaken !== isRight) findings.push(`${name}: ${isTaken ? 'taken' : `refused by ${answer?.code}`}`);
    if (!isRight && !isEmpty && line.station.effects.length > 0) findings.push(`${name}: had an effect`);
  }
  return findings;
};

/** B14: a wrong MAC and a wrong padding look the same from outside. */
export const twoRefusals: Trial = (ends) => {
  const seen = (['mac', 'padding', 'blocks'] as const).map((wrong) => {
    const { line, rogue } = alone(ends);
    rogue.handshake(scbk);
    line.forget();
    // 16 bytes of cipher text that no padding ends, or 15; and a MAC that is right for them.
    const good = rogue.sealed(scs.encryptedCommand, commands.mfg.code, new Uint8Array(15), wrong === 'blocks' ? 'clear' : 'unpadded');
    const answer = answerTo(line, wrong === 'mac' ? rechecked(flipBit(good, (good.length - 4) * 8)) : good);
    return JSON.stringify([answer?.code, answer?.security, [...(answer?.data ?? [])], line.station.events, line.station.world]);
  });
  return new Set(seen).size === 1 ? [] : seen;
};

/** A13: another command under the sequence of the last, and one too far on: refused, and the ACU is back within a second and its retry. */
export const wrongSequences: Trial = (ends) => {
  const findings: string[] = [];
  const options = { ends, stations: [{}] };
  const line = new Together(options).run(500).forget();
  for (const steps of [0, 2]) {
    line.run(50);
    const answer = answerTo(line, clearCommand(commands.mfg.code, markData(steps), ((lastSequence(line) - 1 + steps) % 3) + 1));
    if (nakOf(answer) !== 4) findings.push(`${steps} on: answered ${answer?.code} ${nakOf(answer)}`);
  }
  // Somebody uses up a number of the ACU's, which then comes with other bytes.
  line.run(50);
  const used = nextOf(lastSequence(line));
  answerTo(line, clearCommand(commands.mfg.code, markData(0x55), used));
  const number = line.order(mark(Uint8Array.of(1)));
  if (!line.until(() => line.events('offline').length === 1, 1_000)) findings.push('the ACU does not notice');
  if (!line.until(() => line.acu.isOnline(1), 1_300)) findings.push('the PD is not back');
  if (line.events('orderEnded').every((event) => event.kind === 'orderEnded' && event.order !== number)) findings.push('an order has no end');
  line.order(mark(Uint8Array.of(2)));
  line.run(200);
  if (line.station.effects.join() !== 'mfg 55,mfg 02') findings.push(`effects: ${line.station.effects.join()}`);
  return findings;
};

/** B6: whole sessions, their beginnings and single frames again: to the PD while it waits, in a later session, and to the ACU. */
export const replays =
  (sessions: number): Trial =>
  (ends) => {
    const findings: string[] = [];
    const line = new Together({ ends });
    for (let session = 0; session < sessions && findings.length === 0; session += 1) {
      line.between = () => undefined;
      if (!line.until(() => line.isUp, 15_000)) return ['no session came to be'];
      line.order(mark(Uint8Array.of(session)));
      line.station.pd.report({ name: 'keypad', payload: { reader: 0, keys: bytesOf('30') } }, line.nowMs);
      line.run(160);
      const recorded = [...line.passed];
      const commandsSent = recorded.filter(({ toward }) => toward === 'pd').map(({ bytes }) => bytes);
      const keypads = line.events('report').length;
      const { length: done } = line.station.effects;
      line.between = () => [];
      const isDone = (what: string): void => {
        if (line.station.effects.length !== done) findings.push(`${what} was done again`);
      };
      for (const frame of commandsSent) line.attack(frame);
      isDone('a frame');
      line.run(9_000);
      for (let end = 1; end <= commandsSent.length; end += 1) {
        for (const frame of commandsSent.slice(0, end)) {
          if (line.attack(frame).some((answer) => frameIn(answer)?.mac !== undefined)) findings.push('a replay was answered in a session');
        }
        if (line.station.pd.isSecure) findings.push(`the first ${end} frames opened a session`);
        line.run(200);
      }
      isDone('a session');
      // To the ACU: old replies in the place of new ones, once each.
      const old = recorded.filter(({ toward }) => toward === 'acu').map(({ bytes }) => bytes);
      line.between = ({ toward }) => (toward === 'pd' ? undefined : [old.shift() ?? nothing]);
      line.until(() => old.length === 0, 120_000);
      if (line.events('report').length !== keypads) findings.push('a key was told again');
      line.between = () => undefined;
      line.run(70_000);
      isDone('an order');
      line.forget();
    }
    return findings;
  };

/** B6: single frames of a session before, in the middle of the next one: none is done, and the line comes back by itself. */
export const replaysIntoSession: Trial = (ends) => {
  const findings: string[] = [];
  const line = upAndRunning({ ends });
  line.order(mark(Uint8Array.of(1)));
  line.order(mark(Uint8Array.of(2)));
  line.run(300);
  const old = line.passed.filter(({ toward }) => toward === 'pd').map(({ bytes }) => bytes);
  line.between = () => [];
  line.run(9_000);
  line.between = () => undefined;
  for (const frame of old) {
    if (!line.until(() => line.isUp, 15_000)) return [...findings, 'the line does not come back'];
    line.run(110);
    // Told from a repeat of the last command by its bytes alone.
    line.attack(frame);
    if (line.station.effects.length !== 2) return [...findings, 'an old order was done'];
    line.run(300);
  }
  return findings;
};

/** B9: forged frames as fast as they go, with the right sequence and a MAC that is a guess. */
export const forgeries =
  (frames: number, seed: number): Trial =>
  (ends) => {
    const findings: string[] = [];
    const random = new Random(seed);
    const line = upAndRunning({ ends });
    line.isKept = false;
    // Of the last command that counted: the PD says it in its answer.
    let sequence = 0;
    line.between = ({ toward, frame }) => {
      if (toward === 'acu' && frame !== undefined) ({ sequence } = frame);
      return undefined;
    };
    line.run(60);
    const beganMs = line.nowMs;
    for (let count = 0; count < frames; count += 1) {
      const guess = random.bytes(4);
      const [type, code, data] =
        count % 2 === 0 ? [scs.command, commands.lstat.code, nothing] : [scs.encryptedCommand, commands.mfg.code, random.bytes(16)];
      const wasSecure = line.station.pd.isSecure;
      // Outside a session a guess is worth nothing; a frame out of sequence disturbs least.
      const next = wasSecure ? nextOf(sequence) : nextOf(nextOf(sequence));
      const parts = { address: 1, isReply: false, sequence: next, check: 'crc16', code, data, security: { type, data: nothing } } as const;
      const answer = answerTo(
        line,
        encodeFrame(parts, () => guess),
      );
      if (answer?.mac !== undefined) return ['a forged frame was answered in its session'];
      if (wasSecure && nakOf(answer) !== 4 && line.station.pd.isSecure) return ['a session goes on after a guess'];
      line.run(10);
    }
    const { station } = line;
    const seconds = (line.nowMs - beganMs) / 1_000;
    const guesses = station.told('session.failed');
    if (station.effects.length > 0) findings.push('a forged frame was taken');
    if (guesses > freeFailures + seconds + 1) findings.push(`${guesses} guesses in ${seconds} s`);
    if (guesses < Math.min(20, seconds / 3)) findings.push(`only ${guesses} guesses in ${seconds} s: the trial tries nothing`);
    if (guesses >= 20 && station.told('session.failing') === 0) findings.push('nobody was told');
    line.between = () => undefined;
    if (!line.until(() => line.isUp, 70_000)) findings.push('the line does not come back');
    return findings;
  };

/** A14: sequence 0 in clear in the middle of a session: it is over at once at the PD, and nothing of it goes on in clear. */
export const restartInSession: Trial = (ends) => {
  const findings: string[] = [];
  for (const code of [commands.id.code, commands.poll.code, commands.mfg.code, 0x9f]) {
    const line = upAndRunning({ ends });
    line.station.pd.report({ name: 'keypad', payload: { reader: 0, keys: bytesOf('3132') } }, line.nowMs);
    const answer = answerTo(line, clearCommand(code, nothing, 0));
    if (answer?.sequence !== 0) findings.push(`${code}: answered with sequence ${answer?.sequence}`);
    if (line.station.pd.isSecure) findings.push(`${code}: the session is half alive`);
    for (const poll of [1, 2, 3])
      if (answerTo(line, clearCommand(commands.poll.code, nothing, poll))?.code !== nak.code) findings.push('a POLL in clear was answered');
    line.run(2_000);
    if (!line.isUp) findings.push(`${code}: the line does not come back`);
    const spoken = line.passed.filter(({ frame }) => frame?.mac === undefined).map(({ frame }) => frame?.code);
    if (spoken.includes(replies.keypad.code)) findings.push('a key was told in clear');
  }
  return findings;
};

/** B8, at the ACU: CCRYPT and RMAC_I in a session, as they were said before. */
export const handshakeInSession: Trial = (ends) => {
  const findings: string[] = [];
  for (const code of [replies.ccrypt.code, replies.rmacI.code]) {
    const line = new Together({ ends });
    line.until(() => line.isUp, 5_000);
    const old = line.passed.find(({ frame }) => frame?.code === code)?.frame;
    line.run(100).forget();
    line.between = ({ toward, frame }) =>
      toward === 'acu' && line.passed.length === 2 ? [clearReply(code, old?.data ?? nothing, frame?.sequence ?? 1, old?.security)] : undefined;
    line.run(200);
    const alarms = line.events('alarm').map((event) => (event.kind === 'alarm' ? event.alarm : ''));
    if (alarms.join() !== 'unexpectedHandshake') findings.push(`${code}: alarms are ${alarms.join()}`);
    if (line.events('offline').length !== 1) findings.push(`${code}: the PD was not dropped`);
  }
  return findings;
};
