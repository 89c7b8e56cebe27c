/** The bench's own program in a scratch directory, as an attacker finds it. Decides how it is started and ended; what is tried at it is the tests'. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPages } from '../../../sim/web/build.ts';
import { BenchProgram, type Serving } from '../bench/program.ts';

export interface BenchPlace extends Serving {
  readonly directory: string;
  readonly program: BenchProgram;
  /** Ends the program and leaves nothing behind. */
  close(): Promise<void>;
}

/** Once it serves. */
export const openBench = async (): Promise<BenchPlace> => {
  // Made before: a start is waited for no longer than a start takes.
  await buildPages();
  const directory = mkdtempSync(join(tmpdir(), 'doorpad-attacked-'));
  const program = new BenchProgram(directory);
  const close = async (): Promise<void> => {
    await program.child.end('SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    return { ...(await program.serves()), directory, program, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
};
