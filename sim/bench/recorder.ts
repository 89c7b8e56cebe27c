/**
 * Makes a story (docs/scenarios.md) of what hands do at the bench, with what the door did then, for `sim run` to replay. One door a story: the
 * first that a hand is laid on. Decides how what the controller does meanwhile is written; what hands can do is hands.ts's.
 */
import type { Subscription } from '../../src/ports/subscription.ts';
import { present } from '../../src/shared/assert.ts';
import { keyGapMs, rexPressMs } from '../door.ts';
import { maxPeople } from '../scenarios/read-people.ts';
import type { BenchDoor, DoorName } from './bench-door.ts';
import { type Hand, stepOf } from './hands.ts';
import { namesOf, PeopleSteps, personText, type RecordedPerson, type StoryNames } from './recorded-people.ts';

/** Steps of one story; hands after that are left out. */
export const maxSteps = 2_000;
/** Lines of what the door did; a story that has so many ends there. */
export const maxToldLines = 4_000;
/** Tables of one story; of those after them it does not tell. */
export const maxTables = 100;

/** The world when it is switched on. */
export interface Beginning {
  readonly nowMs: number;
  readonly wallMs: number;
  readonly doors: readonly BenchDoor[];
  /** Whose reader the controller hears. */
  readonly linked: ReadonlySet<DoorName>;
  readonly people: readonly RecordedPerson[];
  /** Everybody in the readers' tables, later on. */
  readPeople(): Promise<readonly RecordedPerson[]>;
}

interface Line {
  /** `table`: another one came into force. */
  readonly kind: 'step' | 'told' | 'table';
  /** Since the beginning. */
  readonly atMs: number;
  readonly text: string;
}

const doorWords: Readonly<Record<DoorName, string>> = { front: 'front door', store: 'store room' };

/** What the door's own story begins its lines with. */
const toldLine = /^\s*([0-9]+)\.([0-9]{3}) (.*)$/;
/** What the controller brings and a story plays without; what it orders besides is a step. */
const controllersEvent = /^event (?:(?:table|time|settings)\.|order\.obeyed order=(?!release|clearLockout))/;
const secondsOf = (ms: number): string => (ms / 1_000).toFixed(3);

export class Recorder {
  readonly #beginning: Beginning;
  readonly #names: StoryNames;
  /** Null: it had no power. */
  readonly #modes: ReadonlyMap<BenchDoor, string | null>;
  /** Of each door who was in its tables, in the order in which they came. */
  readonly #tables = new Map<BenchDoor, Promise<readonly RecordedPerson[]>[]>();
  readonly #watches: readonly Subscription[];
  /** Whose story it is. */
  #bench: BenchDoor | undefined;
  readonly #lines: Line[] = [];
  #steps = 0;
  #orders = 0;
  #tableLines = 0;
  #toldLines = 0;
  #isCutShort = false;
  #isOtherDoorLeftOut = false;

