/**
 * Keeps the table of one reader in step with the people of the site: asks what it has, has the next file made, sends it, and looks again until
 * nothing is left to do. Revocations go first, and overtake a table on its way. Slower each time it does not come through, and after a while
 * not at all until something changes. Which step is next is next-table.ts's, what a file holds table-office.ts's.
 */
import { type Outcome, type TableStatus, tableFileType } from '../../src/link/messages.ts';
import type { FileOutcome, FileRefusal, FileToSend } from '../../src/osdp/acu-events.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { Result } from '../../src/shared/result.ts';
import type { Alarms } from './alarms.ts';
import type { ControllerStore } from './controller-store.ts';
import { decideTable, type NextStep, type TableDecision, type TableKnowledge } from './next-table.ts';
import type { PrivateCommands } from './private-commands.ts';
import type { Outgoing } from './site-store.ts';
import type { TableOffice } from './table-office.ts';

/** After the first failure; doubled by each further one. */
const firstRetryMs = 1_000;
const maxRetryMs = 60_000;
/** After so many failures in a row it is left until the next hour, session or change of people. */
export const maxFailures = 8;
/** The word on a file comes soon after its transfer. */
const tableWordMs = 5_000;

/** What the same file again does not mend, and a snapshot with a version of its own may. */
const forSnapshot: readonly Outcome[] = ['wrongBase', 'wrongContent', 'contradiction', 'staleVersion', 'wrongBody'];

export interface TableKeeperParts {
  readonly store: ControllerStore;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly commands: PrivateCommands;
  readonly alarms: Alarms;
  readonly office: TableOffice;
  /** Of the reader, in the store. */
  readonly reader: number;
  sendFile(file: FileToSend): Result<undefined, FileRefusal>;
  /** What it said of its table. */
  told(status: TableStatus): void;
  /** `state` has changed. */
  became(): void;
  /** The store failed: everything of this reader waits. */
  failed(thrown: unknown): void;
}

export type KeepingState = 'offline' | 'working' | 'inStep' | 'waiting' | 'suspended';

export class TableKeeper {
  readonly #parts: TableKeeperParts;
  #state: KeepingState = 'offline';
  #isRunning = false;
  #isOnline = false;
  /** Counted: what a look at one session has found is nothing for the next. */
  #session = 0;
  /** Something has changed since it was last looked at. */
  #isWanted = false;
  #failures = 0;
  #mustSnapshot = false;
  #retry: unknown;
  #said: TableStatus | undefined;
  #isRevoking = false;
  #isRevocationWanted = false;
  /** The list it has is one of ours: what goes on from it leaves nothing out. */
  #mayRevoke = false;
  #revoked = 0;
  #fileEnded: ((outcome: FileOutcome) => void) | undefined;
  #tableWord: ((outcome: Outcome | undefined) => void) | undefined;

  constructor(parts: TableKeeperParts) {
    this.#parts = parts;
  }

  get state(): KeepingState {
    return this.#state;
  }

  /** A session is open, or a good while has passed: what was given up is tried anew. */
  begin(): void {
    this.#isOnline = true;
    this.#failures = 0;
    this.#want();
  }

