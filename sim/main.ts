/**
 * `npm run sim`: which commands the bench has, what they print, and with which code they end. Stories are scenarios/'s,
 * random days storm.ts's, the door on a screen terminal/'s, figures of a line line/'s, the ends of a real one processes/'s.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Mode, modes } from '../src/access/mode.ts';
import { lineBaudRates } from '../src/config/settings.ts';
import { maxPdsOnLine } from '../src/osdp/acu-line.ts';
import { Fault } from '../src/shared/faults.ts';
import { maxPersons } from '../src/table/limits.ts';
import { newProgram, runCommand, wholeNumber } from '../src/tools/command-line.ts';
import { exitCodes } from './exit-codes.ts';
import type { DrainOptions } from './line/drain-trial.ts';
import type { SiteOptions } from './line/site.ts';
import { deafIoOf, ioOf } from './processes/io.ts';
import { type ProcessCommands, processCommands } from './processes/program.ts';
import { type RunIo, type RunOptions, runFiles } from './scenarios/run-files.ts';
import type { StormOptions, StormReport } from './storm.ts';
import { defaultMode } from './terminal/run.ts';

export interface Io extends RunIo, ProcessCommands {
  /** Shows a door on the terminal until somebody quits. */
  keypad(mode: Mode): Promise<void>;
  /** Lives through random days; resolves with what was found, and the same in words. */
  storm(options: StormOptions): Promise<{ readonly report: Pick<StormReport, 'failure'>; readonly words: string }>;
  /** Sends a table to every reader of one line; resolves with the figures in words. */
  line(options: SiteOptions): Promise<string>;
  /** Lives without a controller, and then has one; resolves with the figures in words, and whether all was heard in order. */
  drain(options: DrainTask): Promise<{ readonly isWhole: boolean; readonly words: string }>;
}

export type DrainTask = Omit<DrainOptions, 'nowMs'>;

/** Runs one command and resolves with the exit code. Never rejects. */
export const main = (argv: readonly string[], io: Io): Promise<number> =>
  runCommand(
    argv,
    (end) => commands(io, end),
    (thrown) => {
      io.err(`sim: ${thrown instanceof Fault ? thrown.message : thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
      return exitCodes.fault;
    },
  );

const commands = (io: Io, end: (code: number) => void): Command => {
  const root = newProgram('sim', 'Doors without hardware: stories from files, random days, a keypad on the screen.', io).addHelpText(
    'after',
    `
Examples:
  npm run sim -- run sim/scenarios                     every story of a directory
  npm run sim -- run my-door.toml --update             writes into the file what the door did
  npm run sim -- run 'stories/*.toml' --junit out.xml  for a build server
  npm run sim -- storm --seed 7 --days 3               random days, the same ones for the same seed
  npm run sim -- bench --port 9000                     two doors and their manager in a browser, as npm start
  npm run sim -- keypad --mode cardAndPin              a door to try on the terminal, as npm run keypad
  npm run sim -- line --readers 32 --baud 115200       polls, events and tables on one line
  npm run sim -- drain --days 30                       what waited for a controller, heard in order
  npm run sim -- controller --port ./far --site ./site --people people.csv   a controller on a real port
  npm run sim -- reader --port ./near --data ./door    a reader at the other end of it
How a story is written: docs/scenarios.md. The two ends of a real line: docs/controller.md. What the figures of a line mean: docs/line-trials.md.
Exit codes: 0 done, 1 a story differs, a storm found something or an event was not heard, 2 wrong use or a wrong file,
  70 a fault of its own or of the disk, 75 another process has the directory or the port.`,
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
    .option('--seed <number>', 'which days; the same seed gives the same ones', wholeNumber(0, maxSeed), 1)
    .option('--days <number>', 'how many; a part of one as well, as 0.1', daysUpTo(maxDays), 1)
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
  lineCommands(root, io, end);
  processCommands(root, io, end);
  return root;
};

interface LineWords {
  readonly readers: number;
  readonly baud: string;
  readonly people: number;
  readonly days: number;
  readonly seed: number;
}

const lineCommands = (root: Command, io: Io, end: (code: number) => void): void => {
  const baud = new Option('--baud <rate>', 'of the line').choices(lineBaudRates.map(String)).default('115200');
  root
    .command('line')
    .description('figures of one line in virtual time: its polls, its events, and a table sent to every reader on it')
    .option('--readers <number>', `how many, at most ${maxPdsOnLine}`, wholeNumber(1, maxPdsOnLine), maxPdsOnLine)
    .addOption(baud)
    .option('--people <number>', 'in each table', wholeNumber(1, maxPersons), 1_000)
    .option('--seed <number>', 'who comes when', wholeNumber(0, maxSeed), 1)
    .action(async ({ readers, baud: rate, people, seed }: LineWords) => {
      io.err(`${readers} readers at ${rate} baud, a table of ${people} people to each: this may take a minute …\n`);
      io.out(`${await io.line({ readers, baudRate: Number(rate), people, seed })}\n`);
    });
  root
    .command('drain')
    .description('live through days without a controller, then drain the journal to one, in virtual time')
    .option('--days <number>', 'how many; a part of one as well, as 0.1', daysUpTo(maxDrainDays), maxDrainDays)
    .addOption(baud)
    .option('--seed <number>', 'who comes when', wholeNumber(0, maxSeed), 1)
    .action(async ({ days, baud: rate, seed }: LineWords) => {
      io.err(`${days} days without a controller, and then the line at ${rate} baud: this may take minutes …\n`);
      const { isWhole, words } = await io.drain({ days, baudRate: Number(rate), seed });
      io.out(`${words}\n`);
      end(isWhole ? exitCodes.done : exitCodes.differs);
    });
};

/** A journal holds so many days. */
const maxDrainDays = 30;
const maxSeed = 4_294_967_295;
const maxDays = 3_650;

const daysUpTo =
  (most: number) =>
  (text: string): number => {
    const days = Number(text);
    if (!/^[0-9]{1,4}(\.[0-9]{1,3})?$/.test(text) || days > most) throw new InvalidArgumentError(`It must be a number, 0 to ${most}.`);
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
    line: async (options) => {
      const { describeTableTrial, runTableTrial } = await import('./line/table-trial.ts');
      return describeTableTrial(await runTableTrial(options));
    },
    bench: async (options) => (await import('./processes/bench.ts')).runBench(options, deafIoOf(process)),
    reader: async (options) => (await import('./processes/reader.ts')).runReader(options, ioOf(process)),
    controller: async (options) => (await import('./processes/controller.ts')).runController(options, ioOf(process)),
    drain: async (options) => {
      const { describeDrainTrial, runDrainTrial } = await import('./line/drain-trial.ts');
      const trial = await runDrainTrial({ ...options, nowMs: () => performance.now() });
      return { isWhole: trial.lost === 0 && trial.outOfOrder === 0, words: describeDrainTrial(trial) };
    },
  });
  process.exit(code);
}
