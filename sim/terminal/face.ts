/** The door as text: the face of an RPK40, its light and its beeps, the people of the example, and what happened. Pure: from facts to lines. */
import { type AccessEvent, displayText, type Profile } from '../../src/access/events.ts';
import type { Mode } from '../../src/access/mode.ts';
import type { Colour } from '../../src/ports/lights.ts';
import type { SimPerson } from '../people.ts';

export interface Happening {
  readonly event: AccessEvent;
  readonly wallMs: number;
}

export interface FaceFacts {
  readonly name: string;
  readonly mode: Mode;
  readonly colour: Colour;
  /** The beeps of the last signal so far, and whether one sounds now; empty once it is long past. */
  readonly beeps: readonly ('normal' | 'low')[];
  readonly isBeeping: boolean;
  /** What the door tells whoever stands before it, in words. */
  readonly says: string;
  readonly isReleased: boolean;
  readonly isLeafOpen: boolean;
  readonly isPowered: boolean;
  readonly wallMs: number;
  readonly people: readonly SimPerson[];
  /** Newest last. */
  readonly happenings: readonly Happening[];
  readonly profile: Profile;
  /** Lines of the screen. */
  readonly screenRows: number;
}

const colourCodes: Readonly<Record<Colour, string>> = {
  off: '90',
  red: '91',
  green: '92',
  amber: '93',
  blue: '94',
  violet: '95',
  white: '97',
};

const paint = (code: string, text: string): string => `\u001b[${code}m${text}\u001b[0m`;
const dim = (text: string): string => paint('2', text);
const bold = (text: string): string => paint('1', text);

const modeWords: Readonly<Record<Mode, string>> = {
  cardOnly: 'card only',
  pinOnly: 'PIN only',
  cardOrPin: 'card or PIN',
  cardAndPin: 'card and PIN',
  unlocked: 'unlocked',
  locked: 'locked',
};

const clockOf = (wallMs: number): string => new Date(wallMs).toISOString().slice(11, 19);

/** Lines above the events. */
const faceRows = 16;
const leastEvents = 1;

/**
 * At most 79 columns and one line fewer than the screen has, with ANSI colours; on a small screen what the door shows and says
 * stays, and the help and the keypad below it go. Never shows what is being typed.
 */
export const faceLines = (facts: FaceFacts): string[] => wholeFace(facts).slice(0, Math.max(1, facts.screenRows - 1));

const wholeFace = (facts: FaceFacts): string[] => {
  const { colour, people, isPowered } = facts;
  const light = isPowered ? paint(colourCodes[colour], colour === 'off' ? '───────────' : '━━━━━━━━━━━') : dim('           ');
  const pad = [
    '╭─────────────╮',
    `│ ${light} │`,
    '│             │',
    '│  1   2   3  │',
    '│  4   5   6  │',
    '│  7   8   9  │',
    '│  *   0   #  │',
    '│             │',
    '╰─────────────╯',
  ];
  const told = [
    `${bold('light')}   ${isPowered ? paint(colourCodes[colour], colour) : 'no power'}`,
    `${bold('buzzer')}  ${buzzerWord(facts)}`,
    `${bold('strike')}  ${facts.isReleased ? paint('92', 'released') : 'secured'}`,
    `${bold('door')}    ${facts.isLeafOpen ? 'open' : 'shut'}`,
    `${bold('says')}    ${facts.says}`,
    '',
    ...people.slice(0, 3).map(personLine),
  ];
  return [
    ` ${bold('doorpad')}  ${`${facts.name}, ${modeWords[facts.mode]}`.padEnd(40)}${dim(`${clockOf(facts.wallMs)} UTC`)}`,
    '',
    ...pad.map((line, index) => `  ${line}   ${told[index] ?? ''}`.trimEnd()),
    '',
    dim(' 0–9 * #  keys (Enter is #)   a b c  cards   x  a card nobody knows'),
    dim(' o  open or shut the door   r  exit button   m  next mode'),
    dim(' t  15 s later   p  power off and on   q  quit'),
    '',
    ...eventLines(facts),
  ];
};

/** A beep is over before it is read: those of the last signal stay, dimmed. */
const buzzerWord = ({ beeps, isBeeping }: FaceFacts): string => {
  if (beeps.length === 0) return dim('silent');
  const tone = beeps.includes('low') ? 'low ' : '';
  const text = `${'♪'.repeat(beeps.length)} ${beeps.length === 1 ? `${tone}beep` : `${beeps.length} ${tone}beeps`}`;
  return isBeeping ? paint(tone === '' ? '97' : '93', text) : dim(text);
};

const personLine = ({ name, pin, cards = [] }: SimPerson): string =>
  `${name.padEnd(5)} ${(pin === undefined ? 'no PIN' : `PIN ${pin}`).padEnd(12)} ${cards.length === 0 ? dim('no card') : `card ${cards.join(' ').toLowerCase()}`}`;

/** Newest first. */
const eventLines = ({ happenings, profile, people, screenRows }: FaceFacts): string[] =>
  happenings
    .slice(-Math.max(leastEvents, screenRows - 1 - faceRows))
    .reverse()
    .map((happening) => ` ${happeningLine(happening, profile, people)}`);

/** One event as the activity log shows it: time, text, person, facts. */
export const happeningLine = ({ event, wallMs }: Happening, profile: Profile, people: readonly SimPerson[]): string => {
  const whose = event.person === undefined ? '' : `, ${people[event.person - 1]?.name ?? `person ${event.person}`}`;
  const facts = Object.entries(event.fields ?? {})
    .filter(([name]) => name !== 'mode' || event.code.startsWith('mode.'))
    .map(([name, value]) => `${name} ${String(value)}`);
  return `${clockOf(wallMs)}  ${displayText(event.code, profile)}${whose}${facts.length === 0 ? '' : `  (${facts.join(', ')})`}`.slice(0, 78);
};
