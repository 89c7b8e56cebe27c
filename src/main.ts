/**
 * The program `doorpad`: which commands there are, what they print, and with which code they end. What each does is
 * tools/'s; the running reader is boot.ts's.
 */
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { type Profile, profiles } from './access/events.ts';
import { settingsHash, weakenedBy } from './config/compare.ts';
import type { Config } from './config.ts';
import { NodeCrypto } from './drivers/node-crypto.ts';
import { Fault } from './shared/faults.ts';
import { failed, type Result } from './shared/result.ts';
import { describeDoor } from './tools/describe-door.ts';
import { doorCard } from './tools/door-card.ts';
import { eventJson, eventLine, readEvents } from './tools/event-list.ts';
import { exampleSettings } from './tools/example-settings.ts';
import { type ReaderKeys, readReaderKeys } from './tools/key-store.ts';
import { type ListedPerson, maxPeopleFileBytes, type PeopleError, readPeopleFile } from './tools/people-file.ts';
import { processStop, type RunIo, runCodes, runDoor } from './tools/run-door.ts';
import { readBounded, readSettingsFile } from './tools/settings-file.ts';
import { type Imported, importPeople } from './tools/table-import.ts';
import { tableStateOf } from './tools/table-state.ts';

/** What the program ends with. 70 and 78 are those of sysexits.h. */
export const exitCodes = { ...runCodes, refused: 1, usage: 2 } as const;

export interface Io extends RunIo {
  out(text: string): void;
}

const defaultSettings = '/boot/firmware/doorpad.toml';
const defaultLastGood = '/var/lib/doorpad/last-good.toml';
const crypto = new NodeCrypto();

/** Why a command ends early: what to print, and the code. */
class Refusal extends Error {
  readonly code: number;

  constructor(lines: readonly string[], code: number) {
    super(lines.join('\n'));
    this.code = code;
  }
}

/** Runs one command and resolves with the exit code. Never rejects. */
export const main = async (argv: readonly string[], io: Io): Promise<number> => {
  try {
    let code: number = exitCodes.done;
    await program(io, (ended) => {
      code = ended;
    }).parseAsync(argv, { from: 'user' });
    return code;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    if (thrown instanceof Refusal) {
      io.err(`${thrown.message}\n`);
      return thrown.code;
    }
    io.err(`doorpad: ${thrown instanceof Fault ? thrown.message : String(thrown)}\n`);
    return exitCodes.fault;
  }
};

