/**
 * Power lost at every write of a reader that writes its journal and its table: never a mixed table, never a promise broken. The disk
 * is rebuilt from a system-call trace without what was not synced, because a process that is killed loses nothing the kernel has.
 * DOORPAD_DEEP=1 throws the dice more often and fails every call.
 */

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replay } from './power-cut/replay.ts';
import { journalSteps, tableSteps } from './power-cut/steps.ts';
import { runTraced, whyNoTrace } from './power-cut/trace.ts';

const isDeep = process.env.DOORPAD_DEEP === '1';
const seed = Number(process.env.DOORPAD_SEED ?? 20_260_401);
const timeout = isDeep ? 600_000 : 120_000;

/** Calls that fail, as strace(1) writes them: `when=N` is the N-th call of a thread, `N+` that one and all that follow. */
const failures: readonly string[] = isDeep
  ? [1, 2, 3, 4, 6, 9, 12, 16].flatMap((n) => [
      `fdatasync,fsync:error=EIO:when=${n}`,
      `pwrite64:error=ENOSPC:when=${n}`,
      `pwrite64:error=ENOSPC:when=${3 * n}+`,
      `pwrite64:error=EIO:when=${2 * n}`,
    ])
  : [
      'fdatasync,fsync:error=EIO:when=3',
      'fdatasync,fsync:error=EIO:when=9',
      'pwrite64:error=ENOSPC:when=12',
      'pwrite64:error=ENOSPC:when=25+',
      'pwrite64:error=EIO:when=30',
    ];

describe(`a power cut (seed ${seed})`, () => {
  let parent: string;
  let images: string;
  const replayed = (
    operations: Parameters<typeof replay>[0],
    rest: { readonly throws: number; readonly isFirstEnough?: boolean },
  ): ReturnType<typeof replay> => replay(operations, { directory: join(images, 'state'), seed, ...rest });

  beforeEach(() => {
    const missing = whyNoTrace();
    if (missing !== undefined) throw new Error(missing);
    parent = mkdtempSync(join(tmpdir(), 'doorpad-cut-'));
    // Images are opened by the thousand: on a disk of memory where there is one.
    images = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'doorpad-images-'));
  });
  afterEach(() => {
    rmSync(parent, { recursive: true, force: true });
    rmSync(images, { recursive: true, force: true });
  });

  it('at any write leaves all that was promised, and nothing in part', { timeout }, async () => {
    const operations = await runTraced(parent);
    const { cuts, images: opened, broken } = await replayed(operations, { throws: isDeep ? 30 : 4 });
    expect(broken).toEqual([]);
    // The rig itself: it saw every step, and more than one way for each cut to end.
    expect(operations.filter(({ kind }) => kind === 'mark')).toHaveLength(2 * (journalSteps.length + tableSteps.length));
    expect(cuts).toBeGreaterThan(200);
    expect(opened).toBeGreaterThan(cuts);
  });

  it.each(failures)('or a call that fails (%s) never makes a promise a lie', { timeout }, async (failure) => {
    const operations = await runTraced(parent, { inject: [failure] });
    expect((await replayed(operations, { throws: isDeep ? 3 : 0 })).broken).toEqual([]);
  });

  it.each([
    ['synchronous off', []],
    ['synchronous normal', []],
    ['switch in two commits', []],
    ['failed commit taken for done', ['fdatasync,fsync:error=EIO:when=11+']],
  ])('finds the planted fault: %s', { timeout }, async (plantedFault, inject) => {
    const operations = await runTraced(parent, { plantedFault, inject });
    expect((await replayed(operations, { throws: 0, isFirstEnough: true })).broken).toHaveLength(1);
  });
});
