/** Every guard at work on the line has a fault planted behind it: with it, the trial that is meant to notice does; without, it finds nothing. */
import { describe, expect, it } from 'vitest';
import { freeFailures } from '../../src/osdp/pd-security.ts';
import { replies } from '../../src/osdp/replies.ts';
import { bytesOf, flipBit, withCheck } from './bytes.ts';
import { type Damage, damageEach, misreadChecks, runGolden } from './golden.ts';
import { type Ends, mark, shipped, Together } from './together.ts';
import { Rogue } from './together-attacker.ts';
import { type Change, endsWith } from './together-plants.ts';
import { downgrades, playsInstallMode } from './together-published.ts';
import {
  blockMatrix,
  clearBeforeSession,
  clearDuringSession,
  type Findings,
  forgeries,
  guessableKeys,
  handshakeInSession,
  keysetByStrangers,
  restartInSession,
  type Trial,
  twoRefusals,
  wrongSequences,
} from './together-trials.ts';

const eachByte = (damage: (sent: Uint8Array, at: number) => readonly Uint8Array[]) => (bytes: Uint8Array) =>
  Array.from(
    bytes,
    (_, at): Damage =>
      (sent) =>
        damage(sent, at),
  );
/** One bit of each byte, each time another. */
const flippedBits: Trial = (ends) =>
  damageEach(
    ends,
    eachByte((sent, at) => [flipBit(sent, at * 8 + (at % 8))]),
  ).findings;
const lostBursts: Trial = (ends) => damageEach(ends, () => [() => []]).findings;
/** The golden session of a shipped ACU with this PD. */
const meetsShipped: Trial = ({ PdSession }) => {
  const ends: Ends = { AcuLine: shipped.AcuLine, PdSession };
  return runGolden(ends).world === runGolden(shipped).world ? [] : ['the golden session is another'];
};

/** Cryptograms guessed as fast as they go: a few, then one a second. */
const hammering: Trial = (ends) => {
  const line = new Together({ ends });
  const rogue = new Rogue(line);
  let guesses = 0;
  for (let ms = 0; ms < 20_000; ms += 10) {
    if (rogue.challenge()?.code === replies.ccrypt.code) guesses += 1;
    rogue.confirm(new Uint8Array(16));
    line.run(10);
  }
  return guesses <= freeFailures + 20 ? [] : [`${guesses} guesses in 20 s`];
};

/** A PD that says anything to frames that are not for it, or damaged. */
const silences: Trial = (ends) => {
  const line = new Together({ ends, stations: [{}] }).run(500);
  line.between = () => [];
  const asked = {
    'a damaged frame': flipBit(withCheck(bytesOf('5301 0000 05 60')), 60),
    'a frame for another': withCheck(bytesOf('5302 0000 05 60')),
    'a reply': withCheck(bytesOf('5381 0000 05 40')),
  };
  return Object.entries(asked)
    .filter(([, bytes]) => line.attack(bytes).length > 0)
    .map(([name]) => `${name} was answered`);
};

/** Keys of a second ago and more must not be told when the line comes back. */
const staleKeys: Trial = (ends) => {
  const line = new Together({ ends });
  line.until(() => line.isUp, 3_000);
  line.between = () => [];
  line.station.pd.report({ name: 'keypad', payload: { reader: 0, keys: bytesOf('31') } }, line.nowMs);
  line.run(1_100);
  line.between = () => undefined;
  line.run(12_000);
  return line.events('report').length > 0 ? ['a key of long ago was told'] : [];
};

/** An order that the PD answers BUSY to, or whose reply is late, is done once. */
const orderedOnce: Trial = (ends) => {
  const line = new Together({ ends });
  line.until(() => line.isUp, 3_000);
  line.replyDelayMs = 1;
  for (let number = 0; number < 5; number += 1) line.order(mark(Uint8Array.of(number)));
  let count = 0;
  line.between = ({ toward, bytes }) => {
    if (toward === 'pd') return undefined;
    count += 1;
    return count % 2 === 0 ? undefined : [bytes.subarray(0, -1)];
  };
  line.run(6_000);
  return line.station.effects.length === 5 && line.station.told('session.closed') === 0 ? [] : [`effects: ${line.station.effects.join()}`];
};

interface Planted extends Change {
  /** Goes on after "an end that". */
  readonly name: string;
  readonly by: Trial;
}

