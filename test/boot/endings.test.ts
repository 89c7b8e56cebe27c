/**
 * A real process that ends, in order or not: what it promised is kept. DOORPAD_KILLS sets how often it is killed (10);
 * DOORPAD_SEED the moments.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { exitCodes } from '../../src/main.ts';
import { stopDeadlineMs } from '../../src/tools/run-door.ts';
import { type DoorProcess, RealDoor, soon } from './real-door.ts';

const kills = Number(process.env.DOORPAD_KILLS ?? 10);
const seed = Number(process.env.DOORPAD_SEED ?? 1);
const door = new RealDoor();

beforeEach(async () => {
  await door.at.importPeople('person,pin,cards\n1,041733,12345678\n');
});

describe('a real door that is killed', () => {
  /** Opens the door again and again until it is dead, of a shot that is fired after so many openings; answers how often the strike was released. */
  const openUntilDead = async (running: DoorProcess, openings: number, shoot: () => void): Promise<number> => {
    let released = 0;
    for (let opening = 0; running.isRunning; opening += 1, released += door.isReleased ? 1 : 0) {
      if (opening === openings) shoot();
      door.endPulse();
      door.type('041733#');
      await soon(() => expect(door.isReleased || !running.isRunning).toBe(true));
    }
    return released;
  };

  it(`has every event whose strike was released on disk, ${kills} times`, { timeout: 60_000 + kills * 5_000 }, async () => {
    const random = new Random(seed).fork('kills');
    let released = 0;
    let openings = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const running = await door.start();
      const delayMs = random.between(0, 150);
      openings += kill % 4;
      released += await openUntilDead(running, kill % 4, () => {
        spawn('sh', ['-c', `sleep ${delayMs / 1_000}; kill -KILL ${running.pid}`], { stdio: 'ignore' });
      });
      expect((await running.ended).signal).toBe('SIGKILL');
      const events = await door.events();
      const granted = events.filter(({ code }) => code === 'access.granted').length;
      // What a killed door had recorded and not yet released is on disk as well: once a kill at most.
      expect(granted, `seed ${seed}, kill ${kill}`).toBeGreaterThanOrEqual(released);
      expect(granted, `seed ${seed}, kill ${kill}`).toBeLessThanOrEqual(released + kill + 1);
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    }
    expect(released).toBeGreaterThanOrEqual(openings);
    expect(await door.codes()).not.toContain('journal.damaged');
  });

  it('goes on with a lockout after it', async () => {
    const running = await door.start();
    for (let wrong = 0; wrong < 5; wrong += 1) door.type('5555#');
    await door.recorded('lockout.started');
    await running.stop('SIGKILL');
    await door.start();
    door.type('041733#');
    door.swipe('12345678');
    await door.released();
    const events = await door.events();
    expect(events.filter(({ code }) => code === 'access.granted').map(({ fields }) => fields.by)).toEqual(['card']);
  });

  it('starts over what a power cut leaves behind', async () => {
    const first = await door.start();
    door.type('041733#');
    await door.released();
    await first.stop('SIGKILL');
    mkdirSync(join(door.at.dataDir, 'keys.new-Ab3dEf'), { mode: 0o700 });
    const nonsense = new Random(seed).bytes(5_000);
    for (const name of ['keys.new-Ab3dEf/reader.json', 'journal.db.new', 'table.db.new', 'journal.reserve'])
      door.at.write(join('data', name), nonsense);
    door.at.write('last-good.toml.new', '[reader');
    await door.start();
    door.type('041733#');
    await door.released();
    expect((await door.codes()).filter((code) => code !== 'settings.changed')).toEqual([
      'reader.started',
      'access.granted',
      'reader.started',
      'access.granted',
    ]);
  });
});

describe('a real door, with the limits of its service unit', () => {
  /** Runs in the door's own process. */
  const preload = (program: string): readonly string[] => ['--import', `data:text/javascript,${encodeURIComponent(program)}`];

  it('that takes ever more memory is ended by its limit, and starts again with all it had recorded', async () => {
    const leak = `import { isMainThread } from 'node:worker_threads'; const kept = [];
      if (isMainThread) setInterval(() => kept.push(new Array(10_000).fill(kept.length)), 3);`;
    const running = await door.start({ nodeArgv: ['--max-old-space-size=64', ...preload(leak)] });
    expect((await running.ended).signal).toBe('SIGABRT');
    expect(running.err).toContain('heap out of memory');
    await (await door.start()).stop('SIGTERM');
    expect((await door.codes()).filter((code) => code === 'reader.started')).toHaveLength(2);
  });

  it('listens to no debugger, and goes on when one is asked for', async () => {
    const running = await door.start({ nodeArgv: ['--disable-sigusr1'] });
    running.child.kill('SIGUSR1');
    door.type('041733#');
    await door.released();
    expect(running.err).toBe('');
    expect(execFileSync('ss', ['-Hlntp'], { encoding: 'utf8' })).not.toContain(`pid=${running.pid},`);
  });
});

describe('a real door that is told to stop', () => {
  it('does so within two seconds, a PIN half typed, and grants are on disk', async () => {
    const running = await door.start();
    door.type('041733#');
    await door.released();
    door.type('0417');
    const askedMs = performance.now();
    expect(await running.stop('SIGTERM')).toMatchObject({ code: exitCodes.done });
    expect(performance.now() - askedMs).toBeLessThan(stopDeadlineMs);
    expect(door.read('strike', 'brightness')).toBe('0');
    expect(running.err).toBe('');
    expect(await door.codes()).toEqual(['reader.started', 'access.granted', 'reader.stopped']);
  });

  it('does so when something unforeseen is thrown while it is open, with the strike secured', async () => {
    const planted = 'data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("planted")})';
    const running = await door.start({ nodeArgv: ['--import', planted] });
    door.type('041733#');
    await soon(() => expect(door.isReleased).toBe(true));
    door.at.write(join('strike', 'brightness'), '255');
    expect(await running.stop('SIGUSR2')).toMatchObject({ code: exitCodes.fault });
    expect([door.read('strike', 'activate'), door.read('strike', 'brightness')]).toEqual(['0', '0']);
    expect(await door.codes()).toEqual(['reader.started', 'access.granted', 'reader.stopped']);
  });
});
