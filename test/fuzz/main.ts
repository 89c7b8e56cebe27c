/**
 * `npm run fuzz`: says nonsense with a right check to both ends of the line, a million frames or `--frames N` of them, from a seed of the
 * clock or `--seed N`, and prints how fast, and what was held. Exits 1 with the seed and the frame in hexadecimal at the first fault, also
 * when what is held grows, and 2 on wrong use. What is said, and what is a fault, is test/osdp/fuzz-ends.ts's.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Fuzz, heldBytes } from '../osdp/fuzz-ends.ts';

const parts = 10;
/** From the second tenth to the last: more is a leak. */
const maxGrowthBytes = 8_000_000;

const usage = `Usage: npm run fuzz -- [--frames N] [--seed N]
Says nonsense with a right check to a reader and to a controller's end of the line, and sees that neither throws, obeys what it may not, or grows.
  --frames N  how many frames, from ${parts}; a million without it
  --seed N    which ones; without it, those of the clock. What a run says first is its seed
Code 0: nothing was found. 1: something was; its seed and frame are said. 2: wrong use.
`;

const refuse = (sentence: string): never => {
  process.stderr.write(`${sentence}\n${usage}`);
  process.exit(2);
};

const asked = (() => {
  try {
    const seedOfClock = String(Date.now() >>> 0);
    return parseArgs({
      options: {
        frames: { type: 'string', default: '1000000' },
        seed: { type: 'string', default: seedOfClock },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : String(thrown));
  }
})();

const numberOf = (name: 'frames' | 'seed', least: number): number => {
  const value = Number(asked[name]);
  return Number.isInteger(value) && value >= least && value < 2 ** 32 ? value : refuse(`--${name} is a whole number from ${least} to 4294967295.`);
};

if (asked.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const frames = numberOf('frames', parts);
const seed = numberOf('seed', 0);
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

process.stdout.write(`seed ${seed}, ${frames} frames\n`);
const fuzz = new Fuzz(seed);
const held: { readonly heap: number; readonly rss: number }[] = [];
const began = performance.now();
let slowestMs = 0;
for (let frame = 0; frame < frames; frame += 1) {
  const from = performance.now();
  const fault = fuzz.step();
  slowestMs = Math.max(slowestMs, performance.now() - from);
  if (fault !== undefined) {
    process.stderr.write(`seed ${seed}, frame ${frame}, to the ${fault.end}: ${fault.what}\n${fault.frame}\n`);
    process.exit(1);
  }
  if ((frame + 1) % Math.floor(frames / parts) !== 0) continue;
  held.push(heldBytes());
  const { heap, rss } = held.at(-1) as (typeof held)[number];
  process.stdout.write(`${frame + 1} frames, heap ${megabytes(heap)} MB, RSS ${megabytes(rss)} MB\n`);
}
const seconds = (performance.now() - began) / 1_000;
const growth = (held.at(-1)?.heap ?? 0) - (held[1]?.heap ?? 0);
process.stdout.write(
  `${Math.round(frames / seconds)} frames/s, slowest ${slowestMs.toFixed(1)} ms, heap grew ${megabytes(growth)} MB, ${fuzz.known.size} commands known\n`,
);
if (growth > maxGrowthBytes) {
  process.stderr.write(`seed ${seed}: the heap grew by ${megabytes(growth)} MB\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`Nothing was found in ${frames} frames of seed ${seed}.\n`);
}
