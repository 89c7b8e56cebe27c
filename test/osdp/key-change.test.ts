/**
 * SECURITY B11, both ends on one wire: a key is changed, and at each frame of it something is cut. Afterwards the two find each other on
 * one key, with no hands. What each end does by itself is in pd-security.test.ts and acu-line.test.ts.
 */
import { describe, expect, it } from 'vitest';
import type { Pairing } from '../../src/osdp/acu-events.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { scbk } from './secure-pair.ts';
import { type Ends, type Together, upAndRunning } from './together.ts';
import { endsWith } from './together-plants.ts';

const newKey = new SecretBytes(bytesOf('91d4 0b6e f35a 27c8 4411 e96d 80bc 3a75'));
/** From KEYSET on: it and its ACK, the handshake, and some polls. */
const frames = 12;
/** With old and new tried by turns, and 8 s until a silent end is given up. */
const backMs = 30_000;

type Cut = (line: Together) => void;

/** The controller starts anew, with what it had put on disk before it asked for the change. */
const restartAcu: Cut = (line) => {
  const isProven = line.events('keyChanged').length > 0;
  const pairing: Pairing = isProven ? { kind: 'paired', scbk: newKey } : { kind: 'paired', scbk, pending: newKey };
  line.acu.remove(1, line.nowMs);
  line.acu.add({ address: 1, pairing }, line.nowMs);
};
const restartReader: Cut = (line) => {
  line.station.restart();
};

/** A change of key in which the frame number `at` is lost, and then `cut` happens. */
const changed = (at: number, cut: Cut, ends?: Ends): Together => {
  const line = upAndRunning(ends && { ends });
  let passed = 0;
  line.between = () => {
    passed += 1;
    return passed === at ? [] : undefined;
  };
  expect(line.acu.changeKey(1, newKey, line.nowMs).ok).toBe(true);
  expect(line.until(() => passed >= at, 5_000)).toBe(true);
  cut(line);
  line.run(backMs);
  return line;
};

const keyOf = (line: Together): readonly (string | undefined)[] => {
  const { current, pending } = line.station.keys.value;
  return [current, pending].map((key) => (key === undefined ? undefined : hexOf(key.reveal())));
};

describe('B11: a change of key', () => {
  it.each<readonly [string, Cut]>([
    ['nothing else', () => undefined],
    ['the power of the reader', restartReader],
    ['the controller', restartAcu],
    [
      'both',
      (line) => {
        restartReader(line);
        restartAcu(line);
      },
    ],
    [
      'the wire for 10 s',
      (line) => {
        line.between = () => [];
        line.run(10_000);
        line.between = () => undefined;
      },
    ],
  ])('ends on the new key when a frame of it is lost, and with it %s, at each frame', (_, cut) => {
    for (let at = 1; at <= frames; at += 1) {
      const line = changed(at, cut);
      expect(line.isUp, `frame ${at}`).toBe(true);
      expect(keyOf(line), `frame ${at}`).toEqual([hexOf(newKey.reveal()), undefined]);
      expect(line.events('keyRefused')).toEqual([]);
    }
  });

  it('ends on the new key when the power of the reader goes before or behind each thing it keeps', () => {
    for (let kept = 0; kept <= 2; kept += 1) {
      for (const isKept of [false, true]) {
        const line = upAndRunning();
        const { keys } = line.station;
        let before = keys.value;
        line.acu.changeKey(1, newKey, line.nowMs);
        const isAsked = (): boolean => {
          if (keys.asked.length < kept) before = keys.value;
          return keys.asked.length >= kept;
        };
        expect(line.until(isAsked, 5_000)).toBe(true);
        if (!isKept) keys.value = before;
        line.station.restart();
        line.run(backMs);
        expect(line.isUp, `${kept} ${String(isKept)}`).toBe(true);
        expect(keyOf(line)).toEqual([hexOf(newKey.reveal()), undefined]);
      }
    }
  });

  it.each([
    ['a reader that tries the old key only', 'pd-keys.ts', 'this.#tries % triesOfThree === 0 ? current : pending', 'current'],
    ['an ACU that tries the old key only', 'acu-keys.ts', 'if (this.#pending !== undefined) tries.push', 'if (false) tries.push'],
  ])('would not end so with %s', async (_, file, from, to) => {
    const ends = await endsWith({ file, from, to });
    const onNewKey = (line: Together): boolean => line.isUp && line.events('keyChanged').length > 0;
    const survived = [1, 2, 3, 4, 5, 6].filter((at) => onNewKey(changed(at, restartReader, ends)));
    expect(survived.length).toBeLessThan(6);
  });

  it('waits for a disk that is slow, and is given up when the disk will not keep the key: the old one stands', () => {
    const slow = upAndRunning();
    slow.station.keys.answer = 'later';
    slow.acu.changeKey(1, newKey, slow.nowMs);
    slow.run(2_000);
    expect(slow.events('keyChanged')).toEqual([]);
    slow.station.keys.answer = 'kept';
    slow.run(2_000);
    expect(keyOf(slow)).toEqual([hexOf(newKey.reveal()), undefined]);
    const full = upAndRunning();
    full.station.keys.answer = 'failed';
    full.acu.changeKey(1, newKey, full.nowMs);
    full.run(2_000);
    expect([full.events('keyRefused').length, full.isUp]).toEqual([1, true]);
    expect(keyOf(full)).toEqual([hexOf(scbk.reveal()), undefined]);
  });
});
