/** Every message in every state (SECURITY B8), at both ends: what leads on is the handshake, in its order, and nothing else; no chain of MACs is ever set back. */
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/osdp/commands.ts';
import { encodeFrame, type Frame, scs } from '../../src/osdp/frame.ts';
import { nakCodes } from '../../src/osdp/nak.ts';
import { encodeReply, replies } from '../../src/osdp/replies.ts';
import { scbkKinds } from '../../src/osdp/secure-channel.ts';
import { bytesOf, flipBit, rechecked } from './bytes.ts';
import { scbk } from './secure-pair.ts';
import { type Passing, shipped, Together } from './together.ts';
import { answerTo, clearReply, nakOf, nextOf, nothing, Rogue } from './together-attacker.ts';

type PdState = 'fresh' | 'identified' | 'challenged' | 'open';

/** A PD in this state, the rogue who brought it there, and the cryptogram that would lead on from 'challenged'. */
const inState = (state: PdState): { readonly line: Together; readonly rogue: Rogue; readonly cryptogram: Uint8Array } => {
  const line = new Together({ ends: shipped });
  const rogue = new Rogue(line);
  let cryptogram = new Uint8Array(16);
  if (state !== 'fresh') rogue.clear(commands.id.code, Uint8Array.of(0), 0);
  if (state === 'challenged') cryptogram = Uint8Array.from(rogue.cryptogramFor(scbk, rogue.challenge(scbkKinds.own, 1)) ?? cryptogram);
  if (state === 'open' && !rogue.handshake(scbk)) throw new Error('the right key gets no session');
  return { line, rogue, cryptogram };
};

type Said = (rogue: Rogue, cryptogram: Uint8Array, line: Together) => Frame | undefined;
const block = (type: number, ...data: readonly number[]): { readonly type: number; readonly data: Uint8Array } => ({
  type,
  data: Uint8Array.from(data),
});
const rndA = new Uint8Array(8).fill(7);
const { chlng, scrypt, id, poll } = commands;

/** What each message leads to: from any state, but for those named. */
const messages: Readonly<
  Record<string, { readonly say: Said; readonly leads: Partial<Record<PdState, PdState>> & { readonly else: PdState | 'stays' } }>
> = {
  'CHLNG for the own key': { say: (rogue) => rogue.challenge(scbkKinds.own, nextOf(rogue.sequence)), leads: { fresh: 'fresh', else: 'challenged' } },
  'CHLNG for the own key, sequence 0': { say: (rogue) => rogue.challenge(scbkKinds.own, 0), leads: { else: 'challenged' } },
  'CHLNG for SCBK-D': { say: (rogue) => rogue.challenge(scbkKinds.default, nextOf(rogue.sequence)), leads: { else: 'stays' } },
  'CHLNG for a key there is not': { say: (rogue) => rogue.challenge(2, nextOf(rogue.sequence)), leads: { else: 'stays' } },
  'CHLNG without a block': { say: (rogue) => rogue.clear(chlng.code, rndA), leads: { else: 'stays' } },
  'CHLNG with the block of SCRYPT': {
    say: (rogue) => rogue.clear(chlng.code, rndA, nextOf(rogue.sequence), block(scs.serverCryptogram, 1)),
    leads: { else: 'stays' },
  },
  'CHLNG of 7 bytes': {
    say: (rogue) => rogue.clear(chlng.code, rndA.subarray(1), nextOf(rogue.sequence), block(scs.challenge, 1)),
    leads: { else: 'stays' },
  },
  'SCRYPT that is right': { say: (rogue, cryptogram) => rogue.confirm(cryptogram), leads: { challenged: 'open', else: 'stays' } },
  'SCRYPT that is wrong': { say: (rogue, cryptogram) => rogue.confirm(flipBit(cryptogram, 5)), leads: { challenged: 'identified', else: 'stays' } },
  'SCRYPT without a block': { say: (rogue, cryptogram) => rogue.clear(scrypt.code, cryptogram), leads: { else: 'stays' } },
  'POLL in clear': { say: (rogue) => rogue.clear(poll.code), leads: { else: 'stays' } },
  'ID in clear': { say: (rogue) => rogue.clear(id.code, Uint8Array.of(0)), leads: { else: 'stays' } },
  'ID in clear, sequence 0': { say: (rogue) => rogue.clear(id.code, Uint8Array.of(0), 0), leads: { else: 'identified' } },
  'CCRYPT as a command': {
    say: (rogue) => rogue.clear(replies.ccrypt.code, new Uint8Array(32), nextOf(rogue.sequence), block(scs.clientCryptogram, 1)),
    leads: { else: 'stays' },
  },
  'RMAC_I as a command': {
    say: (rogue) => rogue.clear(replies.rmacI.code, new Uint8Array(16), nextOf(rogue.sequence), block(scs.initialMac, 1)),
    leads: { else: 'stays' },
  },
  'RMAC_I as a reply': {
    say: (_, __, line) => answerTo(line, clearReply(replies.rmacI.code, new Uint8Array(16), 1, block(scs.initialMac, 1))),
    leads: { else: 'stays' },
  },
  'a frame with a wrong MAC': {
    say: (rogue, _, line) => {
      const sequence = nextOf(rogue.sequence);
      rogue.sequence = sequence;
      const parts = { address: 1, isReply: false, sequence, check: 'crc16', security: block(scs.command), code: poll.code, data: nothing } as const;
      return answerTo(
        line,
        encodeFrame(parts, () => new Uint8Array(4)),
      );
    },
    leads: { open: 'identified', else: 'stays' },
  },
};

