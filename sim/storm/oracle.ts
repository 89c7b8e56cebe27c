/**
 * Who may enter, told from the outside (DESIGN §1): what hands did, what was in force, and for each grant on record
 * whether some of it allows it. Where a storm cannot know which of two moments counted, either will do. It shares no rule
 * with src/access: two readings of the same page must agree.
 */
import type { Policy } from '../../src/access/policy.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Key } from '../../src/ports/keypad.ts';
import type { Judge } from './judge.ts';
import { holderOfCard, type Resident } from './residents.ts';
import { latestMs, Timeline } from './timeline.ts';
import { Typing } from './typing.ts';

/** The settings that decide who may enter. */
export type OracleSettings = Pick<Policy, 'mode' | 'windowMs' | 'duress' | 'untrustedTime' | 'offline'>;

/** A grant as it stands on disk. */
export interface RecordedGrant {
  readonly person: number | undefined;
  readonly by: unknown;
  readonly mode: unknown;
  /** A duress alarm is in the same commit. */
  readonly isDuress: boolean;
  readonly isUnrecorded: boolean;
}

interface Presented {
  readonly atMs: number;
  isUsed: boolean;
}
interface ShownCard extends Presented {
  /** Undefined: nobody's, an odd one. */
  readonly card: string | undefined;
}
interface SubmittedPin extends Presented {
  readonly possible: readonly string[];
}

/** The same card again so soon is the same read (SECURITY E3). */
const sameCardMs = 1_000;

export class Oracle {
  readonly modes: Timeline<string>;
  readonly walls: Timeline<{ readonly offsetMs: number; readonly isTrusted: boolean }>;
  /** The latest time kept on disk. */
  readonly floors: Timeline<number>;
  /** When the line went down, and how long it was down before that start at the least; undefined: it is up. */
  readonly outages: Timeline<{ readonly sinceMs: number; readonly beforeMs: number } | undefined>;
  readonly #clock: Clock;
  readonly #judge: Judge;
  readonly #settings: OracleSettings;
  readonly #known: Timeline<readonly Resident[]>;
  #typing = new Typing();
  #cards: ShownCard[] = [];
  #pins: SubmittedPin[] = [];
  /** Presentations were dropped: which card was the last is not certain for a while. */
  #decidedAnewUntilMs = Number.NEGATIVE_INFINITY;
  #uncertainUntilMs = Number.NEGATIVE_INFINITY;
  #latestTrustedOffsetMs = Number.NEGATIVE_INFINITY;
  readonly #usesSpent = new Map<string, number>();

  constructor(clock: Clock, judge: Judge, settings: OracleSettings, known: Timeline<readonly Resident[]>) {
    const nowMs = clock.nowMs();
    this.#clock = clock;
    this.#judge = judge;
    this.#settings = settings;
    this.#known = known;
    this.modes = new Timeline<string>(settings.mode, nowMs);
    const { ms, trusted } = clock.wall();
    this.walls = new Timeline({ offsetMs: ms - nowMs, isTrusted: trusted }, nowMs);
    this.floors = new Timeline(0, nowMs);
    this.outages = new Timeline<{ readonly sinceMs: number; readonly beforeMs: number } | undefined>(undefined, nowMs);
  }

  key(key: Key): void {
    const atMs = this.#clock.nowMs();
    const possible = this.#typing.press(key, atMs);
    if (possible.length > 0) this.#pins = [...recent(this.#pins, atMs), { atMs, possible, isUsed: false }];
  }

  card(card: string | undefined): void {
    const atMs = this.#clock.nowMs();
    const last = this.#cards.at(-1);
    const isSame = last !== undefined && last.card === card && atMs - last.atMs < sameCardMs;
    if (isSame) this.#typing.mayBeCleared();
    else this.#typing.clear();
    this.#cards = [...recent(this.#cards, atMs), { atMs, card, isUsed: false }];
  }