const planted: readonly Planted[] = [
  { name: 'takes any check in a session', file: 'pd.ts', from: 'if (this.#isMisread(frame)) return;', to: '', by: misreadChecks },
  {
    name: 'takes any check as an answer',
    file: 'acu-session.ts',
    from: "if (frame.check === 'checksum' && flight.check === 'crc16') return false;",
    to: '',
    by: misreadChecks,
  },
  {
    name: 'does not check the MAC',
    file: 'session-cipher.ts',
    from: "if (!this.#crypto.isEqual(mac, full.subarray(0, macBytes))) return failed('wrongMac');",
    to: '',
    by: forgeries(2_000, 1),
  },
  {
    name: 'checks half of the MAC',
    file: 'session-cipher.ts',
    from: 'this.#crypto.isEqual(mac, full.subarray(0, macBytes))',
    to: 'mac[0] === full[0]',
    by: forgeries(20_000, 1),
  },
  {
    name: 'goes on after a wrong MAC',
    file: 'secure-channel.ts',
    from: "if (!opened.ok && opened.failure !== 'wrongBlock') this.close();",
    to: '',
    by: forgeries(2_000, 1),
  },
  { name: 'does not count guesses', file: 'pd-security.ts', from: 'this.#failures += 1;', to: '', by: forgeries(20_000, 1) },
  {
    name: 'answers every challenge at once',
    file: 'pd-security.ts',
    from: "if (this.#failures >= freeFailures && nowMs - this.#failedMs < failurePauseMs) return 'busy';",
    to: '',
    by: hammering,
  },
  {
    name: 'chains no command to the reply before',
    file: 'session-cipher.ts',
    from: 'else this.#commandMac = full;',
    to: 'else void full;',
    by: meetsShipped,
  },
  {
    name: 'takes data in any block',
    file: 'session-cipher.ts',
    from: "if (isForReplies !== isReply || (!isEncrypted && data.length > 0)) return failed('wrongBlock');",
    to: 'if (!isEncrypted) return ok(data); void isForReplies;',
    by: blockMatrix,
  },
  {
    name: 'tells a wrong padding from a wrong MAC',
    file: 'session-cipher.ts',
    from: "plain === undefined ? failed('wrongPadding') : ok(plain)",
    to: 'ok(plain ?? none)',
    by: twoRefusals,
  },
  { name: 'does not check the sequence', file: 'pd.ts', from: 'frame.sequence !== nextSequence(this.#sequence)', to: 'false', by: wrongSequences },
  {
    name: 'does a repeated command again',
    file: 'pd.ts',
    from: 'if (frame.sequence !== 0 && isSameBytes(this.#answered?.command, frame.bytes)) {',
    to: 'if (false) {',
    by: lostBursts,
  },
  {
    name: 'takes the same sequence for the same command',
    file: 'pd.ts',
    from: 'isSameBytes(this.#answered?.command, frame.bytes)',
    to: '(this.#answered?.command[4] ?? 0) % 4 === frame.sequence',
    by: wrongSequences,
  },
  {
    name: 'keeps its session at sequence 0',
    file: 'pd.ts',
    from: 'this.#security.close();\n    this.#files?.abort();\n    this.#answered = undefined;',
    to: 'this.#answered = undefined;',
    by: restartInSession,
  },
  {
    name: 'lets clear commands move a session',
    file: 'pd.ts',
    from: 'const isBelieved = isSecured ||',
    to: 'const isBelieved = true || isSecured ||',
    by: clearDuringSession,
  },
  {
    name: 'takes clear commands in a session',
    file: 'pd.ts',
    from: 'if (!(this.#security.isOpen ? isHandshake : this.#security.passesInClear(name))) {',
    to: 'if (!this.#security.isOpen && !this.#security.passesInClear(name)) {',
    by: clearDuringSession,
  },
  {
    name: 'takes clear commands although it has a key',
    file: 'pd-security.ts',
    from: 'return this.#policy.secureRequired || this.#keys.isKeyed;',
    to: 'return this.#policy.secureRequired;',
    by: clearBeforeSession,
  },
  {
    name: 'takes KEYSET in clear',
    file: 'commands.ts',
    from: "payload: record({ scbk: scbkField }), clear: 'never'",
    to: "payload: record({ scbk: scbkField }), clear: 'always'",
    by: keysetByStrangers,
  },
  {
    name: 'is always in install mode',
    file: 'pd-security.ts',
    from: 'return this.#policy.allowInstall() && !this.#isInstallSpent;',
    to: 'return true;',
    by: keysetByStrangers,
  },
  { name: 'uses install mode more than once', file: 'pd-security.ts', from: 'this.#isInstallSpent ||= isDefault;', to: '', by: keysetByStrangers },
  { name: 'takes weak keys', file: 'pd-security.ts', from: "if (isWeakScbk(scbk)) return nak('wrongRecord');", to: '', by: guessableKeys },
  {
    name: 'answers damaged frames',
    file: 'framer.ts',
    from: 'if (header === undefined) {',
    to: "if (header === undefined && !decoded.ok) this.#listener.dropped('securityBlock', length, { address: 1, isReply: false, sequence: 1, check: 'crc16' });\n    if (header === undefined) {",
    by: silences,
  },
  {
    name: 'does not check the check',
    file: 'frame.ts',
    from: 'if (readCheck(bytes, check, checkAt) !== computedCheck(bytes, check, checkAt)) return wrongCheck;',
    to: 'void readCheck;',
    by: flippedBits,
  },
  {
    name: 'answers for everybody',
    file: 'pd.ts',
    from: 'return !isReply && (address === this.#line.inForce.address || address === configurationAddress);',
    to: 'return !isReply && address <= configurationAddress;',
    by: silences,
  },
  { name: 'answers replies', file: 'pd.ts', from: 'return !isReply && (address', to: 'return (address', by: silences },
  {
    name: 'tells keys of long ago',
    file: 'pd-reports.ts',
    from: "if (isCredential(report) && ageMs > credentialLifeMs) return 'stale';",
    to: 'void ageMs;',
    by: staleKeys,
  },
  {
    name: 'begins a session anew for a damaged reply',
    file: 'acu-session.ts',
    from: "if (this.#isOnline || (this.#phase !== 'identifying' && !isLate)) {\n      this.#again(nowMs, 0);",
    to: "if (this.#phase !== 'identifying' && !isLate && !this.#isOnline) {\n      this.#again(nowMs, 0);",
    by: orderedOnce,
  },
  {
    name: 'says an order again under another sequence',
    file: 'acu-session.ts',
    from: 'this.#flight ??= this.#begin(nowMs);',
    to: 'this.#flight = this.#begin(nowMs);',
    by: lostBursts,
  },
  {
    name: 'takes a challenge in a session',
    file: 'acu-session.ts',
    from: 'else if (isPlain && isOpen && isHandshake(code)) {',
    to: 'else if (isPlain && isOpen && isHandshake(code) && code === 0) {',
    by: handshakeInSession,
  },
  {
    name: 'goes on in clear when there is no security',
    file: 'acu-session.ts',
    from: 'if (this.#keys.isClear) this.#announce(false, nowMs);',
    to: 'if (this.#keys.isClear || capabilities?.security === undefined) this.#announce(false, nowMs);',
    by: downgrades,
  },
  {
    name: 'tries SCBK-D on a paired reader',
    file: 'acu-keys.ts',
    from: "if (this.#current !== undefined) tries.push({ scbk: this.#current, role: 'current' });",
    to: "if (this.#current !== undefined) tries.push({ scbk: newDefaultScbk(), role: 'current' });\n    if (this.#pending === null) return tries;",
    by: playsInstallMode,
  },
  { name: 'has one key for all sessions', file: 'session-cipher.ts', from: 'block.set(rndA.subarray(0, 6), 2);', to: 'void rndA;', by: meetsShipped },
];

const caught = (trial: Trial, ends: Ends): Findings => {
  try {
    return trial(ends);
  } catch (thrown) {
    return [String(thrown)];
  }
};

describe('a fault planted in src/osdp is noticed: an end that', () => {
  it.each(planted)('$name', async ({ by, ...change }) => {
    expect(caught(by, await endsWith(change))).not.toEqual([]);
  });
});

describe('a trial of what is shipped', () => {
  it.each([...new Map(planted.map(({ by, name }) => [by, name])).entries()].map(([by, name]) => ({ by, name })))(
    'finds nothing: the one for an end that $name',
    ({ by }) => {
      expect(by(shipped)).toEqual([]);
    },
  );
});
