/** The attacks on OSDP that were published (SECURITY §2.1): each is run whole, and fails. That a script would succeed where a guard is missing, together-planted.test.ts shows. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { commands } from '../../src/osdp/commands.ts';
import { isWeakScbk, newDefaultScbk } from '../../src/osdp/scbk.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf } from './bytes.ts';
import { shipped, Together } from './together.ts';
import { published } from './together-published.ts';
import { blockMatrix, guessableKeys, keysetByStrangers } from './together-trials.ts';

const seed = Date.now() >>> 0;

describe('B17: a published attack fails', () => {
  it.each(Object.entries(published))('%s', (_, trial) => {
    expect(trial(shipped)).toEqual([]);
  });

  it('SCS_15 and SCS_16 carry no data that count', () => {
    expect(blockMatrix(shipped)).toEqual([]);
  });
});

describe('B2: a reader that is paired', () => {
  it('is offline, with one alarm, when its security is denied for an hour', () => {
    const line = new Together();
    line.between = ({ toward, frame, bytes }) => (toward === 'pd' && frame?.code === commands.chlng.code ? [] : [bytes]);
    line.run(3_600_000);
    expect(line.events('online')).toEqual([]);
    const alarms = line.told.filter(({ event }) => event.kind === 'alarm');
    expect(alarms.length).toBeGreaterThan(50);
    for (const [at, { atMs }] of alarms.entries()) expect(atMs - (alarms[at - 1]?.atMs ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(60_000);
    const said = new Set(line.passed.filter(({ toward }) => toward === 'pd').map(({ frame }) => frame?.code));
    expect([...said]).toEqual([commands.id.code, commands.cap.code, commands.chlng.code]);
  });
});

describe('B3, B4, B13: a key that anyone may know', () => {
  it('opens no session of a reader that is paired, and KEYSET takes none', () => {
    expect(guessableKeys(shipped)).toEqual([]);
  });

  it('is set by nobody who has not opened install mode at the reader, and then once', () => {
    expect(keysetByStrangers(shipped)).toEqual([]);
  });

  it(`is told from 100 000 random ones, of which none is refused, seed ${seed}`, () => {
    const random = new Random(seed);
    for (let count = 0; count < 100_000; count += 1) {
      const key = random.bytes(16);
      if (isWeakScbk(new SecretBytes(key))) expect.fail(`seed ${seed}: ${Buffer.from(key).toString('hex')}`);
    }
  });

  it('B5: says in an install nothing but the one KEYSET under SCBK-D, and never another', () => {
    const key = new SecretBytes(bytesOf('c1d20f389a4b6e751827e3f05ca9bd46'));
    const line = new Together({ stations: [{}], pairing: { kind: 'unpaired' } });
    line.station.isInstalling = true;
    line.run(2_000);
    expect(line.acu.install(1, key, line.nowMs).ok).toBe(true);
    expect(line.until(() => line.isUp, 5_000)).toBe(true);
    const sealed = line.passed.filter(({ toward, frame }) => toward === 'pd' && frame?.mac !== undefined).map(({ frame }) => frame?.code);
    expect(sealed.filter((code) => code === commands.keyset.code)).toHaveLength(1);
    expect(sealed[0]).toBe(commands.keyset.code);
    expect(isWeakScbk(newDefaultScbk())).toBe(true);
    line.forget().run(600_000);
    expect(line.passed.some(({ frame }) => frame?.code === commands.keyset.code)).toBe(false);
  });
});
