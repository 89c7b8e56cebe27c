/** What somebody on the wire tries against sessions (SECURITY B1, B6, B9, B12, B14, B16, A13, A14), on a whole line, and the least that must come of it. */
import { describe, expect, it } from 'vitest';
import { maxSessionCommands, maxSessionMs } from '../../src/osdp/acu-session.ts';
import { maxSessionMs as maxPdSessionMs, maxSessionFrames } from '../../src/osdp/pd-security.ts';
import { shipped, upAndRunning } from './together.ts';
import { endsWith } from './together-plants.ts';
import {
  blockMatrix,
  clearBeforeSession,
  clearDuringSession,
  forgeries,
  handshakeInSession,
  replays,
  replaysIntoSession,
  restartInSession,
  twoRefusals,
  wrongSequences,
} from './together-trials.ts';

const seed = Date.now() >>> 0;

describe('a reader that is paired', () => {
  it('B1: does nothing for any of the 256 codes in clear, before a session', () => {
    expect(clearBeforeSession(shipped)).toEqual([]);
  });

  it('B1: does nothing for any of the 256 codes in clear in a session, and the session goes on', () => {
    expect(clearDuringSession(shipped)).toEqual([]);
  });

  it('B6: takes nothing of 100 recorded sessions again: no frame, no beginning, no whole; nor does its ACU', () => {
    expect(replays(100)(shipped)).toEqual([]);
  });

  it('B6: takes no old frame into a later session', () => {
    expect(replaysIntoSession(shipped)).toEqual([]);
  });

  it(`B9: leaves a forger of 100 000 frames one guess a second, and tells of it, seed ${seed}`, () => {
    expect(forgeries(100_000, seed)(shipped)).toEqual([]);
  });

  it('B12: takes data in no block of a session but SCS_17', () => {
    expect(blockMatrix(shipped)).toEqual([]);
  });

  it('B14: refuses a wrong MAC, a wrong padding and half a block with the same bytes, and tells the same', () => {
    expect(twoRefusals(shipped)).toEqual([]);
  });

  it('A13: refuses another command under the last number, and a number skipped; the ACU is soon back', () => {
    expect(wrongSequences(shipped)).toEqual([]);
  });

  it('A14: ends the session at sequence 0, whatever came with it, and says nothing more in clear', () => {
    expect(restartInSession(shipped)).toEqual([]);
  });

  it('B8: is dropped by its ACU, with an alarm, for CCRYPT or RMAC_I in a session', () => {
    expect(handshakeInSession(shipped)).toEqual([]);
  });
});

describe('B16: a session without an end', () => {
  it('is none: the limits are those of the row, the PD twice the ACU', () => {
    expect([maxSessionCommands, maxSessionMs]).toEqual([2 ** 20, 6 * 3_600_000]);
    expect([maxSessionFrames, maxPdSessionMs]).toEqual([2 * maxSessionCommands, 2 * maxSessionMs]);
  });

  it('is renewed by the ACU after its number of commands, and told to whoever asked in the one before', async () => {
    const ends = await endsWith({ file: 'acu-session.ts', from: 'maxSessionCommands = 2 ** 20', to: 'maxSessionCommands = 2 ** 7' });
    const line = upAndRunning({ ends });
    line.run(60_000);
    const opened = line.station.told('session.opened');
    expect(opened).toBeGreaterThanOrEqual(Math.floor(60_000 / 50 / 2 ** 7) - 1);
    expect(line.events('offline')).toEqual([]);
    expect(line.events('renewed')).toHaveLength(opened);
    const longest = line.passed.reduce(
      ({ most, now }, { toward, frame }) => {
        const counted = toward === 'acu' ? now : frame?.mac === undefined ? 0 : now + 1;
        return { most: Math.max(most, counted), now: counted };
      },
      { most: 0, now: 0 },
    ).most;
    expect(longest).toBe(2 ** 7);
  });

  it('is ended by the PD after its own number, also when the ACU means to go on for ever', async () => {
    const ends = await endsWith(
      { file: 'acu-session.ts', from: 'maxSessionCommands = 2 ** 20', to: 'maxSessionCommands = Number.POSITIVE_INFINITY' },
      { file: 'pd-security.ts', from: 'maxSessionFrames = 2 ** 21', to: 'maxSessionFrames = 2 ** 8' },
    );
    const line = upAndRunning({ ends });
    line.run(60_000);
    expect(line.station.told('session.closed')).toBeGreaterThanOrEqual(3);
    expect(line.until(() => line.isUp, 2_000)).toBe(true);
  });

  it('is none after its time either', async () => {
    const ends = await endsWith({ file: 'acu-session.ts', from: 'maxSessionMs = 6 * 3_600_000', to: 'maxSessionMs = 10_000' });
    const line = upAndRunning({ ends });
    line.run(60_500);
    expect([line.station.told('session.opened'), line.station.told('session.closed'), line.isUp]).toEqual([6, 6, true]);
    expect(line.events('offline')).toEqual([]);
  });
});
