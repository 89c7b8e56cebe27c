/**
 * Takes a file of the PIN table from the line to the disk: gathers its fragments, because the line does not wait for a disk, and tells the
 * sender to wait in its stead. The steps are sync-machine.ts's; whether a file may be put in force is table/'s, and here only that nothing
 * older than what was ever in force comes back with a disk that was put back (SECURITY C10).
 */
import { createActor, fromPromise } from 'xstate';
import type { FileSink, FileStep } from '../osdp/file-receiver.ts';
import type { Clock } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { TableState, TableStore } from '../ports/table-store.ts';
import { failed, ok } from '../shared/result.ts';
import { headerBytes, readHeader, type Trust } from '../table/header.ts';
import { maxFileBytes } from '../table/limits.ts';
import type { LinkEvent } from './link-host.ts';
import { type Outcome, tableFileType } from './messages.ts';
import { type Applied, type Stored, type SyncState, syncMachine } from './sync-machine.ts';

/** Gathered bytes that are worth a write: a write costs the disk as much as this, and so much at most is sent again after a power cut. */
export const storeBytes = 4_096;
/** With so many gathered the sender is asked to pause. */
export const pauseBytes = 16_384;
/** A sender that does not pause is cut off here. One write takes as much. */
export const maxGatheredBytes = 65_536;
/** How long the sender waits before its next fragment, or before it asks again whether the whole file is in force. */
export const pauseMs = 200;

/** The highest that were ever in force; 0: none. */
export interface SeenTable {
  readonly version: number;
  readonly revocation: number;
}

export interface TableSyncParts {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly table: TableStore;
  /** Undefined until the reader has been keyed: then no file is taken. */
  readonly trust: Trust | undefined;
  seen(): SeenTable;
  /** A version is in force. */
  applied(state: TableState): void;
  /** What became of a file, for the controller. */
  ended(outcome: Outcome): void;
  tell(event: LinkEvent): void;
}

export class TableSync implements FileSink {
  readonly #parts: TableSyncParts;
  readonly #actor;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;

  constructor(parts: TableSyncParts) {
    this.#parts = parts;
    const machine = syncMachine.provide({
      actors: {
        store: fromPromise(({ input }: { input: { readonly offset: number } }) => this.#store(input.offset)),
        apply: fromPromise(() => this.#apply()),
      },
    });
    this.#actor = createActor(machine, { clock: parts.clock });
    this.#actor.on('table.applied', ({ state }) => this.#applied(state));
    this.#actor.on('table.refused', ({ refusal }) => this.#refused(refusal));
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
    if (type !== tableFileType) return { status: 'unrecognised' };
    const { trust, table } = this.#parts;
    // What is under way for an earlier transfer ends by itself, soon.
    if (this.state === 'gathering' || this.state === 'storing' || this.state === 'applying') return { status: 'aborted' };
    if (trust === undefined) return this.#refuse('notKeyed');
    if (totalBytes < headerBytes) return this.#refuse('malformed');
    if (totalBytes > maxFileBytes) return this.#refuse('tooLarge');
    const staged = table.staged();
    if (offset !== 0 && (staged?.receivedBytes !== offset || staged.totalBytes !== totalBytes)) return this.#refuse('wrongOffset');
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#actor.send({ type: 'file.begun', totalBytes, offset });
    return { status: 'goOn' };
  }

  write(_: number, data: Uint8Array): FileStep {
    if (this.state === 'refused') return this.#refusedStep();
    if (this.#gatheredBytes + data.length > maxGatheredBytes) {
      this.#actor.send({ type: 'file.cut' });
      return { status: 'aborted' };
    }
    this.#gathered.push(data);
    this.#gatheredBytes += data.length;
    if (this.#isWorthWriting(this.#actor.getSnapshot().context.storedBytes)) this.#actor.send({ type: 'file.gathered' });
    return this.#gatheredBytes >= pauseBytes ? { status: 'goOn', delayMs: pauseMs } : { status: 'goOn' };
  }

  finish(): FileStep {
    const { context } = this.#actor.getSnapshot();
    if (this.state === 'gathering' || (this.state === 'storing' && !context.isWhole)) this.#actor.send({ type: 'file.whole' });
    if (this.state === 'inForce') return { status: 'processed' };
    return this.state === 'refused' ? this.#refusedStep() : { status: 'finishing', delayMs: pauseMs };
  }

  abort(): void {
    this.#actor.send({ type: 'file.cut' });
  }

  /** The header as soon as it is whole, so that a file nobody wants is refused before its body has come; then larger pieces. */
  #isWorthWriting(storedBytes: number): boolean {
    return this.#gatheredBytes >= (storedBytes === 0 ? headerBytes : storeBytes);
  }

  /** Writes what was gathered, until little is left; all of it where no more will come. */
  async #store(offset: number): Promise<Stored> {
    const { table } = this.#parts;
    for (let at = offset; ; ) {
      const { totalBytes, isWhole, isCut } = this.#actor.getSnapshot().context;
      const isEnd = isWhole || isCut;
      if (this.#gatheredBytes === 0 && isWhole && at < totalBytes) return failed('incomplete');
      if (at === totalBytes || this.#gatheredBytes === 0 || !(isEnd || this.#isWorthWriting(at))) return ok(at);
      // A header that is cut off is not worth keeping.
      if (at === 0 && this.#gatheredBytes < headerBytes) return ok(0);
      const bytes = this.#takeGathered();
      const refusal = at === 0 ? this.#headerRefusal(bytes.subarray(0, headerBytes)) : undefined;
      if (refusal !== undefined) return failed(refusal);
      const received = await table.receive(at, bytes);
      if (!received.ok) return received;
      if (received.value.totalBytes !== totalBytes) return failed('malformed');
      at = received.value.receivedBytes;
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

  /** A file that went on where it was cut off has a header of some earlier time: the disk may have been put back since. */
  async #apply(): Promise<Applied> {
    const { table } = this.#parts;
    const staged = table.staged();
    return staged !== undefined && this.#isOld(staged) ? failed('staleVersion') : table.apply();
  }

  #headerRefusal(bytes: Uint8Array): Outcome | undefined {
    const { crypto, trust } = this.#parts;
    const header = trust && readHeader(crypto, trust, bytes);
    return header?.ok === true && this.#isOld(header.value) ? 'staleVersion' : undefined;
  }

  /** A table that has forgotten what was in force must not learn something older; what it knows it guards itself. */
  #isOld({ version, revocation }: SeenTable): boolean {
    const seen = this.#parts.seen();
    const forgotRevocation = (this.#parts.table.state()?.revocation ?? 0) < seen.revocation;
    return version < seen.version || (forgotRevocation && revocation < seen.revocation);
  }

  #applied(state: TableState): void {
    const { applied, ended, tell } = this.#parts;
    applied(state);
    tell({ code: 'table.applied', fields: { version: state.version, persons: state.persons } });
    ended('done');
  }

  #refused(refusal: Outcome): void {
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#parts.tell({ code: 'table.refused', fields: { reason: refusal } });
    this.#parts.ended(refusal);
  }

  #refuse(refusal: Outcome): FileStep {
    this.#refused(refusal);
    return refusal === 'notKeyed' ? { status: 'aborted' } : { status: 'malformed' };
  }

  /** What may succeed at another time is not called wrong. */
  #refusedStep(): FileStep {
    const { refusal } = this.#actor.getSnapshot().context;
    return { status: refusal === 'failed' || refusal === 'diskFull' ? 'aborted' : 'malformed' };
  }
}
