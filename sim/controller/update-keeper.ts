/**
 * Brings one reader the update that was offered to it: asks what it has, sends the rest in the time that tables leave, and looks again until the
 * reader runs it or has refused it. A transfer of hours goes on where it was cut off, in whatever session. Which update is offered to whom is
 * update-desk.ts's; whether it is a good one, and whether it is put in force, the reader decides.
 */
import { type Outcome, type UpdateStatus, updateFileType } from '../../src/link/messages.ts';
import type { FileOutcome } from '../../src/osdp/acu-events.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { PrivateCommands } from './private-commands.ts';
import type { ReaderLine } from './reader-state.ts';

/** After the first failure; doubled by each further one. */
const firstRetryMs = 1_000;
const maxRetryMs = 60_000;
/** After so many in a row without a byte that came through it is left for an hour, or until the next session. */
export const maxFailures = 8;
/** What was given up is tried anew after so long. */
const restMs = 3_600_000;
/** How often a reader is asked that puts an update into its slot; and when it should have started anew, however slow its card is. */
const installLookMs = 15_000;
const installLimitMs = 1_800_000;

/** As a file says of itself: update-desk.ts. */
export interface OfferedUpdate {
  readonly release: number;
  readonly version: string;
  /** 32 bytes. */
  readonly headHash: Uint8Array;
  readonly bytes: Uint8Array;
}

export type UpdateStep =
  /** For the reader, for tables, or for its next try. */
  | 'waiting'
  | 'sending'
  /** The reader has all of it. */
  | 'installing'
  /** The reader runs it; whether it stays is told by events. */
  | 'inForce'
  | 'refused'
  /** The reader takes no updates over its line. */
  | 'impossible';

export interface UpdateState {
  readonly release: number;
  readonly version: string;
  readonly step: UpdateStep;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** Why it was refused, or not taken at the last try. */
  readonly refused: Outcome | undefined;
}

export interface UpdateKeeperParts {
  readonly clock: Clock;
  readonly crypto: Pick<Crypto, 'isEqual'>;
  readonly commands: PrivateCommands;
  readonly line: Pick<ReaderLine, 'sendFile' | 'withdrawFile'>;
  /** Its table is in step, or nothing can be done about that. */
  mayTakeTime(): boolean;
  /** `state` has changed. */
  became(): void;
}

interface Installing {
  readonly session: number;
  readonly atMs: number;
}

const ends: readonly UpdateStep[] = ['inForce', 'refused', 'impossible'];

export class UpdateKeeper {
  readonly #parts: UpdateKeeperParts;
  #offered: OfferedUpdate | undefined;
  #step: UpdateStep = 'waiting';
  #refused: Outcome | undefined;
  #receivedBytes = 0;
  /** When, and in which session, the reader had all of it and was putting it into its slot. */
  #installing: Installing | undefined;
  #isOnline = false;
  #isRunning = false;
  #isWanted = false;
  /** Counted. */
  #session = 0;
  #failures = 0;
  #failedMs = Number.NEGATIVE_INFINITY;
  #timer: unknown;
  #ended: (() => void) | undefined;
  #fileEnded: ((outcome: FileOutcome) => void) | undefined;

  constructor(parts: UpdateKeeperParts) {
    this.#parts = parts;
  }

