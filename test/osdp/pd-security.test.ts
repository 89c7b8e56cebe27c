/** Whom a PD believes: sessions, keys and how they change, what passes in clear, who guesses. */
import { describe, expect, it } from 'vitest';
import { scs } from '../../src/osdp/frame.ts';
import type { PdKeySet } from '../../src/osdp/pd-keys.ts';
import { alarmFailures, failurePauseMs, failuresForgottenMs, freeFailures, maxSessionFrames, maxSessionMs } from '../../src/osdp/pd-security.ts';
import { newDefaultScbk } from '../../src/osdp/scbk.ts';
import { scbkKinds } from '../../src/osdp/secure-channel.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, flipBit, hexOf, joined, rechecked, withCheck } from './bytes.ts';
import { type BenchOptions, Disk, nakIn, nakOf, noBytes, PdBench } from './pd-bench.ts';
import { scbk, taken } from './secure-pair.ts';

const other = new SecretBytes(bytesOf('c1d2 0f38 9a4b 6e75 1827 e3f0 5ca9 bd46'));
const open = (options: BenchOptions = {}): PdBench => {
  const bench = PdBench.keyed(options);
  expect(bench.handshake()).toBe(0x78);
  return bench;
};

describe('a session', () => {
  it('is agreed on from CHLNG with sequence 0, and carries commands and replies both ways', () => {
    const bench = open();
    expect(bench.pd.isSecure).toBe(true);
    expect(bench.secure('lstat', undefined)).toEqual({ name: 'lstatr', payload: { tamper: 'normal', power: 'normal' } });
    expect(bench.secure('poll', undefined).name).toBe('ack');
  });

  it('sends status replies encrypted', () => {
    const bench = open();
    for (const code of [0x64, 0x65, 0x66, 0x67]) {
      const reply = bench.frame(bench.sealed(code));
      expect(reply.security?.type).toBe(scs.encryptedReply);
      bench.acu.open(reply);
    }
  });

  it('answers a repeat with the same bytes, and goes on', () => {
    const bench = open();
    const command = bench.sealed(0x64);
    const [first] = bench.raw(command);
    expect(bench.raw(command)).toEqual([first]);
    expect(bench.opened(command).name).toBe('lstatr');
    expect(bench.secure('poll', undefined).name).toBe('ack');
  });

  it('lives through a damaged frame', () => {
    const bench = open();
    const command = bench.sealed(0x60);
    expect(bench.raw(flipBit(command, command.length * 8 - 1))).toEqual([]);
    bench.wait(20);
    expect(bench.opened(command).name).toBe('ack');
  });

  it('answers a length or code it cannot read inside the session', () => {
    const bench = open();
    const unknown = bench.frame(bench.sealed(0x9f));
    expect(unknown.security?.type).toBe(scs.encryptedReply);
    expect(hexOf(taken(bench.acu.open(unknown)))).toBe('03');
    expect(nakOf(bench.opened(bench.sealed(0x6a, bytesOf('0000'))))).toBe(2);
    expect(bench.secure('poll', undefined).name).toBe('ack');
  });

  it.each([
    ['a wrong MAC', (bench: PdBench) => bench.frame(rechecked(flipBit(bench.sealed(0x60), 9 * 8)))],
    ['sequence 0', (bench: PdBench) => bench.frame(bench.encode(0x61, Uint8Array.of(0), 0))],
    ['8 s of silence', (bench: PdBench) => bench.wait(8_000)],
    ['a new challenge', (bench: PdBench) => bench.frame(bench.challengeBytes())],
    [
      'its length in time',
      (bench: PdBench) => {
        for (let at = 0; at < maxSessionMs; at += 7_000) {
          bench.wait(7_000);
          if (at + 7_000 < maxSessionMs) bench.secure('poll', undefined);
        }
        bench.frame(bench.sealed(0x60));
      },
    ],
  ])(
    'ends with %s',
    (_, end) => {
      const bench = open();
      end(bench);
      expect([bench.pd.isSecure, bench.told('session.closed')]).toEqual([false, 1]);
    },
    30_000,
  );

  it('drops a session in which sequence 0 came, and answers what has a MAC with NAK 6 in clear', () => {
    const bench = open();
    const late = bench.sealed(0x60, noBytes, 1);
    bench.start();
    const reply = bench.frame(late);
    expect([nakIn(reply), reply.security]).toEqual([6, undefined]);
    expect(maxSessionFrames).toBe(2 * 2 ** 20);
  });

  it('answers SCRYPT without a challenge with NAK 5 and leaves the session as it is', () => {
    const bench = open();
    const before = bench.sequence;
    expect(nakIn(bench.frame(bench.encode(0x77, new Uint8Array(16), bench.next(), { type: scs.serverCryptogram, data: Uint8Array.of(1) })))).toBe(5);
    bench.sequence = before;
    expect(bench.secure('poll', undefined).name).toBe('ack');
  });

  it('is refused without its security block, or with another, by NAK 5', () => {
    const bench = PdBench.keyed().start();
    const rndA = new Uint8Array(8);
    expect(nakIn(bench.frame(bench.encode(0x76, rndA)))).toBe(5);
    for (const [type, data] of [
      [0x11, '02'],
      [0x11, ''],
      [0x13, '01'],
      [0x19, '01'],
    ] as const) {
      expect(nakIn(bench.frame(bench.encode(0x76, rndA, bench.next(), { type, data: bytesOf(data) })))).toBe(5);
    }
    expect(nakIn(bench.frame(bench.encode(0x77, new Uint8Array(16), bench.next(), { type: 0x11, data: bytesOf('01') })))).toBe(5);
    expect(nakIn(bench.frame(bench.encode(0x61, noBytes, bench.next(), { type: 0x11, data: bytesOf('01') })))).toBe(5);
    expect(nakIn(bench.frame(bench.encode(0x76, new Uint8Array(7), bench.next(), { type: 0x11, data: bytesOf('01') })))).toBe(2);
    expect(nakIn(new PdBench().frame(bench.challengeBytes(scbk, scbkKinds.own, 0)))).toBe(5);
  });
});