  /** What is being decided as the mode changes is decided anew under the other one, and may have been granted before. */
  modeChanged(mode: string): void {
    const nowMs = this.#clock.nowMs();
    this.#typing.mayBeCleared();
    this.modes.set(mode, nowMs);
    this.#decidedAnewUntilMs = nowMs + latestMs;
  }

  /** A denial, or the end of a window: it may have forgotten what was typed. */
  windowMayHaveEnded(): void {
    this.#typing.mayBeCleared();
  }

  presentationDropped(): void {
    this.#uncertainUntilMs = this.#clock.nowMs() + latestMs;
  }

  /** Looks at the wall clock, which the reader may have set by order. */
  lookAtWall(): void {
    const nowMs = this.#clock.nowMs();
    const before = this.walls.now;
    if (before.isTrusted) this.#latestTrustedOffsetMs = Math.max(this.#latestTrustedOffsetMs, before.offsetMs);
    const { ms, trusted } = this.#clock.wall();
    const offsetMs = ms - nowMs;
    if (offsetMs !== before.offsetMs || trusted !== before.isTrusted) this.walls.set({ offsetMs, isTrusted: trusted }, nowMs);
  }

  /** Nothing that was shown or typed outlives a start. */
  restarted(): void {
    this.#cards = [];
    this.#pins = [];
    this.#typing = new Typing();
  }

  /** The latest wall time the reader may take it for: whatever it trusted, it has gone on from there. */
  get lastSeenMs(): number {
    return this.#lastSeenAt(this.#clock.nowMs());
  }

  /** Uses that must be left to this person; undefined: they have no count. */
  usesLeft(person: Resident): number | undefined {
    return person.uses === undefined ? undefined : person.uses - (this.#usesSpent.get(allowanceOf(person)) ?? 0);
  }

  /** Judges a grant at the moment it is on record; gives the person, undefined: nobody may have been granted. */
  granted(grant: RecordedGrant): Resident | undefined {
    const atMs = this.#clock.nowMs();
    this.lookAtWall();
    const why = this.#reasonFor(grant, atMs);
    if (typeof why !== 'string') {
      for (const presented of why.used) presented.isUsed = true;
      if (why.person.uses !== undefined) {
        const allowance = allowanceOf(why.person);
        this.#usesSpent.set(allowance, (this.#usesSpent.get(allowance) ?? 0) + 1);
      }
      return why.person;
    }
    this.#judge.accuse('allowed', `person ${grant.person} was granted by ${String(grant.by)} in ${String(grant.mode)}, ${why}`);
    return undefined;
  }

  #reasonFor(grant: RecordedGrant, atMs: number): Allowed | string {
    let why = 'and presented nothing that opens';
    for (const candidate of this.#candidates(grant, atMs)) {
      const against = this.#against(candidate.person, candidate.fromMs, atMs);
      if (against === undefined) return candidate;
      why = against;
    }
    return why;
  }

