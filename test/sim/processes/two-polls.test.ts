/** A PIN that is rolled at the controller process is dead at the reader process, and the new one works, two polls later: counted on the line, not by a clock. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { ProcessPlace, simFile } from './children.ts';
import { Tap } from './tap.ts';

/** One fewer than a door takes wrong PINs. */
const rolls = ['97517', '86427', '75316', '64205'];
/** A controller on a busy machine has time for its next step before it is as far as the next POLL. */
const pollMs = '400';
/** A disk that takes no time, where there is one: what a disk costs is measured on a real one. */
const memory = '/dev/shm';

it('a rolled PIN is dead and the new one works once the reader has heard two more polls, in a secure channel', async () => {
  const place = new ProcessPlace(existsSync(memory) ? memory : tmpdir());
  await place.prepare('person,name,pin\n1,Ada,041733\n2,Bo,2468\n');
  const tap = new Tap(place.folder, place.cable.far);
  onTestFinished(async () => {
    await tap.unplug();
    await place.dispose();
  });
  await tap.plugIn();
  const [controller, reader] = [place.controller(simFile, '--port', tap.far, '--poll', pollMs), place.reader()];
  await reader.says(/table\.applied: .*version 1/);
  let old = '041733';
  let version = 1;
  for (const pin of rolls) {
    await controller.says(new RegExp(`version ${version} with .*, up to date`));
    // What happened at the door has come up, and was acknowledged.
    await tap.quiet();
    const [before, heard] = [reader.out.length, controller.out.length];
    version += 1;
    tap.limit(2);
    controller.type(`roll ada ${pin}`);
    await controller.says(/Ada has a new PIN/, heard);
    await reader.says(new RegExp(`table\\.applied: .*version ${version}`), before);
    reader.type(`${old}#`);
    const denied = await reader.says(/credential\.notFound/, before);
    reader.type(`${pin}#`);
    await reader.says(/access\.granted: .*person 1/, denied.end);
    expect(tap.polls).toBeLessThanOrEqual(2);
    tap.limit(Number.POSITIVE_INFINITY);
    old = pin;
  }
  expect(controller.out).not.toMatch(/offline|alarm/);
});