  constructor(beginning: Beginning) {
    this.#beginning = beginning;
    this.#names = namesOf(beginning.people.slice(0, maxPeople));
    this.#modes = new Map(beginning.doors.map((bench) => [bench, bench.facts.mode]));
    for (const { door } of beginning.doors) door.story();
    this.#watches = beginning.doors.map((bench) => {
      const tables: Promise<readonly RecordedPerson[]>[] = [];
      this.#tables.set(bench, tables);
      return bench.door.happened.watch(({ event }) => {
        if (event.code !== 'table.applied' || tables.length >= maxTables) return;
        const reading = beginning.readPeople();
        // Whoever ends the recording hears of it.
        reading.catch(() => undefined);
        tables.push(reading);
      });
    });
  }

  /** Before it is done. */
  note(hand: Hand, bench: BenchDoor, nowMs: number): void {
    const step = stepOf(hand, bench);
    if (step === undefined) return;
    this.#bench ??= bench;
    if (bench !== this.#bench) {
      this.#isOtherDoorLeftOut = true;
      return;
    }
    this.#hear();
    if (this.#isFull) return;
    this.#step(nowMs, step);
    if (step !== 'power on') return;
    // Power comes back to a shut door in a story, and to the door as it is at the bench.
    if (bench.isLeafOpen) this.#step(nowMs, 'leaf open');
    if (bench.isCaseOpen) this.#step(nowMs, 'tamper open');
  }

  /** The file; undefined: no hand was laid on anything. Rejects with a Fault when the people cannot be read. */
  async end(nowMs: number): Promise<string | undefined> {
    const bench = this.#bench;
    for (const watch of this.#watches) watch.stop();
    const tables = await Promise.all((bench && this.#tables.get(bench)) ?? []);
    if (bench === undefined) return undefined;
    this.#hear();
    const endMs = this.#isCutShort ? present(this.#lines.at(-1), 'a story that is full has lines').atMs : nowMs - this.#beginning.nowMs;
    return `${[...this.#head(bench), "steps = '''", ...this.#written(bench, endMs, tables), "'''"].join('\n')}\n`;
  }

  get #isFull(): boolean {
    this.#isCutShort ||= this.#steps >= maxSteps || this.#toldLines >= maxToldLines;
    return this.#isCutShort;
  }

  #step(nowMs: number, text: string): void {
    this.#steps += 1;
    this.#lines.push({ kind: 'step', atMs: nowMs - this.#beginning.nowMs, text });
  }

  /** What the door did since. */
  #hear(): void {
    for (const line of this.#bench?.door.story().split('\n') ?? []) {
      const [, seconds, thousandths, what = ''] = toldLine.exec(line) ?? [];
      if (seconds === undefined || this.#isFull) continue;
      const atMs = Number(seconds) * 1_000 + Number(thousandths) - this.#beginning.nowMs;
      this.#controllerDid(atMs, what);
      if (controllersEvent.test(what)) continue;
      this.#toldLines += 1;
      this.#lines.push({ kind: 'told', atMs, text: this.#asTold(what) });
    }
  }

  /** What a story says in a step of its own. */
  #controllerDid(atMs: number, what: string): void {
    const [, code = '', facts = ''] = /^event (\S+)(.*)$/.exec(what) ?? [];
    const [, mode] = / mode=(\S+)/.exec(facts) ?? [];
    const [, person] = / person ([0-9]+)/.exec(facts) ?? [];
    const name = person === undefined ? undefined : this.#names.get(Number(person));
    const step = {
      'link.found': 'link up',
      'link.lost': 'link down',
      'mode.changed': `mode ${mode}`,
      'order.released': 'order release',
      'lockout.cleared': `order clearLockout ${name ?? ''}`.trim(),
    }[code];
    if (code === 'table.applied' && this.#tableLines < maxTables) {
      this.#tableLines += 1;
      this.#lines.push({ kind: 'table', atMs, text: '' });
    }
    if (step === undefined) return;
    if (step.startsWith('order ')) this.#orders += 1;
    this.#lines.push({ kind: 'step', atMs, text: step });
  }

  /** People by their names here, orders by their places in the story. */
  #asTold(what: string): string {
    return what
      .replace(/(?<=^event \S+ )person ([0-9]+)/, (_, person: string) => this.#names.get(Number(person)) ?? `person ${person}`)
      .replace(/(?<=^event order\.obeyed .*)number=[0-9]+/, `number=${this.#orders}`);
  }

  #head(bench: BenchDoor): readonly string[] {
    const { wallMs, people, nowMs } = this.#beginning;
    const left = [
      ...(this.#isOtherDoorLeftOut ? ['# What hands did at the other door is left out: a story is of one door.'] : []),
      ...(this.#isCutShort ? ['# More was done than a story holds: it ends before the recording did.'] : []),
      ...(people.length > maxPeople ? [`# Only the first ${maxPeople} people stand here.`] : []),
    ];
    return [
      '# Recorded at the bench. A story is a test: the PINs of everybody in it stand here to be read. Keep no real ones in it.',
      '# It begins with a reader that has just started, and nothing spent; where the bench had gone on from something else, the two differ.',
      ...left,
      `story = "What was done at the ${doorWords[bench.name]}, recorded at ${secondsOf(nowMs)} s of the bench"`,
      `wall = "${new Date(wallMs).toISOString()}"`,
      'controller = true',
      `reader.mode = "${this.#modes.get(bench) ?? bench.mode}"`,
      ...people.slice(0, maxPeople).map((person) => `people.${JSON.stringify(this.#names.get(person.given.person))} = ${personText(person)}`),
      '',
    ];
  }

  /** Each step at its moment, and before it what the door did since the one before. */
  #written(bench: BenchDoor, endMs: number, tables: readonly (readonly RecordedPerson[])[]): readonly string[] {
    const script = new Script();
    const people = new PeopleSteps(this.#beginning.people, this.#names);
    const later = [...tables];
    if (this.#beginning.linked.has(bench.name)) {
      script.step(0, 'link up');
      script.told(0, 'event link.found');
    }
    if (this.#modes.get(bench) === null) {
      script.step(0, 'power cut');
      script.told(0, 'power cut');
    }
    for (const { kind, atMs, text } of this.#lines) {
      if (kind === 'told') script.told(atMs, text);
      else if (kind === 'step') script.step(atMs, text);
      else for (const step of people.to(present(later.shift(), 'each table has its people'))) script.step(atMs, step);
    }
    script.pass(endMs);
    return script.lines;
  }
}

/** The steps of the file, with the time that passes between them. */
class Script {
  readonly lines: string[] = [];
  #told: string[] = [];
  #atMs = 0;
  /** A story begins with the first. */
  #version = 1;

  step(atMs: number, text: string): void {
    this.pass(atMs);
    this.lines.push(text);
    this.#atMs += tookMs(text);
    if (text.startsWith('publish ')) this.#version += 1;
  }

  /** The table by its version in the story. */
  told(atMs: number, text: string): void {
    const line = text.replace(/(?<=^event reader\.started .*)version=[0-9]+/, `version=${this.#version}`);
    this.#told.push(`  ${secondsOf(atMs).padStart(8)} ${line}`);
  }

  pass(untilMs: number): void {
    if (untilMs > this.#atMs) this.lines.push(`until ${secondsOf(untilMs)}`);
    this.#atMs = Math.max(this.#atMs, untilMs);
    if (this.#told.length > 0) this.lines.push('expect', ...this.#told);
    this.#told = [];
  }
}

/** Time that a step of a story lets pass by itself. */
const tookMs = (step: string): number => {
  if (step === 'rex') return rexPressMs;
  return step.startsWith('type ') ? (step.length - 'type '.length) * keyGapMs : 0;
};
