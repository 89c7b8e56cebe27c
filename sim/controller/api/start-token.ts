/** Writes the operator's token of this start where only its owner can read it (SECURITY H4). Showing it, once, is the program's. */
import { rmSync, writeFileSync } from 'node:fs';
import { Fault } from '../../../src/shared/faults.ts';

const ownerOnly = 0o600;

/** A new file each time: neither the mode nor the target of what lay there before counts. Throws `disk.failed`. */
export const writeStartToken = (path: string, token: string): void => {
  try {
    rmSync(path, { force: true });
    writeFileSync(path, `${token}\n`, { flag: 'wx', mode: ownerOnly });
  } catch (cause) {
    throw new Fault('disk.failed', 'the token of this start could not be written', cause);
  }
};

/** For the browser: what follows # is not sent, and the page takes it out of the address (SECURITY H10). */
export const startAddress = (origin: string, token: string): string => `${origin}/#token=${token}`;
