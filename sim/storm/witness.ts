/**
 * What the disk and the strike tell: every commit as it becomes durable, every release, every PIN that is compared. Holds
 * them against each other (I1, I3, I6, I7) and against the oracle, never against what the reader says of itself.
 */
import { classOf, isEventCode } from '../../src/access/events.ts';
import { type Entry, type EventFields, openRow, type Recorded } from '../../src/journal/entry.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { Write } from '../../src/ports/record-store.ts';
import { doorGuesses, GuessBudget, mostDoorGuessesInADay, personGuesses } from './guessing.ts';
import type { Judge } from './judge.ts';
import type { Oracle } from './oracle.ts';
import type { Resident } from './residents.ts';
import { Canaries } from './secrets.ts';
import type { StormSettings } from './settings.ts';

/** What allows the strike to be released at this very moment. */
interface Permit {
  readonly atMs: number;
  readonly holdMs: number;
}

interface DurableRow {
  readonly kind: 'grant' | 'alarm' | 'deny' | 'info' | 'gap';
  readonly bytes: Uint8Array;
}

/** An unlocked door is held by releases of this length (DESIGN R7: "a short hold"). */
const longestUnlockedHoldMs = 5_000;
/**
 * Where facts and the reader's own budget stand in their spaces. This, and what a row is made of, is written here again and not imported from
 * journal/: a judge does not move with what it judges.
 */
const floorKey = 16;
const offlineKey = 20;
const doorOwner = 0;
/** A row begins and ends with a link, an entry with its version and epoch; a value ends with its check code. */
const linkBytes = 16;
const epochEnd = 9;
const checkBytes = 16;

export class Witness {
  readonly canaries = new Canaries();
  readonly #clock: Clock;
  readonly #crypto: Crypto;
  readonly #judge: Judge;
  readonly #oracle: Oracle;
  readonly #settings: StormSettings;
  readonly #rows = new Map<number, DurableRow>();
  readonly #budgets = new Map<number, GuessBudget>();
  #permits: Permit[] = [];
  #lastRelease: Permit = { atMs: 0, holdMs: 0 };
  #isUnlockedOnRecord = false;
  #rexAtMs = Number.NEGATIVE_INFINITY;
  #newest = 0;
  /** Highest sequence the controller has ever asked to acknowledge. */
  #heardThrough = 0;
  /** Whose attempt is burnt on disk and not yet used for comparing a PIN. */
  #burnt: number | undefined;
  /** Orders to release that the reader may still obey. */
  #releaseOrders = 0;
  /** Time without a controller, as a start finds it on disk. */
  offlineMs = 0;
  /** Entries the controller has, and whose acknowledgement never reached the disk: a gap tells of them all the same. */
  pushedOutThoughHeard = 0;
  grants = 0;
  releases = 0;
  compared = 0;
  mostComparedInADay = 0;

  constructor(clock: Clock, crypto: Crypto, judge: Judge, oracle: Oracle, settings: StormSettings) {
    this.#clock = clock;
    this.#crypto = crypto;
    this.#judge = judge;
    this.#oracle = oracle;
    this.#settings = settings;
  }

