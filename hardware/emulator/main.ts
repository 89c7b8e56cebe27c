/**
 * `npm run test:image`: starts the card that `npm run image` made in an emulated machine, and prints every check with its time. Ends with 1 when one
 * failed. `--part running`, `--part starts` or `--part update` does one part. Which checks there are is checks.ts's, start-checks.ts's and
 * update-checks.ts's.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { diskId } from '../image/card.ts';
import { emulatorPrograms, missingPrograms, print, workFolder } from '../image/host.ts';
import { out } from '../image/out.ts';
import { checks } from './checks.ts';
import { Controller } from './controller.ts';
import { Machine } from './machine.ts';
import { isImageThere, type Place, preparePlace } from './place.ts';
import { startChecks } from './start-checks.ts';
import { endUpdateChecks, updateChecks } from './update-checks.ts';
import { prepareUpdates } from './update-place.ts';

const { values } = parseArgs({ options: { part: { type: 'string' } } });

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

/** All of checks.ts on one machine; how each went. */
const checkRunning = async (place: Place): Promise<readonly boolean[]> => {
  const start = { by: 'kernel', kernel: out.kernel, initrd: out.initrd, words: `root=PARTUUID=${diskId}-02` } as const;
  const machine = await Machine.start({ folder: place.folder('machine'), disk: place.newDisk('disk'), start });
  const controller = new Controller(await machine.linePort(), place);
  const held: boolean[] = [];
  try {
    for (const { name, run } of checks) held.push(await hold(name, () => run({ machine, controller })));
  } finally {
    await controller.stop();
    await machine.cutPower();
    writeFileSync(place.folder('controller.log'), controller.everything);
  }
  return held;
};

/** All of update-checks.ts on one card. */
const checkUpdates = async (place: Place): Promise<readonly boolean[]> => {
  const updates = prepareUpdates(place);
  const held: boolean[] = [];
  try {
    for (const { name, run } of updateChecks) held.push(await hold(name, () => run(updates)));
  } finally {
    await endUpdateChecks();
  }
  return held;
};

const main = async (): Promise<number> => {
  const complaint = missingPrograms(emulatorPrograms) ?? (isImageThere() ? undefined : 'There is no card yet: npm run image');
  if (complaint !== undefined) {
    process.stderr.write(`${complaint}\n`);
    return 1;
  }
  const place = preparePlace(join(workFolder, 'place'));
  const held: boolean[] = [];
  const has = (part: string): boolean => values.part === undefined || values.part === part;
  if (has('running')) held.push(...(await checkRunning(place)));
  else print(`left out: ${checks.length} checks of what runs`);
  if (has('starts')) for (const { name, run } of startChecks) held.push(await hold(name, () => run(place)));
  else print(`left out: ${startChecks.length} checks of starts`);
  if (has('update')) held.push(...(await checkUpdates(place)));
  else print(`left out: ${updateChecks.length} checks of updates`);
  const failed = held.filter((isHeld) => !isHeld).length;
  print(`${held.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
};

// What was started ends with this process.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await main();
