/** What the commands print that look after a reader, or take it out of service. What is looked at, and how it is wiped, is tools/'s. */
import { dirname, resolve, sep } from 'node:path';
import { devicesOf } from '../boot/devices.ts';
import type { Config } from '../config.ts';
import { LedStrike, systemFiles } from '../drivers/led-class.ts';
import { NodeClock } from '../drivers/node-clock.ts';
import { NodeCrypto } from '../drivers/node-crypto.ts';
import { Fault } from '../shared/faults.ts';
import { takeRunLock } from '../store/run-lock.ts';
import type { Printer } from '../tools/command-line.ts';
import { type Check, type Checked, checkedJson, checkedText, isWrong, runChecks } from '../tools/doctor.ts';
import { doctorChecks } from '../tools/doctor-checks.ts';
import { type Hands, personChecks } from '../tools/doctor-person.ts';
import { eventJson, readEvents, whyNoEvents } from '../tools/event-list.ts';
import { exitCodes } from '../tools/exit-codes.ts';
import { exists, loosenessOf, privateDirectoryMode, syncDirectory, writeNewPrivateFile } from '../tools/private-files.ts';
import { readSettingsFile } from '../tools/settings-file.ts';
import { wiping } from '../tools/wipe.ts';
import type { ConfigOptions, RunOptions } from './commands.ts';
import { Refusal } from './refusal.ts';
import type { Terminal } from './terminal.ts';

export interface CareIo extends Printer {
  readonly terminal?: Terminal;
}
export interface DoctorCommand extends ConfigOptions {
  readonly json?: true;
  readonly press?: true;
  readonly strike?: true;
}
export interface WipeCommand extends RunOptions {
  readonly events?: string;
  readonly withoutEvents?: true;
  readonly reset?: true;
  readonly reader?: string;
}

const crypto = new NodeCrypto();
const nothingChanged = 'Nothing was changed.';
const mostEvents = 1_000_000;

const configFrom = (path: string): Config => {
  const file = readSettingsFile(path);
  if (!file.ok) throw new Refusal(file.failure, exitCodes.settings);
  return file.value.config;
};

export const doctor = async ({ config: path, json, press, strike }: DoctorCommand, io: CareIo): Promise<number> => {
  const config = configFrom(path);
  const letGo = press === true || strike === true ? lockOf(config) : undefined;
  try {
    const tell = (checked: Checked): void => io.out(json === true ? `${checkedJson(checked)}\n` : checkedText(checked));
    const looked = await runChecks(doctorChecks, { config, crypto, root: '', settingsFolder: dirname(path) }, tell);
    const wanted = personChecks.filter(({ needs }) => (needs === 'strike' ? strike === true : press === true));
    const tried = wanted.length === 0 ? [] : await tryWithPerson(wanted, config, io, tell);
    const wrong = [...looked, ...tried].filter(isWrong).map(({ name }) => name);
    if (json !== true) io.out(wrong.length === 0 ? '\nNothing is wrong.\n' : `\nSomething is wrong: ${[...new Set(wrong)].join(', ')}.\n`);
    return wrong.length === 0 ? exitCodes.done : exitCodes.refused;
  } finally {
    letGo?.();
  }
};

/** Who ends a question ends them all. */
const tryWithPerson = async (
  wanted: readonly Check<Hands>[],
  config: Config,
  io: CareIo,
  tell: (checked: Checked) => void,
): Promise<readonly Checked[]> => {
  const person = { hasGivenUp: false };
  const hands = await handsOf(config, io, person);
  const tried: Checked[] = [];
  for (const check of wanted) {
    tried.push(...(await runChecks([check], hands, tell)));
    if (person.hasGivenUp) throw new Refusal(['It was ended at a question: the rest was not tried.'], exitCodes.refused);
  }
  return tried;
};

/** What a person does to a door, a door that runs would take for its own. */
const lockOf = ({ dataDir }: Config): (() => void) | undefined => {
  if (!exists(dataDir)) return undefined;
  const notOurs = loosenessOf(dataDir, privateDirectoryMode);
  if (notOurs !== undefined) throw new Refusal([notOurs, nothingChanged], exitCodes.refused);
  try {
    return takeRunLock(dataDir);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    throw new Refusal(['The door runs: stop it first (systemctl stop doorpad).', nothingChanged], exitCodes.refused);
  }
};

