/**
 * Which commands the program has, with which options, and with which code each ends. What they do is loaded when it is
 * asked for: a door that starts waits for nothing it does not need.
 */
import { type Command, InvalidArgumentError } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { type Profile, profiles } from '../access/events.ts';
import { Fault } from '../shared/faults.ts';
import { newProgram, type Printer, runCommand, wholeNumber } from '../tools/command-line.ts';
import { exitCodes, exitMeanings } from '../tools/exit-codes.ts';
import { columnMeanings, peopleExample } from '../tools/people-columns.ts';
import type { RunIo } from '../tools/run-door.ts';
import type { ConfigOptions, EventOptions, RunOptions } from './commands.ts';
import { Refusal } from './refusal.ts';
import type { Terminal } from './terminal.ts';
import { careCommands, lineCommands, siteCommands } from './tool-program.ts';

export interface Io extends RunIo, Printer {
  /** Where a person sits at one. */
  readonly terminal?: Terminal;
}

const defaultSettings = '/boot/firmware/doorpad.toml';
const mostEvents = 9_999_999;
const defaultLastGood = '/var/lib/doorpad/last-good.toml';

/** Runs one command and resolves with the exit code. Never rejects. */
export const runProgram = (argv: readonly string[], io: Io): Promise<number> =>
  runCommand(
    argv,
    (end) => program(io, end),
    (thrown) => {
      if (thrown instanceof Refusal) {
        io.err(`${thrown.message}\n`);
        return thrown.code;
      }
      io.err(`doorpad: ${thrown instanceof Fault ? thrown.message : String(thrown)}\n`);
      return exitCodes.fault;
    },
  );

const codeLines = Object.entries(exitMeanings)
  .map(([name, meaning]) => `  ${String(exitCodes[name as keyof typeof exitCodes]).padStart(2)}  ${meaning}`)
  .join('\n');

const commands = () => import('./commands.ts');

const program = (io: Io, end: (code: number) => void): Command => {
  const root = newProgram('doorpad', 'A door reader: keypad, cards, lights, strike. It decides at the door, from a signed table.', io).addHelpText(
    'after',
    `
Examples:
  doorpad settings > doorpad.toml                       a settings file to start from
  doorpad check --config doorpad.toml                   what is wrong with it, or what the door will do
  doorpad table import people.csv --config doorpad.toml
  doorpad events --config doorpad.toml --last 20
  doorpad provision --site ./site --name Gate --address 1   keys for a reader and its controller
  doorpad find --port /dev/ttyUSB0                      which readers are on a line
Exit codes:
${codeLines}
What each command needs of the settings: docs/commands.md.`,
  );
  const withConfig = (command: Command): Command => command.option('--config <file>', 'the settings file', defaultSettings);
  const withLastGood = (command: Command): Command =>
    command.option('--last-good <file>', 'the copy of the settings the door last ran with', defaultLastGood);

  withLastGood(withConfig(root.command('run')))
    .description('run the reader until it is told to stop; wrong settings: with those it last ran with')
    .action(async (options: RunOptions) => end(await (await import('../tools/run-door.ts')).runDoor(options, io)));
  withLastGood(withConfig(root.command('check')))
    .description('say everything that is wrong with a settings file, or what the door will do with it')
    .action(async (options: RunOptions) => (await commands()).check(options, io));
  careCommands(root, io, withConfig, withLastGood, end);
  root
    .command('settings')
    .description('print a settings file with every setting, its meaning and its default')
    .action(async () => (await commands()).printSettings(io));
  withConfig(root.command('card'))
    .description('print the card that hangs beside the door: how to enter')
    .action(async (options: ConfigOptions) => (await commands()).printCard(options, io));
  withConfig(root.command('events'))
    .description('list what happened, oldest first; also while the reader runs')
    .addHelpText('after', '\nA ? behind a time: the clock had not been set since the start, so the time may be wrong.')
    .option('--last <count>', 'how many events', wholeNumber(1, mostEvents), 100)
    .option('--json', 'one JSON object a line')
    .option('--profile <name>', `the words to use: ${profiles.join(' or ')}`, profileFrom)
    .action(async (options: EventOptions) => (await commands()).events(options, io));
  tableCommands(root, io, withConfig);
  siteCommands(root, io, withConfig);
  lineCommands(root, io, withConfig, end);
  root
    .command('version')
    .description('print the version')
    .action(() => io.out(`doorpad ${packageFile.version}\n`));
  return root;
};

const columnLines = Object.entries(columnMeanings)
  .map(([name, meaning]) => `  ${name.padEnd(17)} ${meaning}`)
  .join('\n');

const tableCommands = (root: Command, io: Io, withConfig: (command: Command) => Command): void => {
  const table = root.command('table').description('the people who may enter, at a reader without a controller');
  withConfig(table.command('import <file>'))
    .description('put the people of a CSV file in force, in place of those before; nothing changes when any line is wrong')
    .addHelpText(
      'after',
      `
Columns, in any order; only person is required:
${columnLines}
Example:
${peopleExample.trimEnd().replaceAll(/^/gm, '  ')}
More: docs/people-file.md.`,
    )
    .action(async (file: string, options: ConfigOptions) => (await commands()).importTable(file, options, io));
  withConfig(table.command('show'))
    .description('say which table is in force; never who is in it')
    .action(async (options: ConfigOptions) => (await commands()).showTable(options, io));
};

const profileFrom = (text: string): Profile => {
  const profile = profiles.find((name) => name === text);
  if (profile === undefined) throw new InvalidArgumentError(`It must be ${profiles.join(' or ')}.`);
  return profile;
};
