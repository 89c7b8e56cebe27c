/**
 * What each command of the program prints, and when it refuses. Which commands and options there are is program.ts's; how
 * a thing is done is tools/'s.
 */
import { dirname } from 'node:path';
import type { Profile } from '../access/events.ts';
import { settingsHash, weakenedBy } from '../config/compare.ts';
import type { Config } from '../config.ts';
import { NodeCrypto } from '../drivers/node-crypto.ts';
import type { ReaderKeys } from '../reader/reader-keys.ts';
import { Fault } from '../shared/faults.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { readBounded } from '../tools/bounded-file.ts';
import type { Printer } from '../tools/command-line.ts';
import { describeDoor, describeKeyed, peopleAndCredentials } from '../tools/describe-door.ts';
import { runChecks, wrongOf } from '../tools/doctor.ts';
import { fittingChecks } from '../tools/doctor-reader.ts';
import { doorCard } from '../tools/door-card.ts';
import { eventJson, eventLine, readEvents, whyNoEvents } from '../tools/event-list.ts';
import { exampleSettings } from '../tools/example-settings.ts';
import { exitCodes } from '../tools/exit-codes.ts';
import { keyOriginOf, readKeyedPlace, readReaderKeys } from '../tools/key-store.ts';
import { readLineSettings } from '../tools/line-settings.ts';
import { type ListedPerson, maxPeopleFileBytes, type PeopleError, readPeople } from '../tools/people-file.ts';
import { toHex } from '../tools/private-files.ts';
import { type LastRun, readLastRun, readSettingsFile } from '../tools/settings-file.ts';
import { judgeSettings, lostSentence, unjudgedSentence, waitingSentence } from '../tools/settings-guard.ts';
import { type Imported, importPeople } from '../tools/table-import.ts';
import { tableStateOf } from '../tools/table-state.ts';
import { Refusal } from './refusal.ts';

export interface ConfigOptions {
  readonly config: string;
}
export interface RunOptions extends ConfigOptions {
  readonly lastGood: string;
}
export interface EventOptions extends ConfigOptions {
  readonly last: number;
  readonly json?: true;
  readonly profile?: Profile;
}

const crypto = new NodeCrypto();

const settingsFrom = ({ config }: ConfigOptions): Config => {
  const file = readSettingsFile(config);
  if (!file.ok) throw new Refusal(file.failure, exitCodes.settings);
  return file.value.config;
};

export const printSettings = (io: Printer): void => io.out(exampleSettings());

export const printCard = (options: ConfigOptions, io: Printer): void => io.out(doorCard(settingsFrom(options)));

export const check = async (options: RunOptions, io: Printer): Promise<void> => {
  const lastRun = readLastRun(options.lastGood);
  const file = readSettingsFile(options.config);
  if (!file.ok) throw new Refusal([...file.failure, goesOn(lastRun)], exitCodes.settings);
  const { config } = file.value;
  const { lost, unreadable, waiting } = judgeSettings(file.value, lastRun);
  if (lost !== undefined && unreadable === undefined) {
    const other = `If the door runs with another --last-good than ${options.lastGood}, say that one here: what follows is judged by this one.`;
    throw new Refusal([other, lostSentence(options.config, options.lastGood, lost, unreadable)], exitCodes.settings);
  }
  const keys = readReaderKeys(config.dataDir);
  const { sentences, warnings } = describeDoor(config, keys.ok ? keyOriginOf(config.dataDir) : 'standAlone');
  const said = keys.ok && keys.value !== undefined ? keyedSentences(config, keys.value) : [];
  const unjudged = unreadable === undefined ? [] : [unjudgedSentence(options.config, unreadable)];
  const findings = [...unjudged, ...wrongOf(await runChecks(fittingChecks, { config, crypto, root: '', settingsFolder: dirname(options.config) }))];
  const verdict = findings.length === 0 ? 'is in order' : 'is in order by itself, but this reader is not: see the end';
  io.out(`${options.config} ${verdict}.\n\n${lines([...sentences, ...said])}\n${lines(warnings.map((warning) => `! ${warning}`))}`);
  if (!keys.ok) io.out(`! ${keys.failure}\n`);
  const weaker = lastRun.settings === undefined ? [] : weakenedBy(lastRun.settings.config.settings, config.settings);
  if (waiting !== undefined && unreadable === undefined) io.out(`! ${waitingSentence(options.config, options.lastGood, waiting)}\n`);
  else if (weaker.length > 0) io.out(`! Weaker than what the door last ran with: ${weaker.join(', ')}.\n`);
  io.out(`\nHash of the settings: ${toHex(settingsHash(config.settings, (message) => crypto.sha256(message)))}\n`);
  if (findings.length > 0) throw new Refusal(findings, exitCodes.refused);
};

