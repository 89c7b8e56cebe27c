/** A directory for one test, gone with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Scratch {
  /** Does not exist yet: the store makes it. */
  readonly directory: string;
  dispose(): void;
}

export const scratch = (): Scratch => {
  const parent = mkdtempSync(join(tmpdir(), 'doorpad-store-'));
  return { directory: join(parent, 'state'), dispose: () => rmSync(parent, { recursive: true, force: true }) };
};
