/**
 * The receiving end of a file transfer (OSDP.md §9): whether a fragment is the next one, and what the sender is told. What a file is, where it
 * may be taken up again and when it is done is the sink's. Never silent: a wrong fragment is answered, and ends the transfer.
 */
import type { CommandPayload } from './commands.ts';
import { fileStatus } from './records.ts';
import type { ReplyPayload } from './replies.ts';

export type FileFragment = CommandPayload<'filetransfer'>;
export type FileAnswer = ReplyPayload<'ftstat'>;

export interface FileStep {
  readonly status: keyof typeof fileStatus;
  /** 0..65 535: how long the sender waits before the next fragment. */
  readonly delayMs?: number;
}

/** Any status below `goOn`, and `processed` and `rebooting`, ends the transfer; `abort` is then not called. */
export interface FileSink {
  /** A file begins at `offset`: 0, or where the sink lets a cut transfer go on. `goOn` takes it. */
  begin(type: number, totalBytes: number, offset: number): FileStep;
  /** The bytes (1 and more) at `offset`, each once and in order; they are the sink's to keep. */
  write(offset: number, data: Uint8Array): FileStep;
  /** All bytes are there. Asked again for each keep-alive while it says `finishing`. */
  finish(): FileStep;
  /** The transfer ended before its end. What is there may be kept, to go on from. */
  abort(): void;
}

export interface FileManners {
  /** Other commands may come between fragments. */
  readonly mayInterleave: boolean;
  /** Longest message the sender shall send from now on; 0: as before. */
  readonly maxMessageBytes: number;
}

interface Transfer {
  readonly type: number;
  readonly totalBytes: number;
  received: number;
}

export class FileReceiver {
  readonly #sink: FileSink;
  readonly #manners: FileManners;
  #transfer: Transfer | undefined;

  constructor(sink: FileSink, manners: FileManners) {
    this.#sink = sink;
    this.#manners = manners;
  }

  get isReceiving(): boolean {
    return this.#transfer !== undefined;
  }

  /** A fragment came that is no repeat. */
  receive(fragment: FileFragment): FileAnswer {
    return this.#answer(this.#step(fragment));
  }

  /** ABORT came, or the session it was sent in is over. */
  abort(): void {
    if (this.#transfer !== undefined) this.#sink.abort();
    this.#transfer = undefined;
  }

  #step({ type, totalBytes, offset, fragmentBytes, data }: FileFragment): FileStep {
    // All zero is how some senders cancel.
    if (type === 0 && totalBytes === 0 && fragmentBytes === 0) return this.#ended({ status: 'aborted' });
    if (fragmentBytes !== data.length || offset + fragmentBytes > totalBytes) return this.#ended({ status: 'malformed' });
    const present = this.#transfer;
    const isNext = present !== undefined && type === present.type && totalBytes === present.totalBytes && offset === present.received;
    return isNext ? this.#take(present, data) : this.#begin(type, totalBytes, offset, data);
  }

  #begin(type: number, totalBytes: number, offset: number, data: Uint8Array): FileStep {
    // Out of order is no beginning: only the first fragment of a file may stand elsewhere than at 0.
    if (this.#transfer !== undefined && offset !== 0) return this.#ended({ status: 'malformed' });
    this.abort();
    const step = this.#sink.begin(type, totalBytes, offset);
    if (step.status !== 'goOn') return step;
    const transfer = { type, totalBytes, received: offset };
    this.#transfer = transfer;
    return data.length === 0 && offset < totalBytes ? step : this.#take(transfer, data);
  }

  #take(transfer: Transfer, data: Uint8Array): FileStep {
    if (data.length > 0) {
      const step = this.#sink.write(transfer.received, data);
      transfer.received += data.length;
      if (step.status !== 'goOn' || transfer.received < transfer.totalBytes) return this.#goneOn(step);
    } else if (transfer.received < transfer.totalBytes) return { status: 'goOn' };
    return this.#goneOn(this.#sink.finish());
  }

  #goneOn(step: FileStep): FileStep {
    if (step.status !== 'goOn' && step.status !== 'finishing') this.#transfer = undefined;
    return step;
  }

  #ended(step: FileStep): FileStep {
    this.abort();
    return step;
  }

  #answer({ status, delayMs = 0 }: FileStep): FileAnswer {
    const { mayInterleave, maxMessageBytes } = this.#manners;
    // No poll is ever said to wait: a known ACU then polls for ever and never goes on (OSDP.md §9).
    return { action: { mayInterleave, leaveSecureChannel: false, pollWaiting: false }, delayMs, status: fileStatus[status], maxMessageBytes };
  }
}
