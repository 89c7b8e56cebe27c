/**
 * From the text of a story's file to the story, or to everything that is wrong with it at once. Settings are those of a
 * door's own file (src/config.ts); people are read-people.ts's and steps read-steps.ts's.
 */
import { stringify, type TomlTable } from 'smol-toml';
import * as v from 'valibot';
import { type ConfigError, configError, listed, shown } from '../../src/config/config-error.ts';
import { type Position, type Positions, positionsIn } from '../../src/config/positions.ts';
import { type SectionName, sections } from '../../src/config/settings.ts';
import { isTable, readToml } from '../../src/config/toml.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { DoorSetup } from '../door.ts';
import { meantBy, momentWords } from './arguments.ts';
import { momentSchema, type PeopleComplaint, readPeople } from './read-people.ts';
import { readSteps } from './read-steps.ts';
import type { Scenario } from './scenario.ts';
import { Situation } from './situation.ts';

export const maxScenarioBytes = 262_144;

/** What a story can say of the door it happens at; the rest of a door's settings names real devices. */
const settingSections = ['reader', 'door', 'entry', 'lockout', 'failure', 'offline', 'journal'] as const satisfies readonly SectionName[];

interface Key {
  readonly schema: v.GenericSchema<unknown, unknown>;
  readonly allowed: string;
  /** Undefined: it must be said. */
  readonly byDefault: string | undefined;
  readonly meaning: string;
}
const yesNo = { schema: v.boolean(), allowed: 'true, false' };

export const storyKeys = {
  story: {
    schema: v.pipe(v.string(), v.regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u), v.regex(/\S/)),
    allowed: 'a sentence of at most 200 characters',
    byDefault: undefined,
    meaning: 'What the story shows, in a sentence.',
  },
  wall: { schema: momentSchema, allowed: momentWords, byDefault: '2026-01-05T08:00:00Z', meaning: 'The wall time at which it begins.' },
  wallTrusted: { ...yesNo, byDefault: 'true', meaning: 'Whether the clock has been set since the reader started.' },
  controller: {
    ...yesNo,
    byDefault: 'false',
    meaning: 'Whether a controller is expected at the other end of a line. The story begins with the line down.',
  },
  table: { ...yesNo, byDefault: 'true', meaning: 'Whether the reader has ever been given a table.' },
} as const satisfies Record<string, Key>;
const topLevel: readonly string[] = [...Object.keys(storyKeys), 'people', ...settingSections, 'steps'];

export const readScenario = (text: string): Result<Scenario, readonly ConfigError[]> => {
  const parsed = readToml(text, maxScenarioBytes);
  return parsed.ok ? new Reading(text, parsed.value).result() : failed([parsed.failure]);
};

class Reading {
  readonly #text: string;
  readonly #file: TomlTable;
  readonly #positions: Positions;
  readonly #errors: ConfigError[] = [];

  constructor(text: string, file: TomlTable) {
    this.#text = text;
    this.#file = file;
    this.#positions = positionsIn(text);
  }

