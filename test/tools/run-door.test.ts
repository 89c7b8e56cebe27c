/** `doorpad run`: with which settings a door starts, and how it ends. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Config } from '../../src/config.ts';
import { exitCodes, type Io } from '../../src/main.ts';
import { Fault } from '../../src/shared/faults.ts';
import { stopDeadlineMs } from '../../src/tools/run-door.ts';
import { programFile, type Ran, Workplace } from './workplace.ts';

const at = new Workplace();

describe('doorpad run', () => {
  const runDoor = (io: Partial<Io>): Promise<Ran> => at.run(['run', '--config', at.configFile, '--last-good', at.lastGood], io);
  const bootedWith: Config[] = [];
  const stop = vi.fn(() => Promise.resolve());
  const lastRuns: (Config | undefined)[] = [];
  const never = new Promise<never>(() => undefined);
  const boot: Io['boot'] = (config, { lastRun }) => {
    bootedWith.push(config);
    lastRuns.push(lastRun);
    return Promise.resolve({ stop, restartNeeded: never });
  };
  /** Soon: a door that starts at once has started by then. */
  const asked = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  beforeEach(() => {
    bootedWith.length = 0;
    lastRuns.length = 0;
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

  it('tells the door the settings it last ran with, and none the first time', async () => {
    await runDoor({ boot, stopAsked: asked });
    at.write('doorpad.toml', readFileSync(at.configFile, 'utf8').replace('Gate', 'Yard'));
    await runDoor({ boot, stopAsked: asked });
    expect(lastRuns.map((config) => config?.name)).toEqual([undefined, 'Gate']);
    expect(bootedWith.map(({ name }) => name)).toEqual(['Gate', 'Yard']);
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

  it('stops a door that is still starting when it is told to, once it has started', async () => {
    const { promise: booting, resolve: started } = Promise.withResolvers<Awaited<ReturnType<Io['boot']>>>();
    const { promise: isBooting, resolve: bootCalled } = Promise.withResolvers<void>();
    const slow: Io['boot'] = () => {
      bootCalled();
      return booting;
    };
    const running = runDoor({ boot: slow, stopAsked: asked });
    await isBooting;
    await asked();
    expect(stop).not.toHaveBeenCalled();
    started({ stop, restartNeeded: never });
    expect((await running).code).toBe(0);
    expect(stop).toHaveBeenCalledOnce();
    expect(existsSync(at.lastGood)).toBe(false);
  });

  it('stops the door and ends with code 70 when something unforeseen was thrown', async () => {
    const { code, err } = await runDoor({ boot, stopAsked: () => asked().then(() => Promise.reject(new Error('unforeseen'))) });
    expect(code).toBe(exitCodes.fault);
    expect(err).toContain('Error: unforeseen');
    expect(stop).toHaveBeenCalledOnce();
  });

  it('stops the door and ends with code 70 when only a new start helps it', async () => {
    const failing: Io['boot'] = () => Promise.resolve({ stop, restartNeeded: Promise.resolve(new Fault('disk.failed', 'journal.db is gone')) });
    const { code, err } = await runDoor({ boot: failing, stopAsked: () => never });
    expect([code, err]).toEqual([
      exitCodes.fault,
      'doorpad: the door has to be started anew, as a service unit does by itself: journal.db is gone\n',
    ]);
    expect(stop).toHaveBeenCalledOnce();
    expect(existsSync(at.lastGood)).toBe(true);
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

describe('a real process of doorpad run', () => {
  const lit = '255';
  const led = (name: string): string => join(at.place, name);
  const strike = (): string => readFileSync(join(led('strike'), 'brightness'), 'utf8');

  /** A door whose lights are plain files and whose keypad never comes. Throws on SIGUSR2, as a mistake of ours would. */
  const startDoor = async (): Promise<ChildProcessByStdio<null, Readable, Readable>> => {
    const names = ['strike', 'red', 'green', 'buzzer'];
    for (const name of names) {
      mkdirSync(led(name));
      for (const attribute of ['brightness', 'max_brightness', 'trigger', 'state', 'duration', 'activate']) at.write(join(name, attribute), '0');
    }
    const devices = [...names.map((name) => `${name} = "${led(name)}"`), `keypad = "${led('keypad')}"`, 'cardReader = "none"'];
    at.write('doorpad.toml', `[reader]\ndataDir = "${at.dataDir}"\nmode = "pinOnly"\n[door]\nstrike = "relay"\n[devices]\n${devices.join('\n')}\n`);
    const planted = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("planted")})';
    const argv = ['--import', planted, programFile, 'run', '--config', at.configFile, '--last-good', at.lastGood];
    const door = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (let said = ''; !said.includes('the door has started'); ) said += String(await once(door.stdout, 'data'));
    at.write(join('strike', 'brightness'), lit);
    return door;
  };
  const lastEvent = async (): Promise<string> => (await at.run(['events', '--config', at.configFile, '--last', '1'])).out;

  it.each(['SIGTERM', 'SIGINT'] as const)('secures the strike, records its end and ends with code 0 on %s', async (signal) => {
    const door = await startDoor();
    door.kill(signal);
    expect(await once(door, 'exit')).toEqual([0, null]);
    expect(strike()).toBe('0');
    expect(await lastEvent()).toContain('Reader Stopped');
  });

  it('secures the strike and ends with code 70 when something unforeseen is thrown', async () => {
    const door = await startDoor();
    const said = door.stderr.toArray();
    door.kill('SIGUSR2');
    expect(await once(door, 'exit')).toEqual([exitCodes.fault, null]);
    expect(strike()).toBe('0');
    expect(Buffer.concat(await said).toString()).toContain('Error: planted');
  });
});