describe('in clear', () => {
  const passing = [0x61, 0x62, 0x76, 0x77];

  it('all 256 codes have no effect on a keyed PD, before a session', () => {
    for (let code = 0; code < 256; code += 1) {
      for (const data of [noBytes, new Uint8Array(14)]) {
        const bench = PdBench.keyed().start();
        const told = bench.events.length;
        const reply = bench.frame(bench.encode(code, data));
        if (!passing.includes(code)) {
          expect(nakIn(reply), hexOf(Uint8Array.of(code))).toBe(6);
          expect(bench.events.slice(told)).toEqual([{ type: 'clear.refused', code }]);
        }
      }
    }
  });

  it('all 256 codes have no effect during a session, but for a new challenge', () => {
    const bench = open();
    for (let code = 0; code < 256; code += 1) {
      const before = bench.sequence;
      const reply = bench.frame(bench.encode(code, new Uint8Array(14)));
      expect(reply.code).toBe(0x41);
      expect(reply.security).toBeUndefined();
      bench.sequence = before;
      expect(bench.secure('poll', undefined).name).toBe('ack');
    }
    expect(bench.told('clear.refused')).toBe(256 - 2);
  });

  it('COMSET passes on a keyed PD only by the setting', () => {
    const settings = { address: 2, baudRate: 9_600 };
    expect(nakOf(PdBench.keyed().start().clear('comset', settings))).toBe(6);
    expect(
      PdBench.keyed({ policy: { clearComset: true } })
        .start()
        .clear('comset', settings),
    ).toEqual({ name: 'com', payload: settings });
  });

  it('a PD that requires security lets nothing more pass without a key', () => {
    const bench = new PdBench({ policy: { secureRequired: true } }).start();
    expect(nakOf(bench.poll())).toBe(6);
    expect(bench.clear('cap', { form: 0 }).name).toBe('pdcap');
  });

  it('KEYSET never passes', () => {
    for (const bench of [new PdBench().start(), PdBench.keyed().start()]) {
      expect(nakOf(bench.clear('keyset', { scbk: other }))).toBe(6);
      expect(bench.keys.asked).toEqual([]);
    }
  });
});