/** Which state it is in, from outside: only an open one answers in a session, and only a challenged one takes the cryptogram. */
const stateOf = (line: Together, rogue: Rogue, cryptogram: Uint8Array, wasFresh: boolean): PdState => {
  if (line.station.pd.isSecure) return 'open';
  if (wasFresh && nakOf(rogue.clear(id.code, Uint8Array.of(0), nextOf(rogue.sequence))) === nakCodes.wrongSequence) return 'fresh';
  return rogue.confirm(cryptogram)?.code === replies.rmacI.code ? 'challenged' : 'identified';
};

describe('a PD', () => {
  const states: readonly PdState[] = ['fresh', 'identified', 'challenged', 'open'];

  it.each(Object.entries(messages))('B8: in every state goes where it should at %s', (name, { say, leads }) => {
    for (const from of states) {
      const { line, rogue, cryptogram } = inState(from);
      const answer = say(rogue, cryptogram, line);
      const to = leads[from] ?? leads.else;
      const meant = to === 'stays' ? from : to;
      const ccrypt = answer?.code === replies.ccrypt.code ? rogue.cryptogramFor(scbk, answer) : undefined;
      expect(line.station.pd.isSecure, `${name} from ${from}`).toBe(meant === 'open');
      if (to === 'stays' && from === 'open') {
        // The chain of MACs stands where it stood.
        rogue.sequence = 1;
        expect(rogue.say(poll.code)?.code, `${name} from ${from}`).toBe(replies.ack.code);
        continue;
      }
      const reached = stateOf(line, rogue, ccrypt ?? cryptogram, from === 'fresh' && meant === 'fresh');
      // A PD that has not been spoken to takes nothing but sequence 0: it is where it was.
      expect([name, from, from === 'fresh' && reached === 'identified' && meant === 'fresh' ? 'fresh' : reached]).toEqual([name, from, meant]);
    }
  });
});

type Phase = 'id' | 'cap' | 'chlng' | 'scrypt' | 'online';
const phaseCodes: Readonly<Record<Exclude<Phase, 'online'>, number>> = {
  id: id.code,
  cap: commands.cap.code,
  chlng: chlng.code,
  scrypt: scrypt.code,
};

/** In place of the answer in this phase. Undefined: the answer as it is. */
type Forged = (passing: Passing) => Uint8Array | undefined;
const inClear =
  (code: number, data: Uint8Array, security?: { readonly type: number; readonly data: Uint8Array }): Forged =>
  ({ frame }) =>
    clearReply(code, data, frame?.sequence ?? 0, security);