const handsOf = async (config: Config, { err, terminal }: CareIo, person: { hasGivenUp: boolean }): Promise<Hands> => {
  const clock = new NodeClock();
  const { strike } = config.settings.devices;
  return {
    config,
    clock,
    parts: await devicesOf(config, clock, ({ sentence }) => err(`${sentence}\n`)),
    strike:
      config.strike === 'relay'
        ? () => Object.assign(new LedStrike(strike), { isOn: () => systemFiles.read(`${strike}/brightness`) !== '0' })
        : undefined,
    say: err,
    ask: async (question) => {
      const asked = (await terminal?.ask(question)) ?? 'nobody';
      person.hasGivenUp = asked === 'gaveUp';
      return typeof asked === 'string' ? undefined : asked.typed;
    },
  };
};

export const wipe = async (options: WipeCommand, io: CareIo): Promise<void> => {
  const config = configFrom(options.config);
  const { dataDir } = config;
  if (!exists(dataDir)) throw new Refusal([`There is nothing to wipe: ${dataDir} is not there.`], exitCodes.refused);
  refuseWithoutEvents(options, dataDir);
  const letGo = lockOf(config);
  try {
    await refuseUnnamed(options, config, io);
    if (options.events !== undefined) io.out(keptEvents(options.events, config));
    const { lastGood, reset } = options;
    for (const what of wiping({ dataDir, lastGood: reset === true ? lastGood : undefined, keep: [options.config, lastGood] })) {
      if (what === 'the keys') io.out('The keys are gone: what is left says nothing of a PIN or a card.\n');
    }
  } finally {
    letGo?.();
  }
  io.out(`This reader has no keys, no people and no events any more. Its settings are still in ${options.config}.\n`);
};

/** Before anything is asked or changed. */
const refuseWithoutEvents = ({ events, withoutEvents }: WipeCommand, dataDir: string): void => {
  if ((events === undefined) === (withoutEvents === undefined)) {
    throw new Refusal(['Say either --events FILE, where the events are to go, or --without-events.'], exitCodes.usage);
  }
  if (events === undefined) return;
  const place = resolve(events);
  if (place.startsWith(`${resolve(dataDir)}${sep}`))
    throw new Refusal([`${events} would be wiped as well: name a place outside ${dataDir}.`, nothingChanged], exitCodes.refused);
  if (exists(place)) throw new Refusal([`${events} is there already: name a new file.`, nothingChanged], exitCodes.refused);
  const whyNot = whyNoEvents(dataDir);
  if (whyNot !== undefined) throw new Refusal([whyNot, nothingChanged], exitCodes.refused);
};

const refuseUnnamed = async ({ reader }: WipeCommand, { name }: Config, { terminal }: CareIo): Promise<void> => {
  const asked =
    reader === undefined
      ? ((await terminal?.ask(`Everything that "${name}" knows will be gone. Type its name to go on: `)) ?? 'nobody')
      : { typed: reader };
  if (asked === 'nobody')
    throw new Refusal(['There is nobody to ask for the name of the reader: say --reader NAME.', nothingChanged], exitCodes.refused);
  if (asked === 'gaveUp' || asked.typed.trim() !== name)
    throw new Refusal(['That is not the name of this reader.', nothingChanged], exitCodes.refused);
};

/** On disk when this returns. */
const keptEvents = (file: string, { dataDir, profile }: Config): string => {
  const { entries, damaged } = readEvents(dataDir, mostEvents, crypto);
  writeNewPrivateFile(file, entries.map((entry) => `${eventJson(entry, profile)}\n`).join(''));
  syncDirectory(dirname(resolve(file)));
  const lost = damaged === 0 ? '' : ` ${damaged} damaged ones were left out.`;
  return `${entries.length} ${entries.length === 1 ? 'event is' : 'events are'} in ${file}.${lost}\n`;
};
