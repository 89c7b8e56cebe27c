/** The options of the installer's commands: the care of a reader, keys of a site, and the line. What they do is loaded when it is asked for. */
import { type Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '../tools/command-line.ts';
import { mostReleases } from '../tools/update-limits.ts';
import type { CareIo, DoctorCommand, WipeCommand } from './care-commands.ts';
import type { FindCommand, LineIo, LineTestCommand, ListenCommand } from './line-commands.ts';
import type { InstallCommand, ProvisionCommand, SiteIo } from './site-commands.ts';
import type { MakeUpdateCommand, UpdateCommand } from './update-commands.ts';

type With = (command: Command) => Command;

const siteGroup = 'Keys of a site and its readers:';
const lineGroup = 'At the wires of a line:';

export const siteCommands = (root: Command, io: SiteIo, withConfig: With): void => {
  root
    .command('provision')
    .helpGroup(siteGroup)
    .description('make the keys of a site and of its readers: a bundle and a label for each reader, one file for the controller')
    .requiredOption('--site <directory>', 'where the site is kept; made when it does not exist')
    .option('--name <name>', 'what people call the reader')
    .option('--address <number>', 'its address on the line, 0 to 126, its own in the site')
    .option('--serial <text>', 'the serial number on its case')
    .option('--csv <file>', 'many readers at once: columns name, address, serial')
    .option('--codes-file <file>', 'put the codes into this new private file instead of on the terminal')
    .option('--new-code', 'make a new bundle and code, with the same keys, also for readers that are there')
    .addHelpText('after', '\nReaders are added; keys that are there are never replaced. More: docs/provisioning.md.')
    .action(async (options: ProvisionCommand) => (await import('./site-commands.ts')).provisionSite(options, io));
  withConfig(root.command('install-keys <bundle>'))
    .helpGroup(siteGroup)
    .description('open a bundle with its code and give its keys to this reader, which must have none')
    .option('--code-file <file>', 'read the code from this file instead of asking for it')
    .addHelpText('after', '\nCtrl-C at the question for the code changes nothing, and ends with code 1. More: docs/provisioning.md.')
    .action(async (bundle: string, options: InstallCommand) => (await import('./site-commands.ts')).installKeys(bundle, options, io));
};

export const careCommands = (root: Command, io: CareIo, withConfig: With, withLastGood: With, end: (code: number) => void): void => {
  const commands = () => import('./care-commands.ts');
  withConfig(root.command('doctor'))
    .description('look at everything a reader needs, and say what is wrong and what to do')
    .option('--press', 'with a person at the reader: light, buzzer, each key, a card, each contact; the door must be stopped')
    .option('--strike', 'open the door for a second, after a question; the door must be stopped')
    .option('--json', 'one JSON object a check')
    .addHelpText('after', '\nA line that begins with ! is wrong, with - worth knowing. Code 0: nothing is wrong. More: docs/commands.md.')
    .action(async (options: DoctorCommand) => end(await (await commands()).doctor(options, io)));
  root
    .command('update <file>')
    .description('put an update into the slot of the card that does not run; the next start tries it')
    .option('--again', 'also a release that was tried here and did not come up well')
    .addHelpText('after', '\nAs root, on a card. The door goes on meanwhile. More: docs/update.md.')
    .action(async (file: string, options: UpdateCommand) => (await import('./update-commands.ts')).update(file, options, io));
  root
    .command('make-update <slot>')
    .description('make an update of the file of a slot, and sign it')
    .requiredOption('--key <file>', 'the private key, Ed25519, as PEM (openssl genpkey -algorithm ed25519)')
    .requiredOption('--release <number>', 'its number, higher than that of every update before it', wholeNumber(1, mostReleases))
    .requiredOption('--version <text>', 'what people call it')
    .requiredOption('--out <file>', 'the update')
    .addHelpText('after', '\nMore: docs/update.md.')
    .action(async (slot: string, options: MakeUpdateCommand) => (await import('./update-commands.ts')).makeUpdate(slot, options, io));
  withLastGood(withConfig(root.command('wipe')))
    .description('take this reader out of service: keys first, then people, events and the rest; the door must be stopped')
    .option('--events <file>', 'write the events into this new private file first')
    .option('--without-events', 'the events are not wanted')
    .option('--reset', 'also the copy of the settings that the door last ran with')
    .option('--reader <name>', 'the name of this reader, instead of being asked for it')
    .addHelpText('after', '\nAfter a power cut, run it again. More: docs/commands.md.')
    .action(async (options: WipeCommand) => (await commands()).wipe(options, io));
};

export const lineCommands = (root: Command, io: LineIo, withConfig: With, end: (code: number) => void): void => {
  const commands = () => import('./line-commands.ts');
  const withPort: With = (command) =>
    withConfig(command).helpGroup(lineGroup).option('--port <path>', 'the serial port; without: the one of the settings');
  withPort(root.command('find'))
    .description('look for readers on a line without a controller: rates, addresses, who they are, whether they have a key')
    .option('--baud <rates>', 'only these rates, separated by commas', ratesFrom)
    .option('--addresses <list>', 'only these addresses, such as 0-7,126', addressesFrom)
    .option('--all', 'every address at every rate, also when readers were found at one')
    .addHelpText('after', '\nCode 0: readers were found, and nothing is wrong with the line; 1: anything else. More: docs/line-tools.md.')
    .action(async (options: FindCommand) => end(await (await commands()).find(options, io)));
  withPort(root.command('listen [capture]'))
    .description('hear what is said on a line, or was recorded in a file, and say nothing; ends with Ctrl-C')
    .option('--baud <rate>', 'the rate of the line; without: that of the settings, or 9600', rateFrom)
    .option(
      '--key-file <file>',
      "decrypt with the keys of this private file: a site's controller.json, a reader's reader.json, or lines of 32 hexadecimal digits",
    )
    .option('--write <file>', 'also keep every frame in this new file (.osdpcap), of a recording too')
    .option('--json', 'one JSON object a line')
    .option('--all', 'also polls that had nothing to tell; --json has them always')
    .option('--reveal', 'show digits and card numbers; keys are never shown')
    .addHelpText('after', '\nCode 0: it was stopped, or the recording was whole. More: docs/line-tools.md.')
    .action(async (capture: string | undefined, options: ListenCommand) => (await commands()).listen(capture, options, io));
  withPort(root.command('line-test'))
    .description('ask one reader many times and say how good the line is; without a controller on it')
    .option('--address <number>', 'the reader; without: that of the settings', addressFrom)
    .option('--baud <rate>', 'the rate of the line; without: that of the settings, or 9600', rateFrom)
    .option('--questions <count>', 'how many times to ask', wholeNumber(1, mostQuestions), defaultQuestions)
    .option('--rates', 'at every rate the reader takes; it is set back to the present one')
    .addHelpText('after', '\nCode 0: the line is good or fair; 1: poor or dead, or stopped before the end. More: docs/line-tools.md.')
    .action(async (options: LineTestCommand) => end(await (await commands()).lineTest(options, io)));
};

/** OSDP.md §1. */
const rates = [9_600, 19_200, 38_400, 57_600, 115_200, 230_400];

const rateFrom = (text: string): number => {
  const rate = rates.find((known) => String(known) === text);
  if (rate === undefined) throw new InvalidArgumentError(`It must be one of ${rates.join(', ')}.`);
  return rate;
};
const ratesFrom = (text: string): readonly number[] => [...new Set(text.split(',').map(rateFrom))];

const mostAddress = 126;
const wrongAddress = `An address is a whole number, 0 to ${mostAddress}.`;

const addressFrom = (text: string): number => {
  if (!/^[0-9]{1,3}$/.test(text) || Number(text) > mostAddress) throw new InvalidArgumentError(wrongAddress);
  return Number(text);
};

const addressesFrom = (text: string): readonly number[] => {
  const addresses = text.split(',').flatMap((part) => {
    const [first = '', last = first] = part.split('-', 3);
    const [from, to] = [addressFrom(first), addressFrom(last)];
    if (part.split('-').length > 2 || from > to) throw new InvalidArgumentError('A range goes up, such as 0-7.');
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return [...new Set(addresses)];
};

const defaultQuestions = 500;
const mostQuestions = 1_000_000;
