/**
 * From the text of a settings file to settings, or to everything that is wrong with it at once. Which settings exist is
 * settings.ts's; what they make the door do is config.ts's.
 */
import * as v from 'valibot';
import { type Mode, modeFor } from '../access/mode.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { closest } from './closest.ts';
import { type ConfigError, configError, listed, shown } from './config-error.ts';
import { type Positions, positionsIn } from './positions.ts';
import { mustBeSaid, none, type Setting } from './setting.ts';
import { pn532, type SectionName, type Settings, sectionNames, sections } from './settings.ts';
import { isTable, readToml, type Table } from './toml.ts';

export const maxConfigBytes = 65_536;

type Rows = Readonly<Record<string, Setting<unknown>>>;

const rowsOf = (section: SectionName): Rows => sections[section].settings as unknown as Rows;
const allKeys: readonly string[] = sectionNames.flatMap((section) => Object.keys(rowsOf(section)).map((key) => `${section}.${key}`));

export const readSettings = (text: string): Result<Settings, readonly ConfigError[]> => {
  const parsed = readToml(text, maxConfigBytes);
  if (!parsed.ok) return failed([parsed.failure]);
  const reading = new Reading(parsed.value, positionsIn(text));
  return reading.errors.length === 0 ? ok(reading.settings) : failed(listed(reading.errors));
};

class Reading {
  readonly errors: ConfigError[] = [];
  /** Complete and right only when there are no errors. */
  readonly settings: Settings;
  readonly #positions: Positions;
  readonly #wrongKeys = new Set<string>();

  constructor(file: Table, positions: Positions) {
    this.#positions = positions;
    this.#unknownSections(file);
    this.settings = Object.fromEntries(sectionNames.map((section) => [section, this.#section(section, file[section])])) as unknown as Settings;
    this.#combinations();
  }

  #unknownSections(file: Table): void {
    for (const section of Object.keys(file)) {
      if (Object.hasOwn(sections, section)) continue;
      this.#unknown([section], `There is no section [${bare(section)}]`, sectionNames);
    }
  }

  #section(section: SectionName, value: unknown): Table {
    const rows = rowsOf(section);
    if (value !== undefined && !isTable(value)) {
      for (const key of Object.keys(rows)) this.#wrongKeys.add(`${section}.${key}`);
      this.#error([section], `${section} is a section: write [${section}] on a line of its own, once.`);
      return {};
    }
    const table = value ?? {};
    for (const key of Object.keys(table)) {
      if (!Object.hasOwn(rows, key)) this.#unknown([section, key], `There is no setting ${section}.${bare(key)}`, Object.keys(rows));
    }
    return Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, this.#value([section, key], row, table[key])]));
  }

  #value(path: readonly [SectionName, string], row: Setting<unknown>, value: unknown): unknown {
    const key = path.join('.');
    if (value !== undefined) {
      const read = v.safeParse(row.schema, value);
      if (read.success) return read.output;
      this.#wrongKeys.add(key);
      this.#error(path, `${key} cannot be ${shown(value)}.`, row.allowed);
    } else if (row.byDefault === mustBeSaid) {
      this.#wrongKeys.add(key);
      this.#error(path, `${key} is missing: it has no default, so the file must say it.`, row.allowed);
    } else {
      return row.byDefault;
    }
    return undefined;
  }

  #combinations(): void {
    for (const { keys, check } of combinations) {
      if (keys.some((key) => this.#wrongKeys.has(key))) continue;
      const sentence = check(this.settings);
      if (sentence !== undefined) this.#error((keys[0] ?? '').split('.'), sentence);
    }
  }

  #unknown(path: readonly string[], what: string, siblings: readonly string[]): void {
    const word = path.at(-1) ?? '';
    const elsewhere = allKeys.find((key) => key.endsWith(`.${word}`));
    const meant = elsewhere ?? closest(word, siblings) ?? closest(path.join('.'), allKeys);
    const hint = meant === undefined ? '.' : `; did you mean ${meant}?`;
    this.#error(path, `${what}${hint}`, siblings.join(', '));
  }

