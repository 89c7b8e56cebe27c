/** `doorpad run`: with which settings a door starts, and how it ends. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Config } from '../../src/config.ts';
import { exitCodes, type Io } from '../../src/main.ts';
import { stopDeadlineMs } from '../../src/tools/run-door.ts';
import { type Ran, Workplace } from './workplace.ts';

const at = new Workplace();

describe('doorpad run', () => {
  const runDoor = (io: Partial<Io>): Promise<Ran> => at.run(['run', '--config', at.configFile, '--last-good', at.lastGood], io);
  const bootedWith: Config[] = [];
  const stop = vi.fn(() => Promise.resolve());
  const boot: Io['boot'] = (config) => {
    bootedWith.push(config);
    return Promise.resolve({ stop });
  };
  /** Soon: a door that starts at once has started by then. */
  const asked = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await undefined;
  };
  beforeEach(() => {
    bootedWith.length = 0;
    stop.mockReset().mockResolvedValue(undefined);
  });

  it('runs the door until it is told to stop, and keeps the settings it ran with', async () => {
    expect(await runDoor({ boot, stopAsked: asked })).toEqual({ code: 0, out: '', err: '' });
    expect(bootedWith.map(({ name }) => name)).toEqual(['Gate']);
    expect(stop).toHaveBeenCalledOnce();
    expect(readFileSync(at.lastGood, 'utf8')).toBe(readFileSync(at.configFile, 'utf8'));
    expect(statSync(at.lastGood).mode & 0o777).toBe(0o600);
  });

  it('does not write the same settings again', async () => {
    await runDoor({ boot, stopAsked: asked });
    const before = statSync(at.lastGood).ino;
    await runDoor({ boot, stopAsked: asked });
    expect(statSync(at.lastGood).ino).toBe(before);
  });

  it('goes on with the settings it last ran with when the file is wrong, and says every error', async () => {
    await runDoor({ boot, stopAsked: asked });
    at.write('doorpad.toml', '[door]\nstrike = "rely"\nrex = 1\n');
    const { code, err } = await runDoor({ boot, stopAsked: asked });
    expect(code).toBe(0);
    expect(err).toContain(`${at.configFile}:2:1: door.strike cannot be "rely"`);
    expect(err).toContain(`${at.configFile}:3:1: door.rex cannot be 1`);
    expect(err).toContain(`The door goes on with the settings it last ran with (${at.lastGood}).`);
    expect(bootedWith.map(({ name }) => name)).toEqual(['Gate', 'Gate']);
    expect(readFileSync(at.lastGood, 'utf8')).toContain('Gate');
  });

  it('does not start with wrong settings when there are no others', async () => {
    at.write('doorpad.toml', '');
    const { code, err } = await runDoor({ boot, stopAsked: asked });
    expect(code).toBe(exitCodes.settings);
    expect(err).toContain('The door does not start');
    expect(bootedWith).toEqual([]);
  });

  it('runs also when the settings cannot be kept', async () => {
    const { code, err } = await at.run(['run', '--config', at.configFile, '--last-good', join(at.place, 'none', 'x.toml')], {
      boot,
      stopAsked: asked,
    });
    expect(code).toBe(0);
    expect(err).toContain('could not be kept');
  });

  it('ends with code 70 when the door cannot be started', async () => {
    const { code, err } = await runDoor({ boot: () => Promise.reject(new Error('no strike')), stopAsked: () => new Promise(() => undefined) });
    expect([code, err]).toEqual([exitCodes.fault, 'doorpad: Error: no strike\n']);
    expect(existsSync(at.lastGood)).toBe(false);
  });

  it('ends at once when it is told to stop while it starts', async () => {
    expect((await runDoor({ boot: () => new Promise(() => undefined), stopAsked: asked })).code).toBe(0);
  });

  it('stops the door and ends with code 70 when something unforeseen was thrown', async () => {
    const { code, err } = await runDoor({ boot, stopAsked: () => asked().then(() => Promise.reject(new Error('unforeseen'))) });
    expect(code).toBe(exitCodes.fault);
    expect(err).toContain('Error: unforeseen');
    expect(stop).toHaveBeenCalledOnce();
  });

  it('ends with code 70 when stopping fails, or takes longer than two seconds', async () => {
    stop.mockRejectedValueOnce(new Error('strike stays on'));
    expect(await runDoor({ boot, stopAsked: asked })).toMatchObject({ code: exitCodes.fault, err: expect.stringContaining('strike stays on') });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      stop.mockReturnValueOnce(new Promise(() => undefined));
      const stopping = runDoor({ boot, stopAsked: asked });
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
      await vi.advanceTimersByTimeAsync(stopDeadlineMs);
      expect(await stopping).toMatchObject({ code: exitCodes.fault, err: expect.stringContaining('longer than 2000 ms') });
    } finally {
      vi.useRealTimers();
    }
  });
});