const program = (io: Io, end: (code: number) => void): Command => {
  const root = new Command('doorpad')
    .description('A door reader: keypad, cards, lights, strike. It decides at the door, from a signed table.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out(text), writeErr: (text) => io.err(text) })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `
Examples:
  doorpad settings > doorpad.toml                       a settings file to start from
  doorpad check --config doorpad.toml                   what is wrong with it, or what the door will do
  doorpad table import people.csv --config doorpad.toml
  doorpad events --config doorpad.toml --last 20
Exit codes: 0 done, 1 refused, 2 wrong use, 70 fault, 78 settings refused.`,
    );
  const withConfig = (command: Command): Command => command.option('--config <file>', 'the settings file', defaultSettings);
  const withLastGood = (command: Command): Command =>
    command.option('--last-good <file>', 'the copy of the settings the door last ran with', defaultLastGood);

  withLastGood(withConfig(root.command('run')))
    .description('run the reader until it is told to stop; wrong settings: with those it last ran with')
    .action(async (options: RunOptions) => end(await runDoor(options, io)));
  withLastGood(withConfig(root.command('check')))
    .description('say everything that is wrong with a settings file, or what the door will do with it')
    .action((options: RunOptions) => check(options, io));
  root
    .command('settings')
    .description('print a settings file with every setting, its meaning and its default')
    .action(() => io.out(exampleSettings()));
  withConfig(root.command('card'))
    .description('print the card that hangs beside the door: how to enter')
    .action((options: ConfigOptions) => io.out(doorCard(settingsFrom(options))));
  withConfig(root.command('events'))
    .description('list what happened, oldest first; also while the reader runs')
    .option('--last <count>', 'how many events', countFrom, 100)
    .option('--json', 'one JSON object a line')
    .option('--profile <name>', `the words to use: ${profiles.join(' or ')}`, profileFrom)
    .action((options: EventOptions) => events(options, io));
  tableCommands(root, io, withConfig);
  root
    .command('version')
    .description('print the version')
    .action(() => io.out(`doorpad ${packageFile.version}\n`));
  return root;
};

const tableCommands = (root: Command, io: Io, withConfig: (command: Command) => Command): void => {
  const table = root.command('table').description('the people who may enter, at a reader without a controller');
  withConfig(table.command('import <file>'))
    .description('put the people of a CSV file in force, in place of those before; nothing changes when any line is wrong')
    .addHelpText(
      'after',
      `
Columns, in any order; only person is required:
  person            a number of their own, 1 to 4294967295; the reader keeps no names (a column "name" is passed over)
  pin, duress_pin   4 to 8 digits; format the column as text, or a spreadsheet drops leading zeros
  cards             separated by ";": what a typing reader sends, or bits as 26:0x2A3B4C5
  pin_exempt        yes: their cards open alone where a PIN is asked for as well
  valid_from, valid_until   2027-03-31 (whole days, both included, by this machine's clock) or 2027-03-31T18:00+02:00
  uses, allowance   how many entries; another allowance number (0 to 65535) starts the count afresh
  extended_time, offline_priority   yes or no
Example:
  person,name,pin,cards
  1,Ada,041733,12345678
  2,Bo,,26:0x2A3B4C5`,
    )
    .action((file: string, options: ConfigOptions) => importTable(file, options, io));
  withConfig(table.command('show'))
    .description('say which table is in force; never who is in it')
    .action((options: ConfigOptions) => showTable(options, io));
};

interface ConfigOptions {
  readonly config: string;
}
interface RunOptions extends ConfigOptions {
  readonly lastGood: string;
}
interface EventOptions extends ConfigOptions {
  readonly last: number;
  readonly json?: true;
  readonly profile?: Profile;
}

const countFrom = (text: string): number => {
  if (!/^[1-9][0-9]{0,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 1 to 9999999.');
  return Number(text);
};

const profileFrom = (text: string): Profile => {
  const profile = profiles.find((name) => name === text);
  if (profile === undefined) throw new InvalidArgumentError(`It must be ${profiles.join(' or ')}.`);
  return profile;
};

const settingsFrom = ({ config }: ConfigOptions): Config => {
  const file = readSettingsFile(config);
  if (!file.ok) throw new Refusal(file.failure, exitCodes.settings);
  return file.value.config;
};

const check = (options: RunOptions, io: Io): void => {
  const config = settingsFrom(options);
  const keys = readReaderKeys(config.dataDir);
  const { sentences, warnings } = describeDoor(config, keys.ok && keys.value === undefined ? 'none' : 'standAlone');
  io.out(`${options.config} is in order.\n\n${lines(sentences)}\n${lines(warnings.map((warning) => `! ${warning}`))}`);
  if (!keys.ok) io.out(`! ${keys.failure}\n`);
  const running = readSettingsFile(options.lastGood);
  const weaker = running.ok ? weakenedBy(running.value.config.settings, config.settings) : [];
  if (weaker.length > 0) io.out(`! Weaker than what the door last ran with: ${weaker.join(', ')}.\n`);
  io.out(`\nHash of the settings: ${hex(settingsHash(config.settings, (message) => crypto.sha256(message)))}\n`);
};

const importTable = (file: string, options: ConfigOptions, io: Io): void => {
  const config = settingsFrom(options);
  const refuse = (errors: readonly PeopleError[]): never => {
    throw new Refusal([...errors.map((error) => peopleErrorLine(file, error)), 'Nothing was changed.'], exitCodes.refused);
  };
  const orRefuse = <Value>(result: Result<Value, readonly PeopleError[]>): Value => (result.ok ? result.value : refuse(result.failure));
  const bytes = readBounded(file, maxPeopleFileBytes);
  const listed = bytes.ok ? readPeopleFile(bytes.value) : failed([{ line: undefined, column: undefined, sentence: bytes.failure }]);
  const { people, hasNames } = orRefuse(listed);
  const imported = orRefuse(importPeople(config.dataDir, people, crypto));
  if (hasNames) io.out('The names were passed over: a reader keeps none.\n');
  io.out(lines([...notesOn(people, config), ...outcomeOf(imported, config)]));
};

/** What somebody who wrote the list may not expect. */
const notesOn = (people: readonly ListedPerson[], { policy }: Config): readonly string[] => {
  const hasUselessDuress = !policy.duress && people.some(({ duressPin }) => duressPin !== undefined);
  const hasDates = people.some(({ validFromS, validUntilS }) => validFromS !== undefined || validUntilS !== undefined);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return [
    ...(hasUselessDuress ? ['Duress PINs are in the table, but entry.duress is off: they are wrong PINs until it is on.'] : []),
    ...(hasDates ? [`Days without a time were taken in the time zone of this machine (${timeZone}).`] : []),
  ];
};

const outcomeOf = ({ state, isChanged, isFirst, openedDamaged }: Imported, { dataDir }: Config): readonly string[] => [
  ...(openedDamaged === undefined ? [] : [`The table on disk was damaged: ${openedDamaged}.`]),
  ...(isFirst ? [`Keys for this reader were made in ${dataDir}/keys. They stay on this card: low security (tier 0).`] : []),
  ...(isFirst ? ['A reader that runs already finds them when it is started again.'] : []),
  isChanged ? `Version ${state.version} is in force: ${counts(state)}.` : `Version ${state.version} is this table already: nothing was changed.`,
];

const peopleErrorLine = (file: string, { line, column, sentence }: PeopleError): string =>
  `${file}${line === undefined ? '' : `:${line}`}: ${column === undefined ? '' : `${column}: `}${sentence}`;

const counts = ({ persons, credentials }: { readonly persons: number; readonly credentials: number }): string =>
  `${persons} ${persons === 1 ? 'person' : 'people'} with ${credentials} ${credentials === 1 ? 'credential' : 'credentials'}`;

const showTable = (options: ConfigOptions, io: Io): void => {
  const { dataDir } = settingsFrom(options);
  const keys = readReaderKeys(dataDir);
  if (!keys.ok) throw new Refusal([keys.failure], exitCodes.refused);
  io.out(keys.value === undefined ? 'This reader has no keys and no table: nobody gets in.\n' : tableText(dataDir, keys.value));
};

const tableText = (dataDir: string, keys: ReaderKeys): string => {
  const state = tableStateOf(dataDir, keys, crypto);
  const table =
    state === undefined
      ? ['There is no table: nobody gets in.']
      : [`Version ${state.version} is in force: ${counts(state)}.`, `Content hash: ${hex(state.contentHash)}`];
  return lines([...table, `Site: ${hex(keys.trust.site)}`, `Reader: ${hex(keys.trust.reader)}`]);
};

const events = ({ last, json, profile, ...options }: EventOptions, io: Io): void => {
  const config = settingsFrom(options);
  const { entries, damaged } = readEvents(config.dataDir, last, crypto);
  const line = json === true ? eventJson : eventLine;
  for (const entry of entries) io.out(`${line(entry, profile ?? config.profile)}\n`);
  if (damaged > 0) io.err(`${damaged} damaged events were left out.\n`);
};

const lines = (sentences: readonly string[]): string => sentences.map((sentence) => `${sentence}\n`).join('');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

if (import.meta.main) {
  // Whoever reads a list may have read enough; a door goes on when nobody reads its output.
  const isDoor = process.argv[2] === 'run';
  process.stdout.on('error', () => isDoor || process.exit(exitCodes.done));
  process.stderr.on('error', () => undefined);
  const code = await main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    boot: async (config) => (await import('./boot.ts')).boot(config),
    stopAsked: processStop,
  });
  process.exit(code);
}