const ccryptData = encodeReply('ccrypt', { cuid: bytesOf('0c1b2a2801112233'), rndB: rndA, clientCryptogram: new Uint8Array(16) });
const answers: Readonly<Record<string, Forged>> = {
  'the right answer': () => undefined,
  ACK: inClear(replies.ack.code, nothing),
  'NAK 3': inClear(replies.nak.code, Uint8Array.of(3)),
  'NAK 5': inClear(replies.nak.code, Uint8Array.of(5)),
  'NAK 6': inClear(replies.nak.code, Uint8Array.of(6)),
  'NAK 4': inClear(replies.nak.code, Uint8Array.of(4)),
  'a NAK of no bytes': inClear(replies.nak.code, nothing),
  KEYPAD: inClear(replies.keypad.code, bytesOf('000131')),
  PDID: inClear(replies.pdid.code, bytesOf('0c1b2a280b11223344010203')),
  'CCRYPT that is wrong': inClear(replies.ccrypt.code, ccryptData, block(scs.clientCryptogram, 1)),
  'CCRYPT of 31 bytes': inClear(replies.ccrypt.code, ccryptData.subarray(1), block(scs.clientCryptogram, 1)),
  'RMAC_I that is wrong': inClear(replies.rmacI.code, new Uint8Array(16), block(scs.initialMac, 1)),
  'a MAC that is wrong': ({ frame }) =>
    encodeFrame({ ...(frame as Frame), code: replies.ack.code, data: nothing, security: block(scs.reply) }, () => new Uint8Array(4)),
  'one with its last bit flipped, and a right check': ({ bytes }) => rechecked(flipBit(bytes.subarray(1), (bytes.length - 4) * 8)),
};

describe('an ACU', () => {
  it.each(Object.entries(answers))('B8: in every phase of a start believes of %s no more than it is', (name, forge) => {
    const isRight = name === 'the right answer';
    for (const phase of ['id', 'cap', 'chlng', 'scrypt', 'online'] as const) {
      const line = new Together();
      let isForged = false;
      let asked = 0;
      line.between = (passing) => {
        const { toward, frame } = passing;
        if (toward === 'pd') asked = frame?.code ?? 0;
        const isDue = phase === 'online' ? line.isUp && asked === poll.code : asked === phaseCodes[phase];
        if (toward === 'pd' || isForged || !isDue) return undefined;
        isForged = true;
        const forged = forge(passing);
        return forged === undefined ? undefined : [forged];
      };
      expect(
        line.until(() => isForged, 3_000),
        `${name} for ${phase}`,
      ).toBe(true);
      const told = line.told.length;
      const sent = line.passed.length;
      line.until(() => line.passed.slice(sent).some(({ toward }) => toward === 'pd'), 1_500);
      const next = line.passed.slice(sent).find(({ toward }) => toward === 'pd')?.frame?.code;
      // A key told in clear reaches nobody, and nobody is online but by the whole handshake.
      expect(line.events('report'), `${name} for ${phase}`).toEqual([]);
      if (!isRight && (phase === 'chlng' || phase === 'scrypt')) {
        expect(next, `${name} for ${phase}`).not.toBe(phase === 'chlng' ? scrypt.code : poll.code);
        expect(
          line.told.slice(told).some(({ event }) => event.kind === 'online'),
          `${name} for ${phase}`,
        ).toBe(false);
      }
      expect(
        line.until(() => line.isUp, 12_000),
        `${name} for ${phase}`,
      ).toBe(true);
      const inSession = line.passed.filter(({ toward, frame }) => toward === 'pd' && frame?.mac === undefined).map(({ frame }) => frame?.code);
      expect(
        inSession.every((code) => (Object.values(phaseCodes) as (number | undefined)[]).includes(code)),
        `${name} for ${phase}`,
      ).toBe(true);
    }
  });
});
