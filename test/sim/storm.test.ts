/**
 * Storms find nothing in the reader, and find every fault planted around it. STORM_SEED names the first seed; in CI it
 * comes from the commit, so that each commit weathers storms of its own. `npm run sim -- storm` runs one alone.
 */
import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeStorm, runStorm, type StormReport } from '../../sim/storm.ts';
import { plantedFaults } from './storm/plants.ts';

const seedOfCommit = (): number => Number.parseInt(execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).slice(0, 7), 16);
const firstSeed = Number(process.env.STORM_SEED ?? (process.env.CI === undefined ? 1 : seedOfCommit()));
const seeds = Array.from({ length: 8 }, (_, index) => firstSeed + index);
const days = 0.1;
/** A planted fault is found within so many storms. Most are found in the first. */
const mostStorms = 40;

describe(`storms from seed ${firstSeed} on`, () => {
  it.each(seeds)('nothing is found in the reader with seed %i', async (seed) => {
    const report = await runStorm({ seed, days });
    expect(report.failure === undefined ? '' : describeStorm(report)).toBe('');
    expect(report.steps).toBeGreaterThan(50);
    expect(describeStorm(report)).toContain('nothing found');
  });

  it('go the same way again from the same seed', async () => {
    const [once, again, other] = [
      await runStorm({ seed: firstSeed, days }),
      await runStorm({ seed: firstSeed, days }),
      await runStorm({ seed: firstSeed + 1, days }),
    ];
    expect(again).toEqual(once);
    expect(other.storyHash).not.toBe(once.storyHash);
  });
});

describe('a storm finds a reader that', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(plantedFaults)('$name', async ({ plant, replace, breaks }) => {
    replace?.();
    const found = await firstFailure((seed) => runStorm({ seed, days, plant }));
    expect(breaks).toContain(found?.failure?.invariant);
  });
});

describe('a report of a failure', () => {
  const plant = plantedFaults[0]?.plant ?? {};

  it('names seed, step, invariant and what led to it, with the command that replays it', async () => {
    const found = await runStorm({ seed: 7, days, plant });
    const again = await runStorm({ seed: 7, days, plant });
    expect(again).toEqual(found);
    expect(found.failure?.lastSteps.length).toBeLessThanOrEqual(30);
    expect(describeStorm(found)).toMatch(/^FOUND: I\d: .+\n\n/);
    expect(describeStorm(found)).toMatch(/^seed 7, step \d+, I\d: .+\nnpm run sim -- storm --seed 7 --days 0\.1$/m);
  });
});

const firstFailure = async (run: (seed: number) => Promise<StormReport>): Promise<StormReport | undefined> => {
  for (let storm = 0; storm < mostStorms; storm++) {
    const report = await run(firstSeed + storm);
    if (report.failure !== undefined) return report;
  }
  return undefined;
};
