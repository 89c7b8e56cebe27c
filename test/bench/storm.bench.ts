/** What a day at the door costs to simulate, with every fault of a storm and every check after every step. */
import { runStorm } from '../../sim/storm.ts';
import type { Bench } from './bench.ts';

const seeds = [1, 2, 3, 4, 5];

export const benches: readonly Bench[] = [
  {
    name: 'one reader-day of storm, median of seeds',
    unit: 's',
    bar: 2,
    better: 'lower',
    run: async (isQuick) => {
      // The first run compiles what the others use.
      await runStorm({ seed: 0, days: 0.1 });
      const seconds: number[] = [];
      for (const seed of isQuick ? seeds.slice(0, 1) : seeds) {
        const startMs = performance.now();
        const { failure } = await runStorm({ seed, days: 1 });
        if (failure !== undefined) throw new Error(`seed ${seed}: ${failure.invariant}, ${failure.sentence}`);
        seconds.push((performance.now() - startMs) / 1000);
      }
      return seconds.sort((left, right) => left - right)[Math.floor(seconds.length / 2)] ?? 0;
    },
  },
];
