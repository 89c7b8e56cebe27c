/** The commands of `npm run sim` that are one end of a real line each: their options and their help. What the ends do is reader.ts's and controller.ts's. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { highestAddress, type LineBaudRate, lineBaudRates } from '../../src/config/settings.ts';
import { defaultPollIntervalMs } from '../../src/osdp/acu-line.ts';
import { wholeNumber } from '../../src/tools/command-line.ts';
import { type BenchOptions, defaultBenchPort } from './bench-options.ts';
import type { ControllerOptions } from './controller.ts';
import { controllerHelp } from './controller-desk.ts';
import type { ReaderOptions } from './reader.ts';
import { readerHelp } from './reader-hands.ts';

/** Each resolves with the exit code once somebody quits. */
export interface ProcessCommands {
  reader(options: ReaderOptions): Promise<number>;
  controller(options: ControllerOptions): Promise<number>;
  bench(options: BenchOptions): Promise<number>;
}

const codesHelp = 'Exit codes: 0 done, 2 wrong use or a wrong file, 70 a fault of its own or of the disk, 75 another process has the directory';

const baudOption = (meaning: string): Option =>
  new Option('--baud <rate>', meaning).choices(lineBaudRates.map(String)).argParser((text) => {
    const rate = lineBaudRates.find((each) => String(each) === text);
    if (rate === undefined) throw new InvalidArgumentError(`Allowed choices are ${lineBaudRates.join(', ')}.`);
    return rate;
  });

/** Between two POLLs, in milliseconds. A reader that hears none for 8 s takes its controller for lost. */
const [leastPollMs, mostPollMs] = [20, 1_000];
const highestPort = 65_535;

export const processCommands = (root: Command, io: ProcessCommands, end: (code: number) => void): void => {
  root
    .command('bench')
    .description('two doors and the manager of their controller, in a browser on this machine, as npm start')
    .option('--port <number>', 'of this machine; 0: any that is free', wholeNumber(0, highestPort), defaultBenchPort)
    .option('--data <directory>', 'where all of it is kept; default: bench-data/ in the project')
    .option('--fresh', 'begin anew: what the directory keeps of a bench goes')
    .addHelpText('after', `\n${codesHelp} or the port.`)
    .action(async (options: BenchOptions) => end(await io.bench(options)));
  root
    .command('reader')
    .description('a reader on a real serial port: keys and cards typed here, its stores on disk')
    .requiredOption('--port <path>', 'the serial port, or one end of a pty')
    .requiredOption('--data <directory>', 'its data directory, with the keys that doorpad install-keys put there')
    .option('--config <file>', 'its settings; port and data directory are those above')
    .option('--address <number>', 'on the line; default: that of the settings, or 1', wholeNumber(0, highestAddress))
    .addOption(baudOption('of the line; default: that of the settings, or 9600'))
    .addHelpText('after', `\nA line each, until quit, Ctrl-C or the end of the input:\n${readerHelp}${codesHelp}.`)
    .action(async (options: ReaderOptions & { readonly baud?: LineBaudRate }) => end(await io.reader(options)));
  root
    .command('controller')
    .description('the controller of a site on a real serial port: its people, its tables, its events')
    .requiredOption('--port <path>', 'the serial port, or the other end of a pty')
    .requiredOption('--site <directory>', 'what doorpad provision made')
    .option('--people <file>', 'who may enter; taken in again only when the file changes')
    .option('--data <directory>', 'where its database is; default: controller/ in the site')
    .option(
      '--listen <port>',
      'serve the manager on this machine, as npm start does for the bench; 0: any port that is free',
      wholeNumber(0, highestPort),
    )
    .option('--restore <file>', 'a backup, taken in first: into an empty data directory, and a site that is not there or the same')
    .option('--password-file <file>', 'its first line is the password of that backup')
    .addOption(baudOption('of the line; default: 9600'))
    .option('--poll <ms>', `between two POLLs of a reader; default: ${defaultPollIntervalMs}`, wholeNumber(leastPollMs, mostPollMs))
    .addHelpText('after', `\nA line each, until quit, Ctrl-C or the end of the input:\n${controllerHelp}${codesHelp} or the port.`)
    .action(async (options: ControllerOptions) => end(await io.controller(options)));
};
