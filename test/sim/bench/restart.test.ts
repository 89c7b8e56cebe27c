/** The bench after its program was killed, or its directory came from elsewhere: what readers and controller still know, and what they say. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { World } from '../../../sim/bench/world.ts';
import { BenchRig, crypto, scratchDirectory } from './rig.ts';

/** What a kill of signal 9 leaves at this moment. */
const killed = (directory: string): string => {
  const left = scratchDirectory();
  execFileSync('cp', ['-a', `${directory}/.`, left]);
  return left;
};

const sequencesOf = async (rig: BenchRig, reader: number): Promise<readonly number[]> =>
  (await rig.world.store.events.list()).filter((event) => event.reader === reader).map(({ sequence }) => sequence);

const openings = async (rig: BenchRig): Promise<number> => (await rig.codes()).filter((code) => code === 'access.granted').length;

const versionsOf = (rig: BenchRig): readonly (number | undefined)[] => rig.world.doors.map(({ door }) => door.table.state()?.version);

describe('a bench that was killed', () => {
  it('brings after the restart what its readers had not yet delivered, once', async () => {
    const directory = scratchDirectory();
    const rig = await BenchRig.open(directory);
    await rig.ask('line', { body: { isCut: true } });
    await rig.pass(10_000);
    await rig.type('front', '0417#');
    await rig.pass(1_000);
    expect(await openings(rig)).toBe(0);
    const again = await BenchRig.open(killed(directory));
    expect(await openings(again)).toBe(1);
    const onceMore = await BenchRig.open(killed(directory));
    expect(await openings(onceMore)).toBe(1);
    const numbers = await sequencesOf(again, 1);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('goes on with the journal of each reader where it was, without a gap', async () => {
    const directory = scratchDirectory();
    const rig = await BenchRig.open(directory);
    await rig.swipe('front', 'A');
    await rig.pass(2_000);
    const before = await sequencesOf(rig, 1);
    const again = await BenchRig.open(killed(directory));
    await again.swipe('front', 'A');
    await again.pass(2_000);
    const after = await sequencesOf(again, 1);
    expect(after).toEqual(after.map((_, at) => at + 1));
    expect(after.length).toBeGreaterThan(before.length);
  });

  it('has the same tables in force at once, also with its line cut', async () => {
    const directory = scratchDirectory();
    const rig = await BenchRig.open(directory);
    const versions = versionsOf(rig);
    await rig.world.close();
    const world = await World.start(directory, crypto, { speed: 0, realMs: () => 0 });
    await world.setFaults({ isCut: true });
    expect(world.doors.map(({ door }) => door.table.state()?.version)).toEqual(versions);
    await world.lay({ do: 'type', keys: '0417#' }, 'front');
    await world.skip(1_000);
    expect(world.door('front').facts.isLocked).toBe(false);
    await world.close();
  });

  it('still counts the guesses of before', async () => {
    const directory = scratchDirectory();
    const rig = await BenchRig.open(directory);
    for (let guess = 0; guess < 5; guess += 1) {
      await rig.type('front', '9999#');
      await rig.pass(3_000);
    }
    const again = await BenchRig.open(killed(directory));
    await again.type('front', '9999#');
    await again.pass(1_000);
    expect(again.newsOf('signal').map(({ signal }) => signal)).toContain('lockedOut');
  });

  it('never goes back in time', async () => {
    const directory = scratchDirectory();
    const rig = await BenchRig.open(directory);
    await rig.pass(3_600_000);
    await rig.swipe('front', 'A');
    await rig.pass(2_000);
    const { ms } = rig.world.clock.wall();
    const again = await BenchRig.open(killed(directory));
    expect(again.world.clock.wall().ms).toBeGreaterThan(ms - 2_000);
  });
});

describe('the directory of a bench', () => {
  const made = async (): Promise<string> => {
    const directory = scratchDirectory();
    await (await BenchRig.open(directory)).world.close();
    return directory;
  };

  it('serves when it is of a version that kept nothing of its readers', async () => {
    const directory = await made();
    rmSync(join(directory, 'readers'), { recursive: true });
    const rig = await BenchRig.open(directory);
    await rig.type('front', '0417#');
    await rig.pass(2_000);
    expect(await openings(rig)).toBe(1);
  });

  it('serves when its database is gone: the readers are brought above the version that they had', async () => {
    const directory = await made();
    rmSync(join(directory, 'data'), { recursive: true });
    const rig = await BenchRig.open(directory);
    await rig.type('front', '0417#');
    await rig.pass(2_000);
    expect(rig.world.door('front').facts.isLocked).toBe(false);
  });

  it('is refused with a sentence when a later version made its database or the files of a reader', async () => {
    for (const [file, sentence] of [
      ['data/controller.db', 'later version'],
      ['readers/front/journal.db', 'newer doorpad'],
      ['readers/store/table.db', 'newer doorpad'],
    ] as const) {
      const directory = await made();
      const database = new DatabaseSync(join(directory, file));
      database.exec('PRAGMA user_version = 999');
      database.close();
      await expect(World.start(directory, crypto, { speed: 0 })).rejects.toThrow(sentence);
      await expect(World.start(directory, crypto, { speed: 0 })).rejects.toThrow(sentence);
    }
  });

  it('is refused with a sentence when its database is damaged', async () => {
    const directory = await made();
    writeFileSync(join(directory, 'data', 'controller.db'), 'this was a database once');
    await expect(World.start(directory, crypto, { speed: 0 })).rejects.toThrow('controller.db');
  });

  it('is gone on with when the files of a reader are damaged, and the reader says so', async () => {
    for (const [file, code] of [
      ['journal.db', 'journal.damaged'],
      ['table.db', 'table.damaged'],
    ] as const) {
      const directory = await made();
      const path = join(directory, 'readers', 'front', file);
      writeFileSync(path, readFileSync(path).fill(7, 0, 2_048));
      const rig = await BenchRig.open(directory);
      expect(await rig.codes()).toContain(code);
      await rig.type('store', '0417#');
      expect(rig.world.door('store').facts.isPowered).toBe(true);
    }
  });

  it('is used by one bench at a time', async () => {
    const directory = scratchDirectory();
    await BenchRig.open(directory);
    await expect(World.start(directory, crypto, { speed: 0 })).rejects.toThrow('in use by another process');
  });
});
