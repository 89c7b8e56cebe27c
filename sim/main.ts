/**
 * `npm run sim`: which commands the bench has, what they print, and with which code they end. Stories are scenarios/'s,
 * random days storm.ts's, the door on a screen terminal/'s.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Mode, modes } from '../src/access/mode.ts';
import { type RunIo, type RunOptions, runCodes, runFiles } from './scenarios/run-files.ts';
import type { StormOptions, StormReport } from './storm.ts';
import { defaultMode } from './terminal/run.ts';

/** What the program ends with. 1: a story differs, or a storm found something; 2: wrong use, or a file that is wrong; 70: a fault of its own. */
export const exitCodes = { done: runCodes.asTold, differs: runCodes.differs, usage: runCodes.wrong, fault: 70 } as const;

export interface Io extends RunIo {
  /** Shows a door on the terminal until somebody quits. */
  keypad(mode: Mode): Promise<void>;
  /** Lives through random days; resolves with what was found, and the same in words. */
  storm(options: StormOptions): Promise<{ readonly report: Pick<StormReport, 'failure'>; readonly words: string }>;
}

/** Runs one command and resolves with the exit code. Never rejects. */
export const main = async (argv: readonly string[], io: Io): Promise<number> => {
  let code: number = exitCodes.done;
  const program = commands(io, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    io.err(`sim: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    return exitCodes.fault;
  }
};

const commands = (io: Io, end: (code: number) => void): Command => {
  const root = new Command('sim')
    .description('Doors without hardware: stories from files, random days, a keypad on the screen.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `
Examples:
  npm run sim -- run sim/scenarios                     every story of a directory
  npm run sim -- run my-door.toml --update             writes into the file what the door did
  npm run sim -- run 'stories/*.toml' --junit out.xml  for a build server
  npm run sim -- storm --seed 7 --days 3               random days, the same ones for the same seed
  npm run sim -- keypad --mode cardAndPin              a door to try, as npm start
How a story is written: docs/scenarios.md.
Exit codes: 0 done, 1 a story differs or a storm found something, 2 wrong use or a wrong file.`,
    );
  root
    .command('run <files...>')
    .description('play stories, in virtual time, and say where a door did something else; files, directories, patterns')
    .option('--junit <file>', 'write a JUnit report as well')
    .option('--update', 'write into the files what happened, in place of what was expected')
    .option('--quiet', 'say nothing of stories that are as told')
    .action(async (files: string[], options: RunOptions) => end(await runFiles(files, options, io)));
  root
    .command('storm')
    .description('live through random days at a door and judge all it did')
    .option('--seed <number>', 'which days; the same seed gives the same ones', wholeUpTo(maxSeed), 1)
    .option('--days <number>', 'how many; a part of one as well, as 0.1', daysOf, 1)
    .action(async (options: StormOptions) => {
      const { report, words } = await io.storm(options);
      io.out(`${words}\n`);
      end(report.failure === undefined ? exitCodes.done : exitCodes.differs);
    });
  root
    .command('keypad')
    .description('show a door on this terminal, to type PINs at')
    .addOption(new Option('--mode <mode>', 'what the door asks for').choices(modes).default(defaultMode))
    .action(({ mode }: { readonly mode: Mode }) => io.keypad(mode));
  return root;
};

const maxSeed = 4_294_967_295;
const maxDays = 3_650;

const wholeUpTo =
  (most: number) =>
  (text: string): number => {
    if (!/^[0-9]{1,10}$/.test(text) || Number(text) > most) throw new InvalidArgumentError(`It must be a whole number, 0 to ${most}.`);
    return Number(text);
  };

const daysOf = (text: string): number => {
  const days = Number(text);
  if (!/^[0-9]{1,4}(\.[0-9]{1,3})?$/.test(text) || days > maxDays) throw new InvalidArgumentError(`It must be a number, 0 to ${maxDays}.`);
  return days;
};

if (import.meta.main) {
  const code = await main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    nowMs: () => performance.now(),
    keypad: async (mode) => (await import('./terminal/run.ts')).runTerminal(mode),
    storm: async (options) => {
      const { describeStorm, runStorm } = await import('./storm.ts');
      const report = await runStorm(options);
      return { report, words: describeStorm(report) };
    },
  });
  process.exit(code);
}