  committed(writes: readonly Write[]): void {
    const entries: Entry[] = [];
    for (const write of writes) {
      if (write.op === 'put') this.#looksAt(write.space, write.value);
      if (write.space === 'meta' && write.op === 'put') this.#factPut(write.key, write.value);
      if (write.space !== 'event') continue;
      if (write.op === 'put') entries.push(...this.#rowPut(write.key, write.value));
      else if (write.op === 'delete') this.#rowPushedOut(write.key);
      else this.#rowsTrimmed(write.from, write.to);
    }
    this.#noteBurnt(writes, entries);
    const isDuress = entries.some(({ code }) => code === 'duress.used');
    for (const entry of entries) this.#happened(entry, isDuress);
  }

  /** The strike is asked to hold this long, and does. */
  released(holdMs: number): void {
    const nowMs = this.#clock.nowMs();
    this.releases += 1;
    this.#lastRelease = { atMs: nowMs, holdMs };
    const index = this.#permits.findIndex((permit) => permit.atMs === nowMs && permit.holdMs === holdMs);
    if (index >= 0) {
      this.#permits.splice(index, 1);
      return;
    }
    if (this.#isUnlockedOnRecord && holdMs <= longestUnlockedHoldMs && this.#isPossiblyUnlocked()) return;
    if (this.#settings.policy.rex === 'release' && this.#rexAtMs === nowMs && holdMs === this.#settings.policy.strikeMs) return;
    this.#judge.accuse('I1', `the strike was released for ${holdMs} ms with no grant on the disk`);
  }

  /** A grant the reader says it could not record. */
  grantedUnrecorded(person: number | undefined, { by, mode }: EventFields): void {
    this.#judge.expect(this.#settings.policy.recordFailure === 'grantCards', 'I1', 'a grant went unrecorded where the settings deny it');
    const resident = this.#oracle.granted({ person, by, mode, isDuress: false, isUnrecorded: true });
    if (resident !== undefined) this.#permit(this.#holdOf(resident));
  }

  /** A PIN is looked up in the table. */
  pinCompared(): void {
    const owner = this.#burnt;
    this.#burnt = undefined;
    this.compared += 1;
    if (owner === undefined) {
      this.#judge.accuse('I7', 'a PIN was compared before its attempt was on disk');
      return;
    }
    const nowMs = this.#clock.nowMs();
    const budget = this.#budgetOf(owner);
    this.#judge.expect(
      budget.compare(nowMs),
      'I7',
      `a PIN was compared while ${owner === doorOwner ? 'the door' : `person ${owner}`} had no attempt left`,
    );
    if (owner !== doorOwner) return;
    this.mostComparedInADay = Math.max(this.mostComparedInADay, budget.inADay);
    this.#judge.expect(budget.inADay <= mostDoorGuessesInADay, 'I7', `${budget.inADay} PINs were compared within 24 hours`);
  }

  /** Between two steps: no longer than it was asked to, and never longer than settings allow. */
  strikeAtRest(isEnergised: boolean): void {
    if (!isEnergised) return;
    const { atMs, holdMs } = this.#lastRelease;
    const isDue = this.#clock.nowMs() < atMs + holdMs && holdMs <= Math.max(2 * this.#settings.policy.strikeMs, longestUnlockedHoldMs);
    this.#judge.expect(isDue, 'I6', 'the strike is energised for longer than was asked');
  }

  rexPressed(): void {
    this.#rexAtMs = this.#clock.nowMs();
  }

  /** A start: nothing that waited for its release is worth anything any more. */
  restarted(): void {
    this.#permits = [];
    this.#isUnlockedOnRecord = false;
    this.#burnt = undefined;
    this.#releaseOrders = 0;
  }

  releaseOrdered(): void {
    this.#releaseOrders += 1;
  }

  lockoutCleared(person: number | undefined): void {
    this.#budgetOf(person ?? doorOwner).clear();
  }

  /** The controller is about to acknowledge everything up to here. */
  acknowledging(through: number): void {
    this.#heardThrough = Math.max(this.#heardThrough, through);
  }

  /** An entry the controller was given is byte for byte the one on disk. */
  handedOut({ entry, bytes }: Recorded): void {
    const row = this.#rows.get(entry.sequence);
    const isSame = row !== undefined && this.#crypto.isEqual(row.bytes, bytes);
    this.#judge.expect(isSame, 'I3', `entry ${entry.sequence} was handed out, and is not what became durable`);
  }

  /** Rows that must still be handed out: durable, above this sequence. */
  durableAbove(sequence: number): readonly number[] {
    return [...this.#rows.keys()].filter((key) => key > sequence);
  }

  #budgetOf(owner: number): GuessBudget {
    const budget = this.#budgets.get(owner) ?? new GuessBudget(owner === doorOwner ? doorGuesses : personGuesses);
    this.#budgets.set(owner, budget);
    return budget;
  }

  #rowPut(key: number, value: Uint8Array): Entry[] {
    this.#judge.expect(key > this.#newest, 'I3', `sequence ${key} was given after ${this.#newest}`);
    this.#newest = Math.max(this.#newest, key);
    const row = openRow(this.#crypto, key, value);
    if (row === undefined) {
      this.#judge.accuse('I3', `row ${key} cannot be read`);
      return [];
    }
    const { entry, bytes } = row;
    const kind = entry.code === 'journal.gap' ? 'gap' : isEventCode(entry.code) ? classOf(entry.code) : 'alarm';
    this.#rows.set(key, { kind, bytes });
    this.#judge.expect(entry.code !== 'journal.damaged', 'I3', `the journal found damage: ${JSON.stringify(entry.fields)}`);
    this.#judge.expect(
      !this.canaries.isIn(JSON.stringify({ ...entry.fields, person: entry.person })),
      'I5',
      `a secret stands in event ${entry.code}`,
    );
    return [entry];
  }

  /** What is written of a budget burns an attempt, unless it comes with the grant that gives one back. */
  #noteBurnt(writes: readonly Write[], entries: readonly Entry[]): void {
    const givenBack = entries.filter(({ code, fields }) => code === 'access.granted' && fields.by !== 'card').map(ownerOf);
    for (const write of writes) {
      if (write.op !== 'put' || write.space !== 'attempt') continue;
      const index = givenBack.indexOf(write.key);
      if (index >= 0) givenBack.splice(index, 1);
      else this.#burnt = write.key;
    }
  }

