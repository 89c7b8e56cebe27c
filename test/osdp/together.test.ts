/** An ACU and its PDs on one wire, as they are shipped: who hears whom, what is done once, and what becomes of a reader that was moved (SECURITY A10 to A12, A22 to A24). */
import { describe, expect, it } from 'vitest';
import { maxWaitingOrders } from '../../src/osdp/acu-orders.ts';
import { commands } from '../../src/osdp/commands.ts';
import { offlineMs } from '../../src/osdp/pd.ts';
import { type LineSettings, trialMs } from '../../src/osdp/pd-line-settings.ts';
import { replies } from '../../src/osdp/replies.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { noBytes, PdBench } from './pd-bench.ts';
import { scbk } from './secure-pair.ts';
import { mark, Together, upAndRunning } from './together.ts';
import { answerTo, clearCommand, lastSequence, nakOf, nextOf, Rogue } from './together-attacker.ts';

const red = { onMs: 100, offMs: 0, onColor: 'red', offColor: 'black' } as const;
const led = {
  name: 'led',
  payload: [{ reader: 0, led: 0, temporaryAction: 'none', temporary: { ...red, timerMs: 0 }, permanentAction: 'set', permanent: red }],
} as const;
const buzzer = { name: 'buz', payload: { reader: 0, tone: 'default', onMs: 100, offMs: 100, count: 0 } } as const;
const text = { name: 'text', payload: { reader: 0, form: 'permanent', temporaryS: 0, row: 1, column: 1, text: 'Open' } } as const;

describe('whoever is on the wire', () => {
  it('A10: hears its own frames when the adapters echo, and answers none of them', () => {
    const line = new Together();
    line.echoes = true;
    line.run(5_000);
    line.order(mark(Uint8Array.of(1)));
    line.run(500);
    const said = line.passed.filter(({ toward }) => toward === 'acu').length;
    expect(line.passed.length - said).toBe(said);
    expect([line.isUp, line.station.told('session.closed'), line.station.effects]).toEqual([true, 0, ['mfg 01']]);
  });

  it('A11: hears seven other PDs and what they are told, and answers for itself alone', () => {
    const stations = Array.from({ length: 8 }, (_, at) => ({ address: at * 7, key: new SecretBytes(scbk.reveal().map((byte) => byte ^ (at + 1))) }));
    const line = new Together({ stations });
    expect(line.until(() => line.isUp, 10_000)).toBe(true);
    line.forget();
    for (let round = 0; round < 5; round += 1) {
      for (const { address } of stations) line.order(mark(Uint8Array.of(address, round)), 'normal', address);
      line.run(2_000);
    }
    for (const [at, { effects, events }] of line.stations.entries()) {
      const address = hexOf(Uint8Array.of(at * 7));
      expect(effects).toEqual([0, 1, 2, 3, 4].map((round) => `mfg ${address}0${round}`));
      expect(events.filter(({ type }) => type === 'session.closed' || type === 'bytes.dropped')).toEqual([]);
    }
    let asked = -1;
    for (const { toward, frame } of line.passed) {
      if (toward === 'pd') asked = frame?.address ?? -1;
      else expect(frame?.address).toBe(asked);
    }
  });

  it('A12: hears each reply again byte for byte when it was lost, and everything is done once', () => {
    const line = upAndRunning();
    let lost: Uint8Array | undefined;
    const repeated: boolean[] = [];
    line.between = ({ toward, bytes }) => {
      if (toward === 'pd') return undefined;
      if (lost === undefined) {
        lost = bytes;
        return [];
      }
      repeated.push(hexOf(lost) === hexOf(bytes));
      lost = undefined;
      return undefined;
    };
    for (let number = 0; number < 20; number += 1) line.order(mark(Uint8Array.of(number)));
    line.run(20_000);
    expect(line.station.effects).toEqual(Array.from({ length: 20 }, (_, number) => `mfg ${hexOf(Uint8Array.of(number))}`));
    expect(repeated.length).toBeGreaterThan(60);
    expect(repeated.every((isSame) => isSame)).toBe(true);
    expect(line.station.told('session.closed')).toBe(0);
  });

  it('A22: gets nothing but who and what it is from a PD at the configuration address, with a key, without, or in a session', () => {
    const benches = [new PdBench().start(), PdBench.keyed().start(), PdBench.keyed()] as const;
    expect(benches[2].handshake()).toBe(0x78);
    const allowed: readonly number[] = [commands.id.code, commands.cap.code, commands.comset.code];
    for (const [at, bench] of benches.entries()) {
      const told = bench.events.length;
      for (let code = 0; code < 256; code += 1) {
        for (const data of [noBytes, bytesOf('0000000000000000000101000100'), bytesOf('0c1b2a01'), new Uint8Array(16)]) {
          bench.address = 0x7f;
          const isSealed = at === 2;
          const answer = bench.frame(isSealed ? bench.sealed(code, data) : bench.encode(code, data));
          if (answer.mac !== undefined) expect(bench.acu.open(answer).ok).toBe(true);
          if (!allowed.includes(code)) expect([code, answer.code, answer.address]).toEqual([code, replies.nak.code, 0x7f]);
        }
      }
      const effects = bench.events.slice(told).filter(({ type }) => type !== 'clear.refused' && type !== 'online');
      expect([effects, bench.texts, bench.sink.story]).toEqual([[], [], []]);
    }
  });
});

