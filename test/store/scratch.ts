/** A directory for one test, gone with it; or one for each test of a group. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

export interface Scratch {
  /** Does not exist yet: the store makes it. */
  readonly directory: string;
  dispose(): void;
}

export const scratch = (): Scratch => {
  const parent = mkdtempSync(join(tmpdir(), 'doorpad-store-'));
  return { directory: join(parent, 'state'), dispose: () => rmSync(parent, { recursive: true, force: true }) };
};

/** Before each test of the group, `begin` is given a directory of its own. */
export const scratchEach = (begin: (directory: string) => void): void => {
  let place: Scratch;
  beforeEach(() => {
    place = scratch();
    begin(place.directory);
  });
  afterEach(() => place.dispose());
};
