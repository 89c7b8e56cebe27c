/**
 * `npm run test:image`: starts the card that `npm run image` made in an emulated machine, and prints every check with its time. Ends with 1 when one
 * failed. `--part NAME` does one part, `--short` those that fit beside all else that a change has to pass. Which parts there are is parts.ts's.
 */
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { emulatorPrograms, missingPrograms, print, workFolder } from '../image/host.ts';
import { parts } from './parts.ts';
import { isImageThere } from './place.ts';

const { values } = parseArgs({
  options: { part: { type: 'string' }, short: { type: 'boolean', default: false }, count: { type: 'string' }, seed: { type: 'string' } },
});

const secondsText = (startedMs: number): string => ((performance.now() - startedMs) / 1_000).toFixed(1).padStart(7);

/** Prints its line; true when it held. */
const hold = async (name: string, look: () => Promise<string>): Promise<boolean> => {
  const startedMs = performance.now();
  try {
    const seen = await look();
    print(`${secondsText(startedMs)} s  ok      ${name}: ${seen}`);
    return true;
  } catch (thrown) {
    print(`${secondsText(startedMs)} s  FAILED  ${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return false;
  }
};

const complaint = (): string | undefined => {
  if (values.part !== undefined && !parts.some(({ name }) => name === values.part))
    return `There is no part ${values.part}: ${parts.map(({ name }) => name).join(', ')}`;
  return missingPrograms(emulatorPrograms) ?? (isImageThere() ? undefined : 'There is no card yet: npm run image');
};

const wholeNumber = (text: string | undefined, otherwise: number): number => (text !== undefined && /^\d+$/.test(text) ? Number(text) : otherwise);

const main = async (): Promise<number> => {
  const wrong = complaint();
  if (wrong !== undefined) {
    process.stderr.write(`${wrong}\n`);
    return 1;
  }
  const wanted = parts.filter(({ name, isShort }) => (values.part === undefined ? isShort || !values.short : name === values.part));
  const held: boolean[] = [];
  for (const { name, run } of wanted)
    await run({
      folder: join(workFolder, 'place', name),
      count: wholeNumber(values.count, 20),
      seed: wholeNumber(values.seed, Date.now() % 2 ** 32),
      hold: async (check, look) => {
        const isHeld = await hold(check, look);
        held.push(isHeld);
        return isHeld;
      },
    });
  const leftOut = parts.filter((part) => !wanted.includes(part));
  if (leftOut.length > 0) print(`left out: ${leftOut.map(({ what }) => what).join('; ')}`);
  const failed = held.filter((isHeld) => !isHeld).length;
  print(`${held.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
};

process.exitCode = await main();
