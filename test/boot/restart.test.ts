/** When a running door asks for a new start, on virtual time. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { acceptedMs, firstReopenMs, leastRunMs, longestReopenMs, Restart } from '../../src/boot/restart.ts';
import { Fault } from '../../src/shared/faults.ts';

const reason = new Fault('disk.failed', 'journal.db cannot be written');

/** A restart that has noted when it was asked for, and why. */
const watched = () => {
  const clock = new VirtualClock();
  const restart = new Restart(clock);
  const asked: { readonly atMs: number; readonly sentence: string }[] = [];
  void restart.needed.then(({ message }) => asked.push({ atMs: clock.nowMs(), sentence: message }));
  return { clock, restart, asked };
};

describe('a door that asks for a new start', () => {
  it('does so at once when it has run for a second', async () => {
    const { clock, restart, asked } = watched();
    await clock.advance(leastRunMs);
    restart.ask(reason);
    await clock.advance(0);
    expect(asked).toEqual([{ atMs: leastRunMs, sentence: reason.message }]);
  });

  it('waits until it has run for a second, and asks once', async () => {
    const { clock, restart, asked } = watched();
    await clock.advance(10);
    restart.ask(reason);
    restart.ask(reason);
    await clock.advance(leastRunMs - 11);
    expect(asked).toEqual([]);
    await clock.advance(longestReopenMs);
    expect(asked).toEqual([{ atMs: leastRunMs, sentence: reason.message }]);
  });

  it('asks for none any more when it has been stopped', async () => {
    const { clock, restart, asked } = watched();
    restart.ask(reason);
    restart.askWhen('the journal', () => Promise.resolve());
    restart.stop();
    restart.ask(reason);
    await clock.advance(longestReopenMs);
    expect(asked).toEqual([]);
    expect(clock.nextDueMs).toBeUndefined();
  });
});

describe('a disk that is away', () => {
  it('is tried again after 1 s, then after twice as long each time, up to a minute', async () => {
    const { clock, restart, asked } = watched();
    const triedAtMs: number[] = [];
    restart.askWhen('the journal', () => {
      triedAtMs.push(clock.nowMs());
      return Promise.reject(reason);
    });
    await clock.advance(250_000);
    const waitsMs = triedAtMs.map((atMs, index) => atMs - (triedAtMs[index - 1] ?? 0));
    expect(waitsMs).toEqual([firstReopenMs, 2_000, 4_000, 8_000, 16_000, 32_000, longestReopenMs, longestReopenMs, longestReopenMs]);
    expect(asked).toEqual([]);
  });

  it('is a reason for a new start as soon as it can be opened', async () => {
    const { clock, restart, asked } = watched();
    let tries = 0;
    restart.askWhen('the journal', () => (++tries < 3 ? Promise.reject(reason) : Promise.resolve()));
    await clock.advance(60_000);
    expect(asked).toEqual([{ atMs: 7_000, sentence: 'the journal can be opened again' }]);
    expect(tries).toBe(3);
  });

  it('does so two seconds after settings were accepted, when that has been told', async () => {
    const { clock, restart, asked } = watched();
    await clock.advance(leastRunMs);
    restart.settingsAccepted();
    await clock.advance(acceptedMs - 1);
    expect(asked).toEqual([]);
    await clock.advance(1);
    expect(asked).toEqual([{ atMs: leastRunMs + acceptedMs, sentence: 'the settings that waited are accepted' }]);
  });
});
