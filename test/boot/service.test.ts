/** A real door under a service manager that watches it: told when it is ready and alive, and told nothing by one that hangs (SECURITY G3). */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../sim/virtual-clock.ts';
import { keypadWaitMs, lookMs, serveManager } from '../../src/boot/service.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { ServiceManager } from '../../src/drivers/service-manager.ts';
import { Fault } from '../../src/shared/faults.ts';
import { AbsentRecordStore } from '../../src/store/absent.ts';
import { FakeManager } from '../drivers/fake-manager.ts';
import { type DoorProcess, RealDoor, soon } from './real-door.ts';

describe('a door under a service manager', () => {
  const fault = new Fault('strike.failed', 'it stays on');
  const served = (isAway: () => boolean, strikeFault?: Fault) => {
    const clock = new VirtualClock();
    const notices: string[] = [];
    const sender = { send: (notice: string) => Promise.resolve(void notices.push(notice)), stop: () => undefined };
    const strike = { fault: strikeFault as Fault | undefined, release: () => Promise.resolve(), secure: () => Promise.reject(fault) };
    const manager = new ServiceManager({ clock, sender, watchdogMs: undefined, told: () => undefined });
    const serving = serveManager(manager, { clock, strike, records: new AbsentRecordStore(fault), isAway });
    return { clock, notices, strike, serving };
  };

  it('is ready at once when the strike is secured and the keypad is there', () => {
    expect(served(() => false).notices).toEqual(['READY=1', 'STATUS=serves people']);
  });

  it('is not ready before the strike is secured, which it tries again and again', async () => {
    const { clock, notices, strike } = served(() => false, fault);
    await clock.advance(60_000);
    expect(notices).toEqual([]);
    strike.fault = undefined;
    await clock.advance(lookMs);
    expect(notices).toContain('READY=1');
  });

  it('waits for its keypad, and not for ever', async () => {
    const { clock, notices } = served(() => true);
    await clock.advance(keypadWaitMs - 1);
    expect(notices).toEqual([]);
    await clock.advance(1);
    expect(notices).toEqual(['READY=1', 'STATUS=serves people, without its keypad']);
  });

  it('says nothing more once it is stopped', async () => {
    const { clock, notices, serving } = served(() => true);
    serving.stop();
    await clock.advance(60_000);
    expect(notices).toEqual(['STOPPING=1']);
  });
});

describe('a real door that is watched', () => {
  const watchdogMs = 1_000;
  const door = new RealDoor();
  let manager: FakeManager;
  beforeEach(async () => {
    manager = await FakeManager.listen();
  });
  afterEach(() => manager.stop());

  const start = (planted = ''): Promise<DoorProcess> =>
    door.start({
      nodeArgv: ['--import', `data:text/javascript,${encodeURIComponent(planted)}`],
      env: { NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: String(watchdogMs * 1_000), HANG: join(door.at.place, 'hang') },
    });
  const isAlive = (): void => expect(manager.notices.filter((notice) => notice === 'WATCHDOG=1').length).toBeGreaterThan(1);

  /** Kills as the manager does, when no notice came for its time. */
  const watch = (running: DoorProcess): void => {
    const clock = new NodeClock();
    let timer: unknown;
    const heard = (): void => {
      clock.clearTimeout(timer);
      timer = clock.setTimeout(() => running.child.kill('SIGABRT'), watchdogMs);
    };
    manager.heard = heard;
    heard();
    void running.ended.then(() => clock.clearTimeout(timer));
  };

  it('says that it is ready, alive, and stops', async () => {
    const running = await start();
    watch(running);
    await soon(isAlive);
    expect((await running.stop('SIGTERM')).code).toBe(0);
    await soon(() => expect(manager.notices.at(-1)).toBe('STOPPING=1'));
    expect(manager.notices.slice(0, 2)).toEqual(expect.arrayContaining(['READY=1']));
  });

  it.each([
    [
      'the event loop',
      'import{existsSync}from"node:fs";import{isMainThread}from"node:worker_threads";if(isMainThread)setInterval(()=>{while(existsSync(process.env.HANG));},20).unref()',
    ],
    [
      "the journal's disk thread",
      'import{existsSync}from"node:fs";import{isMainThread}from"node:worker_threads";if(!isMainThread)setInterval(()=>{while(existsSync(process.env.HANG));},20).unref()',
    ],
  ])('is killed when %s hangs', async (_, planted) => {
    const running = await start(planted);
    watch(running);
    await soon(isAlive);
    door.at.write('hang', '');
    expect((await running.ended).signal).toBe('SIGABRT');
    expect(door.read('strike', 'brightness')).toBe('0');
    rmSync(join(door.at.place, 'hang'));
  });
});
