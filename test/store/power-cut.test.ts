/**
 * Power lost at every write of a reader that writes its journal and its table: never a mixed table, never a promise broken. The disk
 * is rebuilt from a system-call trace without what was not synced, because a process that is killed loses nothing the kernel has.
 * DOORPAD_DEEP=1 throws the dice more often and fails every call.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replay } from './power-cut/replay.ts';
import { runTraced, whyNoTrace } from './power-cut/trace.ts';

const isDeep = process.env['DOORPAD_DEEP'] === '1';
const seed = Number(process.env['DOORPAD_SEED'] ?? 20_260_401);

describe(`a power cut (seed ${seed})`, () => {
  let parent: string;
  let images: string;
  beforeEach(() => {
    expect(whyNoTrace()).toBeUndefined();
    parent = mkdtempSync(join(tmpdir(), 'doorpad-cut-'));
    // Images are opened by the thousand: where there is one, on a disk of memory.
    images = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'doorpad-images-'));
  });
  afterEach(() => {
    rmSync(parent, { recursive: true, force: true });
    rmSync(images, { recursive: true, force: true });
  });
  const options = { seed, throws: isDeep ? 20 : 1, get directory() { return join(images, 'state'); } };

  it('at any write leaves all that was promised, and nothing in part', { timeout: 600_000 }, async () => {
    const { operations } = await runTraced(parent);
    const t=performance.now();
    const { cuts, images: opened, broken } = await replay(operations, options);
    console.log(cuts, opened, performance.now()-t);
    expect(broken.slice(0,3)).toEqual([]);
  });
  it.each(['synchronous off', 'synchronous normal', 'switch in two commits'])('finds the planted fault: %s', async (plantedFault) => {
    const { operations } = await runTraced(parent, { plantedFault });
    const { broken } = await replay(operations, { ...options, directory: join(images, 'state'), isFirstEnough: true });
    console.log(broken[0]?.slice(0,300));
    expect(broken).not.toEqual([]);
  });
});