describe('install mode', () => {
  it('lets SCBK-D open one session while it is open, and none when it is not', () => {
    let isOpen = false;
    const bench = new PdBench({ policy: { allowInstall: () => isOpen } });
    expect(bench.install()).toBe(0x41);
    isOpen = true;
    expect(bench.install()).toBe(0x78);
    expect(bench.pd.isSecure).toBe(false);
    expect(bench.install()).toBe(0x41);
    isOpen = false;
    expect(bench.install()).toBe(0x41);
    isOpen = true;
    expect(bench.install()).toBe(0x78);
    isOpen = false;
    expect(nakIn(bench.frame(bench.sealed(0x60)))).toBe(6);
  });

  it('refuses an all-zero key where there is none', () => {
    const bench = new PdBench({ policy: { allowInstall: () => true } });
    expect(bench.handshake(new SecretBytes(new Uint8Array(16)))).toBe(0x41);
  });

  it('gives the PD its key, and is over with it', () => {
    const bench = new PdBench({ policy: { allowInstall: () => true } });
    bench.install();
    const reply = bench.secure('keyset', { scbk: other });
    expect([reply.name, bench.pd.isSecure, bench.told('session.closed')]).toEqual(['ack', false, 1]);
    expect(bench.install()).toBe(0x41);
    expect(bench.handshake(other)).toBe(0x78);
    expect(bench.secure('poll', undefined).name).toBe('ack');
    expect(hexOf(bench.keys.value.current?.reveal() ?? noBytes)).toBe(hexOf(other.reveal()));
    expect(bench.keys.value.pending).toBeUndefined();
  });

  it('keeps keys and cards back in its session when security is required', () => {
    const bench = new PdBench({ policy: { allowInstall: () => true, secureRequired: true } });
    bench.install();
    bench.pd.report({ name: 'keypad', payload: { reader: 0, keys: bytesOf('31') } }, 0);
    bench.pd.report({ name: 'lstatr', payload: { tamper: 'tampered', power: 'normal' } }, 0);
    expect(bench.secure('poll', undefined).name).toBe('lstatr');
    expect(bench.events).toContainEqual({ type: 'report.dropped', reason: 'withheld', name: 'keypad' });
  });
});

describe('a change of key', () => {
  it('refuses a key that can be guessed with NAK 9, and the session goes on', () => {
    const bench = open();
    for (const weak of [newDefaultScbk(), new SecretBytes(new Uint8Array(16)), new SecretBytes(bytesOf('000102030405060708090a0b0c0d0e0f'))]) {
      expect(nakOf(bench.secure('keyset', { scbk: weak }))).toBe(9);
    }
    expect(bench.secure('poll', undefined).name).toBe('ack');
  });

  it('is BUSY until the new key is kept, and refused when it cannot be', () => {
    const bench = open();
    bench.keys.answer = 'later';
    const command = bench.sealed(0x75, bytesOf(`0110${hexOf(other.reveal())}`));
    expect(bench.frame(command).code).toBe(0x79);
    bench.keys.answer = 'kept';
    expect(bench.opened(command).name).toBe('ack');
    // The acknowledgement is repeated although its session is over.
    expect(bench.raw(command)).toHaveLength(1);
    const full = open();
    full.keys.answer = 'failed';
    expect(nakOf(full.secure('keyset', { scbk: other }))).toBe(9);
    expect(full.secure('poll', undefined).name).toBe('ack');
  });

  it('survives a power cut at any point: the ACU gets in with the key it has, in at most three challenges', () => {
    // What the ACU may know, and where the power was cut: after each thing kept.
    const cut = (steps: number): Disk<PdKeySet> => {
      const keys = new Disk<PdKeySet>({ current: scbk, pending: undefined });
      const bench = open({ keys });
      if (steps > 0) bench.secure('keyset', { scbk: other });
      if (steps > 1) bench.handshake(other);
      if (steps > 2) bench.secure('poll', undefined);
      return keys;
    };
    for (const [steps, key] of [
      [0, scbk],
      [1, scbk],
      [1, other],
      [2, other],
      [3, other],
    ] as const) {
      const bench = new PdBench({ keys: cut(steps) });
      const tries = [0, 1, 2].map(() => bench.handshake(key));
      expect(tries, `${steps}`).toContain(0x78);
    }
  });

  it('drops the old key only after a command with the new one, and saves that when the disk can', () => {
    const keys = new Disk<PdKeySet>({ current: scbk, pending: undefined });
    const bench = open({ keys });
    bench.secure('keyset', { scbk: other });
    expect(bench.handshake(other)).toBe(0x78);
    expect(bench.told('key.proven')).toBe(0);
    keys.answer = 'later';
    bench.secure('poll', undefined);
    expect([bench.told('key.proven'), keys.value.current]).toEqual([1, scbk]);
    keys.answer = 'kept';
    bench.secure('poll', undefined);
    expect(keys.value).toEqual({ current: other, pending: undefined });
    expect(bench.handshake(scbk)).toBe(-1);
  });

  it('meets an ACU that tries old and new by turns', () => {
    for (const first of [0, 1]) {
      const bench = new PdBench({ keys: new Disk<PdKeySet>({ current: scbk, pending: other }) });
      const tries = [0, 1, 2, 3, 4, 5].map((turn) => bench.handshake((turn + first) % 2 === 0 ? other : scbk));
      expect(tries).toContain(0x78);
    }
  });
});

