/** The people of a story, from the file's `people.NAME = { … }`. Who of them opens the door is the reader's. */
import { TomlDate } from 'smol-toml';
import * as v from 'valibot';
import { shown } from '../../src/config/config-error.ts';
import { isTable } from '../../src/config/toml.ts';
import { maxCards } from '../../src/table/limits.ts';
import type { SimPerson } from '../people.ts';
import { type Complaint, cardPattern, momentMs, momentWords, pinPattern, pinWords, unknown } from './arguments.ts';

/** People of one story. */
export const maxPeople = 1_000;
const maxUses = 65_535;
const namePattern = /^\p{L}[\p{L}\p{M}\p{N}_'-]{0,31}$/u;

export interface PeopleComplaint extends Complaint {
  /** Undefined: all of them. */
  readonly name?: string;
  /** What of the person; undefined: the person. */
  readonly key?: string;
}

interface Row {
  readonly schema: v.GenericSchema<unknown, unknown>;
  readonly allowed: string;
  readonly meaning: string;
}

const pin = v.pipe(v.string(), v.regex(pinPattern));
const pinAllowed = `${pinWords} in quotes, which keep leading zeros`;
const cardOf = (held: string): string => (held.endsWith('!') ? held.slice(0, -1) : held);
const card = v.pipe(
  v.string(),
  v.check((held) => cardPattern.test(cardOf(held))),
);
const moment = v.union([
  v.pipe(
    v.string(),
    v.check((text) => momentMs(text) !== undefined),
  ),
  v.pipe(
    v.custom<TomlDate>((value) => value instanceof TomlDate && value.isDateTime() && !value.isLocal() && value.getTime() >= 0),
    v.transform((date) => new Date(date.getTime()).toISOString()),
  ),
]);

export const personRows = {
  pin: { schema: pin, allowed: pinAllowed, meaning: 'Their PIN.' },
  duressPin: { schema: pin, allowed: pinAllowed, meaning: 'A second PIN that opens and raises a silent event; works with `entry.duress = true`.' },
  cards: {
    schema: v.pipe(v.array(card), v.maxLength(maxCards)),
    allowed: `a list of at most ${maxCards} names of 1 to 32 letters, digits, - and _`,
    meaning: 'Their cards. A `!` behind the name: this card opens alone where a PIN is asked for as well.',
  },
  validFrom: { schema: moment, allowed: momentWords, meaning: 'From this moment on.' },
  validUntil: { schema: moment, allowed: momentWords, meaning: 'Until this moment.' },
  uses: {
    schema: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxUses)),
    allowed: `a whole number, 1 to ${maxUses}`,
    meaning: 'How many times they may enter.',
  },
  extendedTime: { schema: v.boolean(), allowed: 'true, false', meaning: 'Twice the time to type and to enter.' },
  offlinePriority: { schema: v.boolean(), allowed: 'true, false', meaning: 'Served for longer while the controller is away.' },
} as const satisfies Record<Exclude<keyof SimPerson, 'name'>, Row>;

const rows: Readonly<Record<string, Row>> = personRows;

export { moment as momentSchema };

export interface PeopleRead {
  readonly people: readonly SimPerson[];
  readonly complaints: readonly PeopleComplaint[];
}

export const readPeople = (value: unknown): PeopleRead => {
  if (value === undefined) return { people: [], complaints: [] };
  if (!isTable(value)) return { people: [], complaints: [{ sentence: "people is a section: write people.Ann = { pin = '0417' }." }] };
  const names = Object.keys(value);
  if (names.length > maxPeople) return { people: [], complaints: [{ sentence: `A story has at most ${maxPeople} people.` }] };
  const complaints: PeopleComplaint[] = [];
  const people = names.map((name) => readPerson(name, value[name], complaints));
  return { people, complaints: [...complaints, ...shared(people)] };
};

const readPerson = (name: string, facts: unknown, complaints: PeopleComplaint[]): SimPerson => {
  if (!namePattern.test(name)) {
    complaints.push({
      name,
      sentence: `${shown(name)} cannot be the name of a person.`,
      allowed: "a letter, then at most 31 letters, digits, -, _ and '",
    });
  }
  if (!isTable(facts)) {
    complaints.push({ name, sentence: `${bare(name)} is a person: write people.${bare(name)} = { pin = '0417', cards = ['A'] }.` });
    return { name };
  }
  const person: Record<string, unknown> = { name };
  for (const [key, value] of Object.entries(facts)) {
    const row = Object.hasOwn(rows, key) ? rows[key] : undefined;
    const read = row && v.safeParse(row.schema, value);
    if (row === undefined) complaints.push({ name, key, ...unknown('fact of a person', key, Object.keys(rows)) });
    else if (read?.success === true) person[key] = read.output;
    else complaints.push({ name, key, sentence: `${key} of ${bare(name)} cannot be ${shown(value)}.`, allowed: row.allowed });
  }
  return person as unknown as SimPerson;
};

/** A PIN or a card that two people hold, or one twice, says nothing about who came. */
const shared = (people: readonly SimPerson[]): PeopleComplaint[] => {
  const holders = new Map<string, string>();
  const complaints: PeopleComplaint[] = [];
  const hold = (name: string, key: keyof typeof personRows, what: string): void => {
    const holder = holders.get(what);
    if (holder !== undefined) complaints.push({ name, key, sentence: `${what} is ${bare(holder)}'s already.` });
    holders.set(what, name);
  };
  for (const person of people) {
    if (person.pin !== undefined) hold(person.name, 'pin', `The PIN ${person.pin}`);
    if (person.duressPin !== undefined) hold(person.name, 'duressPin', `The PIN ${person.duressPin}`);
    for (const held of person.cards ?? []) hold(person.name, 'cards', `The card ${cardOf(held)}`);
  }
  return complaints;
};

const bare = (name: string): string => (namePattern.test(name) ? name : shown(name));