  result(): Result<Scenario, readonly ConfigError[]> {
    for (const key of Object.keys(this.#file)) if (!topLevel.includes(key)) this.#unknownKey(key);
    const story = this.#value('story') as string;
    const setup = this.#setup();
    const { people, complaints } = readPeople(this.#file.people);
    for (const complaint of complaints) this.#errors.push(this.#personError(complaint));
    const { steps, endLine } = this.#steps(new Situation(people, setup.hasController));
    if (this.#errors.length > 0) return failed(listed(this.#errors));
    return ok({ title: story, setup: { ...setup, people }, steps, endLine });
  }

  #setup(): Omit<Scenario['setup'], 'people'> & { readonly hasController: boolean } {
    const wall = this.#value('wall');
    return {
      ...(typeof wall === 'string' ? { wall } : {}),
      wallTrusted: this.#value('wallTrusted') !== false,
      hasController: this.#value('controller') === true,
      hasTable: this.#value('table') !== false,
      ...this.#settings(),
    };
  }

  /** As the file says it; undefined when it says nothing, or something wrong. */
  #value(key: keyof typeof storyKeys): unknown {
    const { schema, allowed, byDefault }: Key = storyKeys[key];
    const value = this.#file[key];
    if (value === undefined) {
      if (byDefault === undefined) this.#error([key], `${key} is missing.`, allowed);
      return undefined;
    }
    const read = v.safeParse(schema, value);
    if (!read.success) this.#error([key], `${key} cannot be ${shown(value)}.`, allowed);
    return read.success ? read.output : undefined;
  }

  /** Read by the door's own reader of settings, with contacts wired and the strike at hand, as they are in a story. */
  #settings(): Pick<DoorSetup, 'policy' | 'journalLimits'> & Pick<Config['policy'], 'mode'> {
    const said = Object.fromEntries(settingSections.flatMap((section) => (section in this.#file ? [[section, this.#file[section]]] : [])));
    const door = isTable(said.door) ? { strike: 'relay', ...said.door } : (said.door ?? { strike: 'relay' });
    const devices = { rex: 'normallyOpen', doorContact: 'normallyOpen', tamper: 'normallyOpen' };
    const config = readConfig(stringify({ ...said, door, devices }));
    if (!config.ok) {
      for (const { key, sentence, allowed } of config.failure) this.#error(key.split('.'), sentence, allowed);
      return { mode: 'locked' };
    }
    const { policy, journal } = config.value;
    return { mode: policy.mode, policy, journalLimits: { events: journal.capacity, whenFull: journal.whenFull } };
  }

  #unknownKey(key: string): void {
    const isOfDevices = Object.hasOwn(sections, key);
    const meant = meantBy(key, topLevel);
    const hint = meant === undefined ? '.' : `; did you mean ${meant}?`;
    const sentence = isOfDevices ? `A story has no section ${key}: it is about real devices.` : `There is no ${shown(key)} in a story${hint}`;
    this.#error([key], sentence, topLevel.join(', '));
  }

  #personError({ name, key, sentence, allowed }: PeopleComplaint): ConfigError {
    const path = ['people', ...(name === undefined ? [] : [name])];
    const person = this.#positions.find(path);
    const position = person && key !== undefined ? placeOfKey(this.#text, person, key) : person;
    return configError(position, path.join('.'), sentence, allowed);
  }

  #steps(situation: Situation): Pick<Scenario, 'steps' | 'endLine'> {
    const none = { steps: [], endLine: 1 };
    if (this.#file.steps === undefined) {
      this.#error(['steps'], this.#missingSteps());
      return none;
    }
    const block = stepsBlock(this.#text, this.#positions.find(['steps']));
    if (block === undefined) {
      this.#error(['steps'], "steps are lines of their own between steps = ''' and a line with ''' alone.");
      return none;
    }
    const { steps, missteps } = readSteps(block.lines, block.firstLine, situation);
    this.#errors.push(...missteps.map((misstep) => configError(misstep, 'steps', misstep.sentence, misstep.allowed)));
    if (steps.length + missteps.length === 0) this.#error(['steps'], 'A story has at least one step.');
    return { steps, endLine: block.firstLine + block.lines.length };
  }

  /** Whoever writes `[people]` before the steps has put the steps into it. */
  #missingSteps(): string {
    const holder = Object.entries(this.#file).find(([, value]) => isTable(value) && 'steps' in value)?.[0];
    return holder === undefined
      ? "steps are missing: write them between steps = ''' and a line with ''' alone."
      : `steps are missing: those below [${shown(holder).slice(1, -1)}] belong to that section. Put the steps above it, or write ${shown(holder).slice(1, -1)}.… = … without a section.`;
  }

  #error(path: readonly string[], sentence: string, allowed?: string): void {
    this.#errors.push(configError(this.#positions.find(path), path.join('.'), sentence, allowed));
  }
}

/** Where a fact of a person stands: in the same braces, or in the lines below `[people.Ann]`; else where the person does. */
const placeOfKey = (text: string, person: Position, key: string): Position => {
  if (!/^[\w-]+$/.test(key)) return person;
  const lines = text.split('\n');
  for (let line = person.line; line <= lines.length; line += 1) {
    const from = line === person.line ? person.column - 1 : 0;
    const rest = (lines[line - 1] ?? '').slice(from);
    if (line > person.line && /^\s*(?:\[|people\b)/.test(rest)) break;
    const found = rest.search(new RegExp(`(?<![\\w"'-])["']?${key}["']?\\s*=`));
    if (found !== -1) return { line, column: from + found + 1 };
  }
  return person;
};

/** The lines between `steps = '''` and its end; undefined when they are written in another way. */
const stepsBlock = (text: string, position: Position | undefined): { readonly lines: readonly string[]; readonly firstLine: number } | undefined => {
  if (position === undefined) return undefined;
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const opening = (lines[position.line - 1] ?? '').slice(position.column - 1);
  if (!/^(?:steps|"steps"|'steps')[ \t]*=[ \t]*'''[ \t]*$/.test(opening)) return undefined;
  const end = lines.findIndex((line, index) => index >= position.line && line.includes("'''"));
  if (!/^[ \t]*'''[ \t]*(?:#.*)?$/.test(lines[end] ?? '')) return undefined;
  return { lines: lines.slice(position.line, end), firstLine: position.line + 1 };
};
