/**
 * A program that runs beside this one and ends with it, also when this one is killed: the kernel is asked to see to it. Decides nothing of what the
 * program does.
 */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** `setpriv` (util-linux) asks the kernel, and becomes the program. */
export const startChild = (program: string, args: readonly string[], options: SpawnOptions): ChildProcess =>
  spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], options);
