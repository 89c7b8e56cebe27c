/**
 * The running reader: what comes in at the ports goes to the rules, what they decide goes out at the ports. It is the
 * same object at the door, in the simulator and in a test; only the ports differ. It decides nothing itself: who may
 * enter is access/'s, what is known is table/'s, what happened is journal/'s.
 */
import { createActor, fromPromise } from 'xstate';
import { decide, type Question } from './access/decision.ts';
import { doorMachine } from './access/door-machine.ts';
import type { AccessEvent } from './access/events.ts';
import type { Signal } from './access/feedback.ts';
import { hasKeypad, type Mode } from './access/mode.ts';
import type { Policy } from './access/policy.ts';
import { readerMachine } from './access/reader-machine.ts';
import { restingOf } from './access/resting.ts';
import type { Change } from './journal/change.ts';
import type { Facts } from './journal/facts.ts';
import type { Journal, JournalLimits } from './journal/journal.ts';
import type { CardReader } from './ports/card-reader.ts';
import type { Clock } from './ports/clock.ts';
import type { Crypto } from './ports/crypto.ts';
import type { Inputs } from './ports/inputs.ts';
import type { Keypad } from './ports/keypad.ts';
import type { Buzzer, Lights } from './ports/lights.ts';
import type { RecordStore } from './ports/record-store.ts';
import type { Strike } from './ports/strike.ts';
import type { TableStore } from './ports/table-store.ts';
import { type AnswerParts, Answers } from './reader/answers.ts';
import { DoorSide } from './reader/door-side.ts';
import { Enrolment } from './reader/enrolment.ts';
import type { LineSide, LineSideParts, OpenedLine, openLine } from './reader/line-side.ts';
import { Lock, secureLimitMs } from './reader/lock.ts';
import { LockoutTally } from './reader/lockout-tally.ts';
import { type Memory, openMemory } from './reader/memory.ts';
import { ModeKeeper } from './reader/mode-keeper.ts';
import { OfflineTime } from './reader/offline-time.ts';
import { Openings } from './reader/openings.ts';
import { orderHandlersOf } from './reader/order-handlers.ts';
import { type OrderFailure, Orders } from './reader/orders.ts';
import { PassingFacts } from './reader/passing-facts.ts';
import type { ReaderKeys } from './reader/reader-keys.ts';
import type { SeenTime } from './reader/seen-time.ts';
import { Signals } from './reader/signals.ts';
import type { WaitingSettings } from './reader/waiting-settings.ts';
import { within } from './reader/within.ts';
import { asFault } from './shared/faults.ts';
import type { Result } from './shared/result.ts';
import type { OrderKind } from './table/orders.ts';

/** The time floor is written, and the table read through, this often (SECURITY C8, F2). */
const housekeepingMs = 3_600_000;

export interface ReaderPorts {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly keypad?: Keypad | undefined;
  readonly cardReader?: CardReader | undefined;
  readonly inputs?: Inputs | undefined;
  readonly lights: Lights;
  readonly buzzer: Buzzer;
  readonly strike: Strike;
  readonly records: RecordStore;
  readonly table: TableStore;
}

/** Watches from the side: a face on a screen, a test's story. Told after the fact; changes nothing. */
export interface ReaderObserver {
  signalled?(signal: Signal): void;
  /** An event that was recorded, or was told to the journal. */
  happened?(event: AccessEvent): void;
}

export interface ReaderParts {
  readonly ports: ReaderPorts;
  readonly policy: Policy;
  /** Undefined until the reader has been keyed: then nobody is known, and no order is obeyed. */
  readonly keys: ReaderKeys | undefined;
  /** In a settings file that weakens the door; undefined: none do. */
  readonly waitingSettings?: WaitingSettings | undefined;
  /** The mode the settings say counts over one that was set; see access/mode.ts. */
  readonly areSettingsAccepted?: boolean;
  /** The line to a controller; undefined: stand-alone. */
  readonly line?: LineSide | undefined;
  /** A controller is expected, as it is wherever there is a line. Without one, whoever has the reader plays the line: `linkChanged`, `obey`. */
  readonly hasController?: boolean;
  readonly journalLimits?: Partial<JournalLimits>;
  /** What was spent on guessing may be lost, the journal being damaged: the PIN path starts in its longest wait. */
  readonly isSpendingLost?: boolean;
  readonly observer?: ReaderObserver;
}