  /** People have changed. */
  changed(): void {
    this.#failures = 0;
    if (!this.#isOnline) return;
    // What is on its way goes on; who counts no longer is told at once.
    if (this.#isRunning && this.#said !== undefined) void this.#guarded(() => this.#revoke());
    this.#want();
  }

  end(): void {
    this.#isOnline = false;
    this.#session += 1;
    this.#said = undefined;
    this.#become('offline');
    this.#parts.clock.clearTimeout(this.#retry);
    this.#fileEnded?.({ kind: 'interrupted', offset: 0 });
    this.#tableWord?.(undefined);
  }

  fileEnded(outcome: FileOutcome): void {
    this.#fileEnded?.(outcome);
  }

  /** `table`, at a poll. */
  tableTold(outcome: Outcome): void {
    if (forSnapshot.includes(outcome)) this.#mustSnapshot = true;
    this.#tableWord?.(outcome);
  }

  #want(): void {
    this.#isWanted = true;
    this.#parts.clock.clearTimeout(this.#retry);
    if (!this.#isRunning) void this.#guarded(() => this.#run());
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#parts.failed(thrown);
      this.#failed();
    }
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#isWanted && this.#isOnline) {
        this.#isWanted = false;
        this.#become('working');
        await this.#look();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  async #look(): Promise<void> {
    const session = this.#session;
    const said = await this.#parts.commands.ask('table');
    if (session !== this.#session) return;
    if (said?.page !== 'table') {
      this.#failed();
      return;
    }
    this.#said = said;
    this.#revoked = said.revocation;
    this.#parts.told(said);
    const decision = await this.#decide(said);
    if (session !== this.#session) return;
    this.#mayRevoke = decision.inForce !== undefined && said.revocation >= decision.inForce.state.revocation;
    await this.#revoke();
    if (session !== this.#session) return;
    const step: NextStep = this.#mustSnapshot && decision.step.kind !== 'nothing' ? { kind: 'snapshot' } : decision.step;
    if (step.kind === 'nothing') await this.#settle(said);
    else await this.#send(step, said, session);
  }

  /** What to do, with what the reader says put on disk first: a version seen there is never made again. */
  async #decide(said: TableStatus): Promise<TableDecision> {
    const { store, reader, office, alarms, crypto } = this.#parts;
    const outgoing = await store.site.outgoing(reader);
    const inForce = await store.site.inForce(reader);
    const stand = await store.people.stand();
    const counts = new Map<number, number | undefined>();
    for (const edition of [outgoing?.edition, inForce])
      if (edition !== undefined) counts.set(edition.throughChange, await store.people.changeCount(edition.throughChange));
    const knowledge: TableKnowledge = {
      stand,
      inForce,
      outgoing: outgoing && { edition: outgoing.edition, headerHash: office.headerHash(outgoing), bytes: outgoing.file.length },
      changeCount: (from) => counts.get(from),
      isSame: (left, right) => crypto.isEqual(left, right),
    };
    const decision = decideTable(said, knowledge);
    for (const alarm of decision.alarms) alarms.raise(alarm, `version ${said.version}`);
    if (said.revocation > stand.revocation) await store.people.raiseRevocation(said.revocation);
    if (decision.inForce !== undefined && decision.inForce === outgoing?.edition) {
      await store.site.keepInForce(reader, decision.inForce);
      this.#failures = 0;
    }
    return decision;
  }

  /** Ahead of any table, and beside one that is on its way. */
  async #revoke(): Promise<void> {
    const said = this.#said;
    if (!this.#mayRevoke || said === undefined || !said.isKeyed || said.isReadOnly) return;
    this.#isRevocationWanted = true;
    if (this.#isRevoking) return;
    this.#isRevoking = true;
    try {
      while (this.#isRevocationWanted && this.#isOnline) {
        this.#isRevocationWanted = false;
        if (!(await this.#tellRevocations(this.#session))) return;
      }
    } finally {
      this.#isRevoking = false;
    }
  }

  /** False: one was refused, which the table that follows makes good. */
  async #tellRevocations(session: number): Promise<boolean> {
    const { commands, office } = this.#parts;
    for (;;) {
      const next = await office.revocation(this.#revoked);
      if (next === undefined || session !== this.#session) return true;
      const told = await commands.tellFile('revocation', () => Promise.resolve(next.file));
      if (told !== 'done') return false;
      this.#revoked = Math.max(this.#revoked, next.number);
    }
  }

  async #send(step: Exclude<NextStep, { kind: 'nothing' }>, said: TableStatus, session: number): Promise<void> {
    const { alarms, office, reader, store } = this.#parts;
    const made = step.kind === 'delta' ? await office.delta(step.base) : step.kind === 'snapshot' ? await office.snapshot(said.version) : undefined;
    if (session !== this.#session) return;
    if (made !== undefined && !made.ok) {
      alarms.raise(made.failure === 'contradiction' ? 'table.contradiction' : 'table.notTaken', made.failure);
      this.#suspend();
      return;
    }
    const outgoing = made === undefined ? await store.site.outgoing(reader) : made.value;
    if (outgoing === undefined || session !== this.#session) return;
    if (step.kind === 'snapshot') this.#mustSnapshot = false;
    const firstOffset = step.kind === 'send' ? step.firstOffset : 0;
    const isSent = await this.#transfer(outgoing, firstOffset);
    if (session !== this.#session) return;
    // A reader that takes a file and does not have it afterwards is no better than one that refuses it.
    if (isSent) this.#failures += 1;
    if (isSent && this.#failures < maxFailures) this.#isWanted = true;
    else this.#failed();
  }

  /** True when the reader has all of the file and has put it in force. */
  async #transfer({ file }: Outgoing, firstOffset: number): Promise<boolean> {
    const word = new Promise<Outcome | undefined>((resolve) => {
      this.#tableWord = resolve;
    });
    const sent = this.#parts.sendFile({ type: tableFileType, bytes: file, firstOffset });
    if (!sent.ok) return false;
    const ended = await new Promise<FileOutcome>((resolve) => {
      this.#fileEnded = resolve;
    });
    this.#fileEnded = undefined;
    if (ended.kind === 'ended' && ended.status === 'processed') return true;
    // Cut off, it goes on where it was: there is no word to come.
    if (ended.kind === 'interrupted') return false;
    // Why it was refused comes at a poll.
    const timer = this.#parts.clock.setTimeout(() => this.#tableWord?.(undefined), tableWordMs);
    if (!this.#isOnline) this.#tableWord?.(undefined);
    const outcome = await word;
    this.#parts.clock.clearTimeout(timer);
    return outcome === 'done';
  }

  async #settle({ isKeyed, isReadOnly }: TableStatus): Promise<void> {
    this.#failures = 0;
    this.#become(isKeyed && !isReadOnly ? 'inStep' : 'suspended');
    await this.#forgetOld();
  }

  #become(state: KeepingState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#parts.became();
  }

  /** What every reader has taken in is needed by none. */
  async #forgetOld(): Promise<void> {
    const { store } = this.#parts;
    const editions = await store.site.editionsInForce();
    const all = editions.filter((edition) => edition !== undefined);
    if (all.length < editions.length) return;
    await store.people.forget({
      change: Math.min(...all.map(({ throughChange }) => throughChange)),
      revocation: Math.min(...all.map(({ state }) => state.revocation)),
    });
  }

  #failed(): void {
    if (!this.#isOnline) return;
    this.#failures += 1;
    if (this.#failures >= maxFailures) {
      this.#parts.alarms.raise('table.notTaken');
      this.#suspend();
      return;
    }
    this.#become('waiting');
    const delayMs = Math.min(maxRetryMs, firstRetryMs * 2 ** (this.#failures - 1));
    this.#retry = this.#parts.clock.setTimeout(() => this.#want(), delayMs);
  }

  #suspend(): void {
    this.#isWanted = false;
    this.#become('suspended');
  }
}
