/**
 * Takes a file from the line to the disk: gathers its fragments, because the line does not wait for a disk, and tells the sender to wait in its
 * stead. The steps are sync-machine.ts's; what the file is, where it is kept and when it is refused is its intake's (table-intake.ts,
 * update-intake.ts).
 */
import { createActor, fromPromise } from 'xstate';
import type { FileSink, FileStep } from '../osdp/file-receiver.ts';
import type { Clock } from '../ports/clock.ts';
import { present } from '../shared/assert.ts';
import { failed, ok } from '../shared/result.ts';
import type { Outcome } from './messages.ts';
import { type Applied, type Stored, type SyncState, syncMachine } from './sync-machine.ts';

/** With so many bytes gathered the sender is asked to pause. */
export const pauseBytes = 16_384;
/** A sender that does not pause is cut off here. One write takes as much. */
export const maxGatheredBytes = 65_536;
/** How long the sender waits before its next fragment, or before it asks again whether the whole file is in force. */
export const pauseMs = 200;

/** What becomes of the bytes of one type of file. */
export interface FileIntake {
  /** Of FILETRANSFER. */
  readonly type: number;
  /** The first bytes, which are looked at together: a file that nobody wants is refused before its body has come. */
  readonly headBytes: number;
  /** Gathered bytes that are worth a write: a write costs the disk as much as this, and so much at most is sent again after a power cut. */
  readonly storeBytes: number;
  /** Why no file of this length is taken, from `offset` on. */
  begin(totalBytes: number, offset: number): Outcome | undefined;
  /** How many bytes of the file are on disk with these, which stand at `offset`. The first are `headBytes` at least. */
  store(offset: number, totalBytes: number, bytes: Uint8Array): Promise<Stored>;
  /** All of it is on disk. */
  apply(): Promise<Applied>;
  /** What became of the file. */
  ended(outcome: Outcome): void;
}

/** What may succeed at another time is not called wrong. */
const passing: readonly (Outcome | undefined)[] = ['failed', 'diskFull', 'notKeyed', 'onTrial', 'underWay'];
const refusedStep = (refusal: Outcome | undefined): FileStep => (passing.includes(refusal) ? { status: 'aborted' } : { status: 'malformed' });

export class FileSync implements FileSink {
  readonly #intake: FileIntake;
  readonly #actor;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;

  constructor(clock: Clock, intake: FileIntake) {
    this.#intake = intake;
    const machine = syncMachine.provide({
      actors: {
        store: fromPromise(({ input }: { input: { readonly offset: number } }) => this.#store(input.offset)),
        apply: fromPromise(() => intake.apply()),
      },
    });
    this.#actor = createActor(machine, { clock });
    this.#actor.on('file.inForce', () => intake.ended('done'));
    this.#actor.on('file.refused', ({ refusal }) => this.#refused(refusal));
    this.#actor.start();
  }

  /** For status, and for a diagram that lights up. */
  get state(): SyncState {
    return this.#actor.getSnapshot().value.file;
  }

  stop(): void {
    this.#actor.stop();
  }

  begin(type: number, totalBytes: number, offset: number): FileStep {
    if (type !== this.#intake.type) return { status: 'unrecognised' };
    // What is under way for an earlier transfer ends by itself, soon.
    if (this.state === 'gathering' || this.state === 'storing' || this.state === 'applying') return { status: 'aborted' };
    const refusal = totalBytes < this.#intake.headBytes ? 'malformed' : this.#intake.begin(totalBytes, offset);
    if (refusal !== undefined) {
      this.#refused(refusal);
      return refusedStep(refusal);
    }
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#actor.send({ type: 'file.begun', totalBytes, offset });
    return { status: 'goOn' };
  }

  write(_: number, data: Uint8Array): FileStep {
    const { context } = this.#actor.getSnapshot();
    if (this.state === 'refused') return refusedStep(context.refusal);
    if (this.#gatheredBytes + data.length > maxGatheredBytes) {
      this.#actor.send({ type: 'file.cut' });
      return { status: 'aborted' };
    }
    this.#gathered.push(data);
    this.#gatheredBytes += data.length;
    if (this.#isWorthWriting(context.storedBytes)) this.#actor.send({ type: 'file.gathered' });
    return this.#gatheredBytes >= pauseBytes ? { status: 'goOn', delayMs: pauseMs } : { status: 'goOn' };
  }

  finish(): FileStep {
    const { context } = this.#actor.getSnapshot();
    if (this.state === 'gathering' || (this.state === 'storing' && !context.isWhole)) this.#actor.send({ type: 'file.whole' });
    if (this.state === 'inForce') return { status: 'processed' };
    return this.state === 'refused' ? refusedStep(context.refusal) : { status: 'finishing', delayMs: pauseMs };
  }

  abort(): void {
    this.#actor.send({ type: 'file.cut' });
  }

  #isWorthWriting(storedBytes: number): boolean {
    const { headBytes, storeBytes } = this.#intake;
    return this.#gatheredBytes >= (storedBytes === 0 ? headBytes : storeBytes);
  }

  /** Writes what was gathered, until little is left; all of it where no more will come. */
  async #store(offset: number): Promise<Stored> {
    for (let at = offset; ; ) {
      const { totalBytes, isWhole, isCut } = this.#actor.getSnapshot().context;
      const isEnd = isWhole || isCut;
      if (this.#gatheredBytes === 0 && isWhole && at < totalBytes) return failed('incomplete');
      if (at === totalBytes || this.#gatheredBytes === 0 || !(isEnd || this.#isWorthWriting(at))) return ok(at);
      // A head that is cut off is not worth keeping.
      if (at === 0 && this.#gatheredBytes < this.#intake.headBytes) return ok(0);
      const stored = await this.#intake.store(at, totalBytes, this.#takeGathered());
      if (!stored.ok) return stored;
      at = stored.value;
    }
  }

  #takeGathered(): Uint8Array {
    const bytes = new Uint8Array(this.#gatheredBytes);
    let at = 0;
    for (const piece of this.#gathered) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#gathered = [];
    this.#gatheredBytes = 0;
    return bytes;
  }

  #refused(refusal: Outcome): void {
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#intake.ended(refusal);
  }
}

/** The files of all types: one transfer is under way at a time, each type has its own disk. */
export class FileSyncs implements FileSink {
  readonly #syncs: readonly FileSync[];
  #current: FileSync | undefined;

  constructor(syncs: readonly FileSync[]) {
    this.#syncs = syncs;
  }

  stop(): void {
    for (const sync of this.#syncs) sync.stop();
  }

  begin(type: number, totalBytes: number, offset: number): FileStep {
    for (const sync of this.#syncs) {
      const step = sync.begin(type, totalBytes, offset);
      if (step.status === 'unrecognised') continue;
      this.#current = sync;
      return step;
    }
    return { status: 'unrecognised' };
  }

  write(offset: number, data: Uint8Array): FileStep {
    return present(this.#current, 'bytes follow a beginning').write(offset, data);
  }

  finish(): FileStep {
    return present(this.#current, 'an end follows a beginning').finish();
  }

  abort(): void {
    this.#current?.abort();
  }
}