export class Reader {
  readonly journal: Journal;
  /** What people see and hear. */
  readonly signals: Signals;
  readonly #ports: ReaderPorts;
  readonly #policy: Policy;
  readonly #observer: ReaderObserver;
  readonly #facts: Facts;
  readonly #time: SeenTime;
  readonly #lock: Lock;
  readonly #openings: Openings;
  readonly #tally: LockoutTally;
  readonly #machine;
  readonly #door;
  readonly #doorSide: DoorSide;
  readonly #orders: Orders;
  readonly #passing: PassingFacts;
  readonly #mode: ModeKeeper;
  readonly #offline: OfflineTime;
  readonly #enrolment: Enrolment;
  readonly #line: LineSide | undefined;
  readonly #wire: OpenedLine | undefined;
  #isTableDamaged = false;
  #isStopped = false;
  #housekeeping: unknown;

  /**
   * Secures the strike before anything else, takes up what the last start left, then listens. Rejects with a Fault when
   * the journal cannot be read.
   */
  static async start(parts: ReaderParts): Promise<Reader> {
    const { clock, crypto, records, strike } = parts.ports;
    const secured = await within(clock, secureLimitMs, strike.secure()).then(
      () => undefined,
      (thrown: unknown) => asFault(thrown, 'strike.failed', 'the strike could not be secured at start'),
    );
    const { policy, journalLimits: limits, isSpendingLost = false, areSettingsAccepted = false } = parts;
    // A door without a line starts without what speaks on one.
    const lineSide = parts.line && import('./reader/line-side.ts');
    const memory = await openMemory({ clock, crypto, records, policy, limits, isSpendingLost, areSettingsAccepted });
    const reader = new Reader(parts, memory, (await lineSide)?.openLine);
    reader.tell({ code: 'reader.started', fields: { mode: reader.mode, version: parts.ports.table.state()?.version ?? 0 } });
    if (secured !== undefined) reader.tell({ code: 'strike.failed', fields: { fault: secured.code } });
    return reader;
  }