describe('who guesses', () => {
  const guess = (bench: PdBench): number => {
    const reply = bench.frame(bench.challengeBytes(scbk, scbkKinds.own, 0));
    if (reply.code !== 0x76) return reply.code;
    const refused = bench.frame(bench.encode(0x77, new Uint8Array(16), bench.next(), { type: scs.serverCryptogram, data: Uint8Array.of(1) }));
    expect(nakIn(refused)).toBe(5);
    return 0;
  };

  it('has a few tries, then one a second, and the twentieth is told', () => {
    const bench = PdBench.keyed();
    for (let at = 0; at < freeFailures; at += 1) expect(guess(bench)).toBe(0);
    let guesses = freeFailures;
    for (let ms = 0; ms < 14_000; ms += 100) {
      bench.wait(100);
      if (guess(bench) === 0) guesses += 1;
    }
    expect(guesses).toBe(freeFailures + 14_000 / failurePauseMs);
    bench.wait(1_000);
    guess(bench);
    expect([bench.told('session.failed'), bench.told('session.failing')]).toEqual([alarmFailures, 1]);
    bench.wait(failuresForgottenMs - 1);
    expect(bench.handshake()).toBe(0x78);
    bench.wait(1);
    for (let at = 0; at < freeFailures; at += 1) expect(guess(bench)).toBe(0);
    expect(guess(bench)).toBe(0x79);
  });

  it('has one try at a MAC for each session', () => {
    const bench = open();
    expect(nakIn(bench.frame(rechecked(flipBit(bench.sealed(0x60), 9 * 8))))).toBe(6);
    expect([bench.pd.isSecure, bench.told('session.failed')]).toEqual([false, 1]);
  });

  it('gets nothing from a recorded session', () => {
    const recorded: Uint8Array[] = [];
    const bench = PdBench.keyed();
    const receive = bench.pd.receive.bind(bench.pd);
    bench.pd.receive = (bytes, nowMs) => {
      recorded.push(bytes);
      receive(bytes, nowMs);
    };
    bench.handshake();
    for (let at = 0; at < 6; at += 1)
      bench.secure('led', [
        {
          reader: 0,
          led: 0,
          temporaryAction: 'none',
          temporary: { onMs: 0, offMs: 0, onColor: 'black', offColor: 'black', timerMs: 0 },
          permanentAction: 'set',
          permanent: { onMs: 100, offMs: 0, onColor: 'red', offColor: 'black' },
        },
      ]);
    bench.pd.receive = receive;
    const changed = bench.told('indicators.changed');
    for (let from = 0; from < recorded.length; from += 1) for (const frame of recorded.slice(from)) bench.raw(frame);
    expect(bench.told('indicators.changed')).toBe(changed);
  });
});

describe('every step in every state', () => {
  type Step = 'challenge' | 'scrypt' | 'secured' | 'clear' | 'id';
  const steps: Record<Step, (bench: PdBench) => void> = {
    challenge: (bench) => void bench.raw(bench.challengeBytes()),
    scrypt: (bench) => void bench.raw(bench.encode(0x77, new Uint8Array(16), bench.next(), { type: scs.serverCryptogram, data: Uint8Array.of(1) })),
    secured: (bench) =>
      void bench.raw(withCheck(joined(bytesOf(`53 01 0000 ${hexOf(Uint8Array.of(0x0c | bench.next()))} 02 15 60`), new Uint8Array(4)))),
    clear: (bench) => void bench.raw(bench.encode(0x60)),
    id: (bench) => void bench.raw(bench.encode(0x61, Uint8Array.of(0))),
  };
  const states: Record<string, () => PdBench> = {
    closed: () => PdBench.keyed().start(),
    challenged: () => {
      const bench = PdBench.keyed().start();
      bench.raw(bench.challengeBytes());
      return bench;
    },
    open: () => open(),
  };
  const stays: Record<string, readonly Step[]> = { open: ['scrypt', 'clear', 'id'] };

  it.each(Object.keys(states))('from %s leads to a session only by the handshake', (state) => {
    for (const [name, step] of Object.entries(steps)) {
      const bench = (states[state] as () => PdBench)();
      step(bench);
      expect(bench.pd.isSecure, name).toBe(stays[state]?.includes(name as Step) ?? false);
    }
  });
});
