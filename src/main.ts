#!/usr/bin/env node
/**
 * Where the program `doorpad` begins: what a process has to see to before and after a command. Which commands there are is
 * main/program.ts's; the running reader is boot.ts's.
 */
import nodeModule from 'node:module';
import { join } from 'node:path';
import { complaintAbout } from './main/least-node.ts';
import type { Io } from './main/program.ts';
import { terminalOf } from './main/terminal.ts';
import { exitCodes } from './tools/exit-codes.ts';

export type { Io };
export { exitCodes };

// Before all else: an old Node can load what is imported above, and nothing of what a command needs.
const complaint = complaintAbout(process.versions.node);
if (complaint !== undefined) {
  process.stderr.write(`${complaint}\n`);
  process.exit(exitCodes.refused);
}

/** Runs one command and resolves with the exit code. Never rejects. */
export const main = async (argv: readonly string[], io: Io): Promise<number> => (await import('./main/program.ts')).runProgram(argv, io);

/**
 * From sources most of a start goes into compiling them, so what was compiled is kept, threads included. Kept beside the
 * sources: whoever may write there may change the program anyway. Where nobody may, each start compiles.
 */
const keepCompiled = (): void => {
  if (!import.meta.url.endsWith('.ts') || process.env.NODE_COMPILE_CACHE !== undefined) return;
  const directory = join(import.meta.dirname, '..', '.cache', 'compiled');
  process.env.NODE_COMPILE_CACHE = directory;
  nodeModule.enableCompileCache(directory);
};

/** Resolves when the process is told to stop; rejects when something unforeseen was thrown in it. Call it once. */
const stopAsked = (): Promise<void> =>
  new Promise((resolve, reject) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', reject);
  });

if (import.meta.main) {
  keepCompiled();
  // Whoever reads a list may have read enough; a door goes on when nobody reads its output.
  const isDoor = process.argv[2] === 'run';
  process.stdout.on('error', () => isDoor || process.exit(exitCodes.done));
  process.stderr.on('error', () => undefined);
  const threads = isDoor ? (await import('./store/early-threads.ts')).startStoreThreads() : undefined;
  const code = await main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    boot: async (...settings) => (await import('./boot.ts')).boot(...settings, threads),
    stopAsked,
    terminal: terminalOf(process.stdin, process.stdout, process.stderr),
  });
  process.exit(code);
}