  /** To make room: grants and alarms only when nothing less is left (DESIGN §2). */
  #rowPushedOut(key: number): void {
    const row = this.#rows.get(key);
    this.#rows.delete(key);
    if (key <= this.#heardThrough) this.pushedOutThoughHeard += 1;
    else if (row?.kind === 'grant' || row?.kind === 'alarm') {
      const isLessLeft = [...this.#rows].some(([other, { kind }]) => other > this.#heardThrough && (kind === 'deny' || kind === 'info'));
      const isAllowed = this.#settings.journalLimits.whenFull === 'gap' && !isLessLeft;
      this.#judge.expect(isAllowed, 'I3', `${row.kind} ${key} was pushed out unheard`);
    } else this.#judge.expect(row?.kind !== 'gap', 'I3', `the gap ${key} was pushed out unheard`);
  }

  /** Old ones, which the controller has. */
  #rowsTrimmed(from: number, to: number): void {
    for (const key of this.#rows.keys()) {
      if (key < from || key > to) continue;
      this.#rows.delete(key);
      this.#judge.expect(key <= this.#heardThrough, 'I3', `entry ${key} was deleted unheard`);
    }
  }

  #happened(entry: Entry, isDuress: boolean): void {
    const { code, person, fields } = entry;
    switch (code) {
      case 'access.granted': {
        if (fields.unrecorded === true) return;
        this.grants += 1;
        const { by, mode } = fields;
        const resident = this.#oracle.granted({ person, by, mode, isDuress, isUnrecorded: false });
        if (by !== 'card') this.#budgetOf(ownerOf(entry)).giveBack();
        if (resident !== undefined) this.#permit(this.#holdOf(resident));
        return;
      }
      case 'order.released':
        this.#judge.expect(this.#releaseOrders > 0, 'allowed', 'an order to release was obeyed that nobody gave');
        this.#releaseOrders -= 1;
        this.#permit(this.#settings.policy.strikeMs);
        return;
      case 'door.unlocked':
        this.#judge.expect(this.#isPossiblyUnlocked(), 'allowed', 'the door was unlocked in a mode that keeps it locked');
        this.#isUnlockedOnRecord = true;
        return;
      case 'door.relocked':
        this.#isUnlockedOnRecord = false;
    }
  }

  #holdOf({ extendedTime }: Resident): number {
    return this.#settings.policy.strikeMs * (extendedTime === true ? 2 : 1);
  }

  #permit(holdMs: number): void {
    const atMs = this.#clock.nowMs();
    this.#permits = [...this.#permits.filter((permit) => permit.atMs === atMs), { atMs, holdMs }];
  }

  #isPossiblyUnlocked(): boolean {
    const nowMs = this.#clock.nowMs();
    return this.#oracle.modes.within(nowMs - longestUnlockedHoldMs, nowMs).some(({ value }) => value === 'unlocked');
  }

  #factPut(key: number, value: Uint8Array): void {
    const fact = new DataView(value.buffer, value.byteOffset, value.length).getFloat64(0);
    if (key === floorKey) this.#oracle.floors.set(fact, this.#clock.nowMs());
    if (key === offlineKey) this.offlineMs = fact;
  }

  /** Everything but the check codes at the end of a value and the links of a row, which are anything by chance. */
  #looksAt(space: string, value: Uint8Array): void {
    const bytes = space === 'event' ? value.subarray(linkBytes + epochEnd, -linkBytes) : value.subarray(0, -checkBytes);
    this.#judge.expect(!this.canaries.isIn(Buffer.from(bytes).toString('latin1')), 'I5', `a secret stands in a value of space ${space}`);
  }
}

/** Whose budget a PIN that was granted had been charged to. */
const ownerOf = ({ person = doorOwner, fields }: Entry): number => (fields.by === 'cardAndPin' ? person : doorOwner);