  #error(path: readonly string[], sentence: string, allowed?: string): void {
    this.errors.push(configError(this.#positions.find(path), path.map(bare).join('.'), sentence, allowed));
  }
}

/** A key as the file would have it. */
const bare = (key: string): string => (/^[A-Za-z0-9_-]{1,40}$/.test(key) ? key : shown(key));

const takesCards = (mode: Mode): boolean => mode === 'cardOnly' || mode === 'cardOrPin' || mode === 'cardAndPin';

interface Combination {
  /** What it depends on; the first one is where the error is shown. */
  readonly keys: readonly string[];
  /** The sentence that says why these settings do not go together, or undefined. */
  readonly check: (settings: Settings) => string | undefined;
}

/** Settings that are right one by one and wrong together. */
const combinations: readonly Combination[] = [
  {
    keys: ['reader.mode', 'reader.model'],
    check: ({ reader }) => {
      const mode = modeFor(reader.model, reader.mode);
      return mode.ok ? undefined : mode.failure;
    },
  },
  {
    keys: ['door.strike', 'line.port'],
    check: ({ door, line }) =>
      door.strike === 'controller' && line.port === undefined
        ? 'strike = "controller" asks a device on the secure side over the line, and there is no [line] with a port.'
        : undefined,
  },
  {
    keys: ['door.strike', 'line.decides'],
    check: ({ door, line }) =>
      door.strike === 'controller' && line.decides === 'panel'
        ? 'strike = "controller" is for a reader that decides and asks for a release; a panel that decides (line.decides) has a strike of its own, or releases this board\'s relay.'
        : undefined,
  },
  {
    keys: ['line.port', 'line.address'],
    check: ({ line }) =>
      (line.port === undefined) === (line.address === undefined)
        ? undefined
        : 'line.port and line.address belong together: say both, or neither for a door that stands alone.',
  },
  ...(['baudRate', 'decides', 'clear'] as const).map((key) => ({
    keys: [`line.${key}`, 'line.port', 'line.address'],
    check: ({ line }: Settings) =>
      line.port === undefined && line.address === undefined && line[key] !== sections.line.settings[key].byDefault
        ? `line.${key} says something of a line, and there is none: say line.port and line.address too.`
        : undefined,
  })),
  {
    keys: ['line.clear', 'line.decides'],
    check: ({ line }) =>
      line.clear && line.decides === 'reader'
        ? 'clear = true is for a door whose panel decides (line.decides); where the reader decides, nothing passes without a secure channel.'
        : undefined,
  },
  {
    keys: ['reader.mode', 'devices.cardReader'],
    check: ({ reader, devices }) =>
      takesCards(reader.mode) && devices.cardReader === none
        ? `Mode "${reader.mode}" needs a card reader, and devices.cardReader says there is none.`
        : undefined,
  },
  {
    keys: ['devices.wiegandData0', 'devices.wiegandData1'],
    check: ({ devices }) =>
      devices.wiegandData0 === devices.wiegandData1 ? 'wiegandData0 and wiegandData1 are the same line: each wire needs its own.' : undefined,
  },
  {
    keys: ['devices.pn532', 'devices.cardReader', 'line.port'],
    check: ({ devices, line }) =>
      devices.cardReader === pn532 && devices.pn532 === line.port
        ? 'devices.pn532 and line.port are the same serial port: the card reader and the line need one each.'
        : undefined,
  },
  {
    keys: ['door.secureOnOpen', 'devices.doorContact'],
    check: ({ door, devices }) =>
      door.secureOnOpen && devices.doorContact === none
        ? 'secureOnOpen = true needs a door contact, and devices.doorContact says there is none.'
        : undefined,
  },
  {
    keys: ['door.rex', 'devices.rex'],
    check: ({ door, devices }) =>
      door.rex === 'release' && devices.rex === none
        ? 'rex = "release" needs a request-to-exit input, and devices.rex says there is none.'
        : undefined,
  },
  {
    keys: ['devices.tamperCode', 'devices.doorContactCode', 'devices.rexCode'],
    check: ({ devices }) =>
      new Set([devices.rexCode, devices.doorContactCode, devices.tamperCode]).size < 3
        ? 'Two contacts have the same code: each needs its own.'
        : undefined,
  },
  {
    keys: ['offline.fullHours', 'offline.priorityHours'],
    check: ({ offline }) =>
      (offline.fullHours === undefined) === (offline.priorityHours === undefined)
        ? undefined
        : 'offline.fullHours and offline.priorityHours belong together: say both, or neither for no limit.',
  },
];