  get state(): UpdateState | undefined {
    if (this.#offered === undefined) return undefined;
    const { release, version, bytes } = this.#offered;
    return { release, version, step: this.#step, receivedBytes: this.#receivedBytes, totalBytes: bytes.length, refused: this.#refused };
  }

  /** In place of what was offered before; undefined: nothing any more. What the reader has of it stays there, and does nothing. `ended`: nothing is left to do. */
  offer(update: OfferedUpdate | undefined, ended?: () => void): void {
    if (this.#fileEnded !== undefined) this.#parts.line.withdrawFile(updateFileType);
    this.#offered = update;
    this.#ended = ended;
    this.#refused = undefined;
    this.#receivedBytes = 0;
    this.#installing = undefined;
    this.#failures = 0;
    this.#become('waiting');
    this.#want();
  }

  /** A session is open. */
  begin(): void {
    this.#isOnline = true;
    this.#session += 1;
    this.#failures = 0;
    this.#want();
  }

  end(): void {
    this.#isOnline = false;
    this.#parts.clock.clearTimeout(this.#timer);
    this.#fileEnded?.({ kind: 'interrupted', offset: 0 });
    if (this.#step === 'sending') this.#become('waiting');
  }

  /** Some time has passed. */
  look(): void {
    const hasRested = this.#parts.clock.nowMs() - this.#failedMs >= restMs;
    if (hasRested) this.#failures = 0;
    if (this.#step === 'waiting' && this.#failures === 0) this.#want();
  }

  /** The table is in step again, or is not any more. */
  tablesBecame(): void {
    if (this.#parts.mayTakeTime() && this.#step === 'waiting' && this.#failures === 0) this.#want();
  }

  /** Of the file that is on its way, whichever that is. */
  progressed(offset: number): void {
    if (this.#fileEnded === undefined || this.#step !== 'sending') return;
    this.#receivedBytes = offset;
    this.#failures = 0;
  }

  fileEnded(outcome: FileOutcome): void {
    this.#fileEnded?.(outcome);
  }

  #want(): void {
    this.#isWanted = true;
    this.#parts.clock.clearTimeout(this.#timer);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#isWanted && this.#isOnline && this.#offered !== undefined && !ends.includes(this.#step)) {
      this.#isWanted = false;
      if (this.#parts.mayTakeTime()) await this.#look(this.#offered);
      else this.#become('waiting');
    }
    this.#isRunning = false;
  }

  async #look(offered: OfferedUpdate): Promise<void> {
    const said = await this.#ask();
    if (offered !== this.#offered) return;
    if (said === undefined) {
      this.#failed();
      return;
    }
    const isOurs = this.#parts.crypto.isEqual(said.headHash, offered.headHash);
    this.#receivedBytes = isOurs ? said.receivedBytes : 0;
    if (said.release === 0) this.#become('impossible');
    else if (said.release === offered.release) this.#become('inForce');
    else if (said.isWhole) this.#installs(isOurs);
    else if (this.#installing !== undefined) this.#wasInstalled(said, this.#installing);
    else await this.#send(offered, isOurs ? said.receivedBytes : 0);
  }

  async #ask(): Promise<UpdateStatus | undefined> {
    const said = await this.#parts.commands.ask('update');
    return said?.page === 'update' ? said : undefined;
  }

  /** The reader has a whole update: ours, or another one that goes first. */
  #installs(isOurs: boolean): void {
    if (isOurs) this.#installing = { session: this.#session, atMs: this.#installing?.atMs ?? this.#parts.clock.nowMs() };
    this.#become(isOurs ? 'installing' : 'waiting');
    this.#again(installLookMs);
  }

  /** It is there no more, and does not run. In the session in which it was whole the reader may be about to start anew. */
  #wasInstalled({ refused }: UpdateStatus, { session, atMs }: Installing): void {
    const isAboutTo = session === this.#session && this.#parts.clock.nowMs() - atMs < installLimitMs;
    if (refused === 'done' && isAboutTo) this.#again(installLookMs);
    else this.#refuse(refused === 'done' ? 'notDone' : refused);
  }

  async #send(offered: OfferedUpdate, firstOffset: number): Promise<void> {
    const sent = this.#parts.line.sendFile({ type: updateFileType, bytes: offered.bytes, firstOffset }, true);
    if (!sent.ok) {
      this.#failed();
      return;
    }
    this.#become('sending');
    const ended = await new Promise<FileOutcome>((resolve) => {
      this.#fileEnded = resolve;
    });
    this.#fileEnded = undefined;
    if (offered !== this.#offered) return;
    if (ended.kind === 'ended' && ended.status === 'processed') this.#isWanted = true;
    else if (ended.kind === 'aborted' || ended.kind === 'interrupted') this.#again(firstRetryMs);
    else await this.#sawRefused(offered, ended);
    if (this.#step === 'sending') this.#become('waiting');
  }

  /** Why, the reader says when it is asked. */
  async #sawRefused(offered: OfferedUpdate, ended: FileOutcome): Promise<void> {
    const said = this.#isOnline && ended.kind === 'ended' ? await this.#ask() : undefined;
    if (offered !== this.#offered) return;
    this.#refused = said === undefined || said.refused === 'done' ? undefined : said.refused;
    if (ended.kind === 'ended' && ended.status !== 'aborted' && this.#refused !== undefined) this.#refuse(this.#refused);
    else this.#failed();
  }

  #refuse(refused: Outcome): void {
    this.#refused = refused;
    this.#receivedBytes = 0;
    this.#become('refused');
  }

  #failed(): void {
    if (!this.#isOnline) return;
    this.#failures += 1;
    this.#failedMs = this.#parts.clock.nowMs();
    this.#become('waiting');
    if (this.#failures < maxFailures) this.#again(Math.min(maxRetryMs, firstRetryMs * 2 ** (this.#failures - 1)));
  }

  #again(afterMs: number): void {
    this.#timer = this.#parts.clock.setTimeout(() => this.#want(), afterMs);
  }

  #become(step: UpdateStep): void {
    if (step === this.#step) return;
    this.#step = step;
    if (step !== 'waiting' && step !== 'refused') this.#refused = undefined;
    if (ends.includes(step)) this.#ended?.();
    this.#parts.became();
  }
}