const old: LineSettings = { address: 1, baudRate: 115_200 };
const moved: LineSettings = { address: 5, baudRate: 38_400 };

/** An owner that has lost its reader tries both settings by turns. How long it took to find it; undefined: not at all. */
const search = (line: Together): number | undefined => {
  const beganMs = line.nowMs;
  for (let turn = 0; turn < 100; turn += 1) {
    const { address, baudRate } = turn % 2 === 0 ? moved : old;
    for (const one of [old, moved]) line.acu.remove(one.address, line.nowMs);
    line.acuBaudRate = baudRate;
    line.acu.setBaudRate(baudRate);
    line.acu.add({ address, pairing: { kind: 'paired', scbk } }, line.nowMs);
    if (line.until(() => line.isUp, 1_500)) return line.nowMs - beganMs;
  }
  return undefined;
};

describe('A23: a reader that is moved', () => {
  it.each(['power', 'line'])('is found within a minute when the %s is cut, at any frame of it', (cut) => {
    const ends: string[] = [];
    for (let at = 0; at < 16; at += 1) {
      const line = upAndRunning();
      let frames = 0;
      line.between = () => {
        frames += 1;
        if (frames <= at) return undefined;
        return [];
      };
      line.order({ name: 'comset', payload: moved });
      // What the reader was doing when it sent that frame, it has done.
      line.until(() => frames > at, 3_000);
      if (cut === 'power') line.station.restart();
      line.run(3_000);
      line.between = () => undefined;
      const tookMs = search(line);
      expect(tookMs, `frame ${at}`).toBeLessThan(trialMs + 5_000);
      // What works is what is kept, whatever is cut next.
      line.run(1_000);
      expect(line.station.pd.lineSettings).toEqual(line.station.line.value);
      line.station.restart();
      expect(search(line), `frame ${at}`).toBeLessThan(5_000);
      ends.push(line.station.line.value.address === moved.address ? 'moved' : 'old');
    }
    expect([ends[0], ends.at(-1)]).toEqual(['old', 'moved']);
  });

  it('stays where it is when an attacker moves it in clear; where that is allowed, it is back after a minute', () => {
    for (const clearComset of [false, true]) {
      const line = upAndRunning({ stations: [{ key: scbk, policy: { clearComset } }] });
      const comset = bytesOf('09 00960000');
      answerTo(line, clearCommand(commands.id.code, Uint8Array.of(0), 0));
      const answer = answerTo(line, clearCommand(commands.comset.code, comset, 1));
      expect(answer?.code).toBe(clearComset ? replies.com.code : replies.nak.code);
      expect(line.station.pd.lineSettings.address).toBe(clearComset ? 9 : 1);
      expect(line.until(() => line.isUp && line.station.pd.lineSettings.address === 1, trialMs + 3_000)).toBe(true);
      expect(line.station.line.asked).toEqual([]);
      if (clearComset) expect([line.station.told('line.switched'), line.station.told('line.reverted')]).toEqual([1, 1]);
    }
  });

  it('is not moved to a rate it does not have, nor to the configuration address', () => {
    const line = upAndRunning();
    const rogue = new Rogue(line);
    expect(rogue.handshake(scbk)).toBe(true);
    for (const data of ['7f 00c20100', '85 00c20100', '05 01000000', '05 ffffffff']) {
      expect(hexOf(rogue.say(commands.comset.code, bytesOf(data))?.data ?? noBytes)).toBe('0100c20100');
      expect(line.station.pd.lineSettings).toEqual(old);
    }
  });
});

describe('A24: a flood', () => {
  it('in clear changes no light, text or sound of a reader that is paired, and does not keep it awake', () => {
    const line = upAndRunning();
    const { world } = line.station;
    for (let round = 0; round < 1_000; round += 1) {
      line.run(5);
      for (const [code, data] of [
        [commands.led.code, '0000000000000000000101000200'],
        [commands.buz.code, '0002010100'],
        [commands.text.code, '00010001010141'],
        [commands.keepactive.code, 'ffff'],
        [commands.abort.code, ''],
      ] as const) {
        expect(nakOf(answerTo(line, clearCommand(code, bytesOf(data), nextOf(lastSequence(line)))))).toBeGreaterThan(3);
      }
    }
    expect([line.station.world, line.station.told('session.closed'), line.isUp]).toEqual([world, 0, true]);
    line.between = () => [];
    expect(line.until(() => !line.station.pd.isOnline, offlineMs + 1)).toBe(true);
  });

  it('of orders waits in a queue with an end, and leaves a reader that is offline at most 66 s after the last word', () => {
    const line = upAndRunning();
    let taken = 0;
    for (let round = 0; round < 500; round += 1) {
      for (const order of [led, buzzer, text, { name: 'abort', payload: undefined }, { name: 'keepactive', payload: { forMs: 65_535 } }] as const) {
        if (line.acu.order(1, order, line.nowMs).ok) taken += 1;
      }
      line.run(20);
    }
    // Two and a half thousand were asked for; the line has time for some 7 in 50 ms.
    expect(taken).toBeLessThan(1_500 + maxWaitingOrders);
    line.run(2_000);
    expect(line.events('orderEnded')).toHaveLength(taken);
    line.between = () => [];
    expect(line.until(() => !line.station.pd.isOnline, 66_000)).toBe(true);
    expect(line.station.pd.deadlineMs).toBeUndefined();
  });
});