  /** Everything presented that could be what this grant is for. */
  *#candidates({ person, by, mode, isDuress, isUnrecorded }: RecordedGrant, atMs: number): Generator<Allowed> {
    if (isUnrecorded && by !== 'card') return;
    const mayBeAnew = atMs <= this.#decidedAnewUntilMs;
    const cards = by === 'pin' ? [undefined] : recent(this.#cards, atMs).filter(({ isUsed }) => !isUsed || mayBeAnew);
    const pins = by === 'card' ? [undefined] : recent(this.#pins, atMs).filter(({ isUsed }) => !isUsed || mayBeAnew);
    for (const card of cards) {
      for (const pin of pins) {
        const used = [card, pin].filter((each) => each !== undefined);
        const fromMs = Math.max(...used.map((each) => each.atMs));
        if (!this.modes.within(fromMs, atMs).some((span) => span.value === mode)) continue;
        for (const { value: people } of this.#known.within(fromMs, atMs)) {
          const resident = people.find(({ number }) => number === person);
          if (resident === undefined || (isUnrecorded && resident.uses !== undefined)) continue;
          if (card !== undefined && !this.#isTheirCard(resident, card, String(mode), pin)) continue;
          if (pin !== undefined && !this.#isTheirPin(resident, pin, String(mode), isDuress)) continue;
          yield { person: resident, used, fromMs };
        }
      }
    }
  }

  #isTheirCard(resident: Resident, shown: ShownCard, mode: string, pin: SubmittedPin | undefined): boolean {
    const held = shown.card === undefined ? undefined : holderOfCard([resident], shown.card);
    if (held === undefined) return false;
    if (pin === undefined) return mode === 'cardOnly' || mode === 'cardOrPin' || (mode === 'cardAndPin' && held.isExempt);
    const windowMs = this.#settings.windowMs * (resident.extendedTime === true ? 2 : 1);
    if (pin.atMs < shown.atMs || pin.atMs >= shown.atMs + windowMs) return false;
    const between = this.#cards.filter(({ atMs, card }) => atMs > shown.atMs && atMs <= pin.atMs && card !== shown.card);
    return between.length === 0 || pin.atMs < this.#uncertainUntilMs;
  }

  #isTheirPin(resident: Resident, { possible }: SubmittedPin, mode: string, isDuress: boolean): boolean {
    if (mode !== 'pinOnly' && mode !== 'cardOrPin' && mode !== 'cardAndPin') return false;
    const pin = isDuress ? (this.#settings.duress ? resident.duressPin : undefined) : resident.pin;
    return pin !== undefined && possible.includes(pin);
  }

  /** What speaks against this person at any moment of that time; undefined: at some moment nothing does. */
  #against(person: Resident, fromMs: number, atMs: number): string | undefined {
    const left = this.usesLeft(person);
    if (left !== undefined && left <= 0) return 'with no use left';
    if (!this.#isWithinDates(person, fromMs, atMs)) return `outside ${person.validFrom ?? ''}..${person.validUntil ?? ''}`;
    if (this.#isBeyondOffline(person, fromMs, atMs)) return 'offline for too long';
    return undefined;
  }

  #isWithinDates({ validFrom, validUntil }: Resident, fromMs: number, atMs: number): boolean {
    if (validFrom === undefined && validUntil === undefined) return true;
    const floors = this.floors.within(fromMs, atMs).map(({ value }) => value);
    const from = validFrom === undefined ? Number.NEGATIVE_INFINITY : Date.parse(validFrom);
    const until = validUntil === undefined ? Number.POSITIVE_INFINITY : Date.parse(validUntil);
    return this.walls.within(fromMs, atMs).some(({ value: { offsetMs, isTrusted }, ...span }) => {
      if (!isTrusted && this.#settings.untrustedTime === 'deny') return false;
      const floor = Math.min(...floors);
      const earliest = isTrusted ? Math.max(span.fromMs + offsetMs, floor) : floor;
      // An untrusted clock is not looked at while there is a last time seen: that goes on instead.
      const latest = Math.max(isTrusted || floor === 0 ? span.toMs + offsetMs : 0, this.#lastSeenAt(atMs));
      return from <= latest && earliest < until;
    });
  }

  #lastSeenAt(atMs: number): number {
    return atMs + this.#latestTrustedOffsetMs;
  }

  #isBeyondOffline(person: Resident, fromMs: number, atMs: number): boolean {
    const { offline } = this.#settings;
    if (offline === undefined) return false;
    const limitMs = offline.fullMs + (person.offlinePriority === true ? offline.priorityMs : 0);
    return this.outages.within(fromMs, atMs).every(({ value }) => value !== undefined && fromMs - value.sinceMs + value.beforeMs >= limitMs);
  }
}

interface Allowed {
  readonly person: Resident;
  readonly used: readonly Presented[];
  /** When the last of what it takes was presented. */
  readonly fromMs: number;
}

const recent = <Each extends Presented>(presented: readonly Each[], nowMs: number): Each[] =>
  presented.filter(({ atMs }) => atMs >= nowMs - latestMs);
const allowanceOf = ({ number, serial }: Resident): string => `${number}/${serial}`;