/** Of a reader with keys: what it is and has. */
const keyedSentences = ({ dataDir, line }: Config, keys: ReaderKeys): readonly string[] => {
  const place = readKeyedPlace(dataDir);
  const set = line === undefined ? undefined : readLineSettings(dataDir, line);
  const isSet = set?.ok === true && (set.value.address !== line?.address || set.value.baudRate !== line.baudRate);
  const site = keyOriginOf(dataDir) === 'site' ? toHex(keys.trust.site) : undefined;
  const table = orFault(() => tableStateOf(dataDir, keys, crypto));
  if (!table.ok) return [];
  return describeKeyed({ site, place: place.ok ? place.value : undefined, table: table.value, setOverLine: isSet ? set.value : undefined });
};

const orFault = <Value>(work: () => Value): Result<Value, string> => {
  try {
    return ok(work());
  } catch (thrown) {
    if (thrown instanceof Fault) return failed(thrown.message);
    throw thrown;
  }
};

/** What wrong settings mean for the door: people fear that it stops, or believe that they are in force. */
const goesOn = ({ path, settings, unreadable }: LastRun): string => {
  if (settings !== undefined) return `The door goes on with the settings it last ran with (${path}), also when it is started anew.`;
  const goesOnSo = 'A door that runs goes on with the settings it has';
  return unreadable === undefined
    ? `${goesOnSo}; it does not start with these, nor with earlier ones (${path} cannot be used).`
    : `${goesOnSo}. Whether it starts anew with earlier ones cannot be judged as this user. ${unreadable}`;
};

export const importTable = (file: string, options: ConfigOptions, io: Printer): void => {
  const config = settingsFrom(options);
  const bytes = readBounded(file, maxPeopleFileBytes);
  if (!bytes.ok) throw new Refusal([`${file}: ${bytes.failure}`, nothingChanged], exitCodes.refused);
  const reading = readPeople(bytes.value);
  const imported = importPeople(config.dataDir, reading, crypto);
  if (!imported.ok) {
    const { failure } = imported;
    const said = typeof failure === 'string' ? [failure] : failure.map((error) => peopleErrorLine(file, error));
    throw new Refusal([...said, nothingChanged], exitCodes.refused);
  }
  if (reading.hasNames) io.out('The names were passed over: a reader keeps none.\n');
  io.out(lines([...notesOn(reading.people, config), ...outcomeOf(imported.value, config)]));
};

const nothingChanged = 'Nothing was changed.';

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
  isChanged
    ? `Version ${state.version} is in force: ${peopleAndCredentials(state)}.`
    : `Version ${state.version} is this table already: nothing was changed.`,
];

const peopleErrorLine = (file: string, { line, column, sentence }: PeopleError): string =>
  `${file}${line === undefined ? '' : `:${line}`}: ${column === undefined ? '' : `${column}: `}${sentence}`;

export const showTable = (options: ConfigOptions, io: Printer): void => {
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
      : [`Version ${state.version} is in force: ${peopleAndCredentials(state)}.`, `Content hash: ${toHex(state.contentHash)}`];
  return lines([...table, `Site: ${toHex(keys.trust.site)}`, `Reader: ${toHex(keys.trust.reader)}`]);
};

export const events = ({ last, json, profile, ...options }: EventOptions, io: Printer): void => {
  const config = settingsFrom(options);
  const whyNot = whyNoEvents(config.dataDir);
  if (whyNot !== undefined) throw new Refusal([whyNot], exitCodes.refused);
  const { entries, damaged } = readEvents(config.dataDir, last, crypto);
  const line = json === true ? eventJson : eventLine;
  for (const entry of entries) io.out(`${line(entry, profile ?? config.profile)}\n`);
  if (damaged > 0) io.err(`${damaged} damaged ${damaged === 1 ? 'event was' : 'events were'} left out.\n`);
  else if (entries.length === 0) io.err('No events yet.\n');
};

const lines = (sentences: readonly string[]): string => sentences.map((sentence) => `${sentence}\n`).join('');