  private constructor(parts: ReaderParts, opened: Memory, open: typeof openLine | undefined) {
    const { ports, policy } = parts;
    const { clock } = ports;
    this.journal = opened.journal;
    this.#ports = ports;
    this.#policy = policy;
    this.#line = parts.line;
    this.#observer = parts.observer ?? {};
    this.#facts = opened.facts;
    this.#time = opened.time;
    this.#passing = new PassingFacts(clock, opened.journal, opened.facts);
    this.#lock = new Lock(clock, ports.strike, { toDoor: (event) => this.#door.send(event), tell: (event) => this.tell(event) });
    this.#openings = new Openings(opened.journal, this.#lock, {
      isPanels: () => this.#wire?.panel.decider === 'panel',
      recorded: (event) => this.#recorded([event]),
      tell: (event) => this.tell(event),
    });
    this.#tally = new LockoutTally(clock, (event) => this.tell(event));
    this.signals = new Signals(clock, ports.lights, ports.buzzer);
    const hasController = parts.hasController === true || parts.line !== undefined;
    this.#offline = new OfflineTime(clock, opened.facts, hasController);
    this.#enrolment = new Enrolment(clock, { report: (report) => this.#wire?.link.report(report), tell: (event) => this.tell(event) });

    this.#machine = this.#startMachine(parts, opened);
    this.#mode = new ModeKeeper({
      policy,
      passing: this.#passing,
      openings: this.#openings,
      lock: this.#lock,
      inForce: () => this.mode,
      toReader: (event) => this.#machine.send(event),
      tell: (event) => this.tell(event),
    });
    this.#door = this.#startDoor();
    this.#doorSide = new DoorSide(hasKeypad(policy.model) ? ports : { ...ports, keypad: undefined }, {
      takesKey: (key) => this.#wire?.panel.key(key) === true,
      takesCard: (card) => this.#wire?.panel.card(card) === true,
      inputChanged: (input, isActive) => this.#wire?.inputChanged(input, isActive),
      toReader: (event) => this.#machine.send(event),
      toDoor: (event) => this.#door.send(event),
      tell: (event) => this.tell(event),
    });
    this.#orders = new Orders({
      crypto: ports.crypto,
      journal: opened.journal,
      facts: opened.facts,
      trust: parts.keys?.trust,
      handlers: this.#orderHandlers(opened, parts.waitingSettings),
      waitingSettings: parts.waitingSettings?.hash,
      clock,
      wall: () => this.#time.now(),
      tell: (event) => this.tell(event),
    });
    this.#machine.subscribe(() => this.#rest());
    this.signals.play('started');
    this.#rest();
    this.#scheduleHousekeeping();
    this.#wire = parts.line && open?.(this.#lineParts(parts.line, parts, opened));
    if (hasController && policy.offline !== undefined) this.#passing.repeat(() => this.#passingFacts());
  }

  get mode(): Mode {
    return this.#machine.getSnapshot().context.mode;
  }

  /** The state of the rules, for a diagram that lights up and for status. Holds no digits. */
  get states(): { readonly reader: Readonly<Record<string, unknown>>; readonly door: Readonly<Record<string, unknown>> } {
    return { reader: this.#machine.getSnapshot().value, door: this.#door.getSnapshot().value };
  }

  /** Takes an event that nobody waits for to the journal. */
  tell(event: AccessEvent): void {
    // What a port answers after the end belongs to nobody: the next start numbers its own events.
    if (this.#isStopped) return;
    if (event.code === 'table.damaged' || event.code === 'table.applied') this.#isTableDamaged = event.code === 'table.damaged';
    this.journal.tell(event);
    this.#observer.happened?.(event);
  }

  /** Changes the mode, or gives the reason why this model refuses it. Who may ask is the caller's to know. */
  setMode(mode: Mode): Result<Mode, string> {
    return this.#mode.set(mode);
  }

  /** The line to the controller came or went. It changes no decision, save for limits on offline service (R15). */
  linkChanged(isUp: boolean): void {
    if (!this.#offline.linkChanged(isUp)) return;
    if (isUp) this.#passing.keep(this.#facts.setOfflineMs(0));
    this.tell({ code: isUp ? 'link.found' : 'link.lost' });
    this.#rest();
  }

  /** Obeys a signed order, or gives the reason why not; both are events. Never rejects. */
  obey(order: Uint8Array): Promise<Result<OrderKind, OrderFailure>> {
    return this.#orders.obey(order);
  }

  /** Secures the strike, puts what was told on disk and lets go of every port. Never rejects. */
  async stop(): Promise<void> {
    const { clock } = this.#ports;
    this.#wire?.stop();
    this.#doorSide.stop();
    this.#orders.stop();
    this.#passing.stop();
    this.#machine.stop();
    this.signals.stop();
    clock.clearTimeout(this.#housekeeping);
    await this.#lock.secure();
    this.#door.stop();
    this.#tally.sumUp();
    this.#passing.keep(...this.#passingFacts());
    this.tell({ code: 'reader.stopped' });
    this.#isStopped = true;
    await this.journal.close().catch(() => undefined);
  }

  #startMachine(parts: ReaderParts, { journal, attempts, budgets, mode, lockoutMs }: Memory) {
    const { clock, crypto, table } = this.#ports;
    const answers: AnswerParts = {
      crypto,
      journal,
      attempts,
      budgets,
      table,
      tableKey: parts.keys?.tableKey,
      spending: new Set(),
      wall: () => this.#time.now(),
      offlineMs: () => this.#offline.ms,
      tell: (event) => this.tell(event),
      recorded: (events) => this.#recorded(events),
      unknownCard: (card) => this.#enrolment.offer(card),
      lockoutBegan: (owner) => {
        const waitMs = budgets.waitMs('door');
        if (owner === 'door' && waitMs > 0) this.#machine.send({ type: 'lockout.began', waitMs });
      },
      countLockedOut: (owner) => this.#tally.count(owner),
      release: (holdMs, cause) => this.#lock.release(holdMs, cause),
    };
    const machine = readerMachine.provide({
      actors: {
        decide: fromPromise(async ({ input, signal }: { input: Question; signal: AbortSignal }) => {
          const verdict = await decide(input, this.#policy, new Answers(answers), () => signal.aborted);
          return { verdict, atMs: clock.nowMs() };
        }),
        unlock: fromPromise(({ input, signal }: { input: { readonly holdMs: number }; signal: AbortSignal }) =>
          this.#openings.unlock(input.holdMs, () => signal.aborted),
        ),
      },
    });
    const actor = createActor(machine, { clock, input: { policy: this.#policy, mode, lockoutMs } });
    actor.on('signal', ({ signal }) => {
      this.signals.play(signal);
      this.#observer.signalled?.(signal);
    });
    actor.on('tell', ({ event }) => this.tell(event));
    actor.on('strike.hold', ({ holdMs }) => void this.#lock.releaseAndTell(holdMs));
    actor.on('strike.secure', () => void this.#lock.secure());
    return actor.start();
  }

  #startDoor() {
    const actor = createActor(doorMachine, { clock: this.#ports.clock, input: { policy: this.#policy } });
    actor.on('tell', ({ event }) => this.tell(event));
    actor.on('strike.secure', () => {
      // An unlocked door stays unlocked when somebody opens it (R7).
      if (this.mode !== 'unlocked') void this.#lock.secure();
    });
    actor.on('strike.release', ({ holdMs }) => void this.#lock.releaseAndTell(holdMs));
    return actor.start();
  }

  #orderHandlers({ journal, facts, time, budgets }: Memory, waitingSettings: WaitingSettings | undefined) {
    const line = this.#line;
    return orderHandlersOf({
      clock: this.#ports.clock,
      journal,
      facts,
      time,
      budgets,
      setMode: (mode) => this.#mode.setAndKeep(mode),
      release: (isStale) => this.#openings.release(this.#policy.strikeMs, isStale),
      lockoutCleared: () => this.#machine.send({ type: 'lockout.cleared' }),
      recorded: (event) => this.#recorded([event]),
      tell: (event) => this.tell(event),
      waitingSettings,
      enrol: line && (() => this.#enrolment.begin()),
      handOver: line && (async (isHandedOver) => this.#wire?.handOver(isHandedOver)),
    });
  }

  #lineParts(side: LineSide, { ports, keys, waitingSettings }: ReaderParts, memory: Memory): LineSideParts {
    return {
      side,
      ports,
      memory,
      trust: keys?.trust,
      waitingSettings: waitingSettings?.hash,
      policy: this.#policy,
      mode: () => this.mode,
      states: () => this.states,
      isActive: (input) => this.#doorSide.isActive(input),
      isTableDamaged: () => this.#isTableDamaged,
      linkChanged: (isUp) => this.linkChanged(isUp),
      obey: (order) => this.obey(order),
      setMode: (mode) => this.#mode.setAndKeep(mode),
      tell: (event) => this.tell(event),
      face: this.signals,
      lock: this.#lock,
      toReader: (event) => this.#machine.send(event),
      openings: this.#openings,
    };
  }

  #recorded(events: readonly AccessEvent[]): void {
    for (const event of events) this.#observer.happened?.(event);
  }

  #rest(): void {
    const { context, value } = this.#machine.getSnapshot();
    this.signals.rest(
      restingOf({
        mode: context.mode,
        isUnlocked: value.passage === 'unlocked',
        isWindowOpen: value.window === 'open' || value.window === 'ending',
        isLockedOut: value.pinPath === 'lockedOut',
        isOffline: this.#offline.isOffline,
      }),
    );
  }

  #scheduleHousekeeping(): void {
    this.#housekeeping = this.#ports.clock.setTimeout(() => {
      this.#scheduleHousekeeping();
      void this.#keepHouse();
    }, housekeepingMs);
  }

  async #keepHouse(): Promise<void> {
    this.#passing.keep(...this.#passingFacts());
    const isWhole = await this.#ports.table.scrub().catch(() => false);
    if (!isWhole) this.tell({ code: 'table.damaged', fields: { by: 'scrub' } });
  }

  /** What would otherwise be forgotten by a restart: how late it is, and how long nobody has called. */
  #passingFacts(): Change[] {
    return [...this.#time.keep(), ...this.#offline.keep()];
  }
}
