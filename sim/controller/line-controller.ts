/**
 * The controller's end of one line: an ACU over a wire and a clock, and a keeper for each reader on it. Decides when the ACU is called; what
 * is said in sessions is osdp/'s, what is done for a reader reader-keeper.ts's. A reader's keys come from the store: never from the wire.
 */
import type { AcuEvent, KeyRefusal } from '../../src/osdp/acu-events.ts';
import { AcuLine } from '../../src/osdp/acu-line.ts';
import { commands } from '../../src/osdp/commands.ts';
import { decodeFrame, mark } from '../../src/osdp/frame.ts';
import { isWeakScbk } from '../../src/osdp/scbk.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { Line } from '../../src/ports/line.ts';
import type { Strike } from '../../src/ports/strike.ts';
import type { Subscription } from '../../src/ports/subscription.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import type { ControllerStore } from './controller-store.ts';
import type { NewEvent } from './event-store.ts';
import { FileTurns } from './file-turns.ts';
import { ReaderKeeper } from './reader-keeper.ts';
import type { ReaderLine, ReaderListener } from './reader-state.ts';
import type { KnownReader, Site } from './site-store.ts';

export interface LineControllerParts {
  readonly line: Line;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly store: ControllerStore;
  readonly site: Site;
  readonly listener: ReaderListener;
  /** 9 600..230 400. */
  readonly baudRate: number;
  /** From one POLL of a reader to its next, when the line has time for it. */
  readonly pollIntervalMs?: number;
  /** Longest reply a reader is told it may send, 128..1440. */
  readonly maxReplyBytes?: number;
}

/** Somebody else who is told what the listener is, until the line is let go of. */
export interface LineFollower {
  event(reader: KnownReader, event: NewEvent): void;
  changed?(reader: KnownReader): void;
  alarm?(reader: KnownReader): void;
  stopped(): void;
}

interface OnLine {
  readonly keeper: ReaderKeeper;
  readonly strike: Strike | undefined;
  /** The POLLs sent last, each counted once however often it was repeated. */
  polls: readonly { readonly frame: string; readonly atMs: number }[];
}

export class LineController {
  readonly #parts: LineControllerParts;
  readonly #acu: AcuLine;
  readonly #files: FileTurns;
  readonly #readers = new Map<number, OnLine>();
  readonly #subscription: Subscription;
  readonly #followers = new Set<LineFollower>();
  #timer: unknown;
  #isStopped = false;

  constructor(parts: LineControllerParts) {
    const { line, crypto, baudRate, pollIntervalMs } = parts;
    this.#parts = parts;
    this.#acu = new AcuLine(
      crypto,
      { baudRate, ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }) },
      {
        send: (bytes) => this.#send(bytes),
        told: (address, event) => this.#told(address, event),
      },
    );
    this.#files = new FileTurns({
      baudRate,
      send: (address, file) => this.#called(this.#acu.sendFile(address, file, parts.clock.nowMs())),
      abort: (address) => this.#called(this.#acu.abortFile(address)),
      refused: (address, type) => this.#readers.get(address)?.keeper.fileEnded(type, { kind: 'interrupted', offset: 0 }),
    });
    this.#subscription = line.listen({
      received: (bytes, atMs) => {
        this.#acu.receive(bytes, atMs);
        this.#arm();
      },
      // Without a wire every reader falls silent by itself.
      attached: () => undefined,
    });
  }

  /** By address. */
  get readers(): readonly ReaderKeeper[] {
    return [...this.#readers.values()].map(({ keeper }) => keeper).sort((left, right) => left.reader.address - right.reader.address);
  }

  /** Begins to look after a reader of the store. `strike`: its lock, where that hangs here. */
  add(reader: KnownReader, strike?: Strike): Result<ReaderKeeper, 'addressInUse' | 'lineFull'> {
    const { clock, maxReplyBytes } = this.#parts;
    const { address, scbk, pendingScbk } = reader;
    const pairing = { kind: 'paired', scbk, ...(pendingScbk && { pending: pendingScbk }) } as const;
    const added = this.#acu.add({ address, pairing, ...(maxReplyBytes === undefined ? {} : { maxReplyBytes }) }, clock.nowMs());
    if (!added.ok) return added;
    const line = {
      order: (...[command, priority]: Parameters<ReaderLine['order']>) => this.#called(this.#acu.order(address, command, clock.nowMs(), priority)),
      sendFile: (...[file, givesWay]: Parameters<ReaderLine['sendFile']>) => this.#files.send(address, file, givesWay),
      withdrawFile: (...[type]: Parameters<ReaderLine['withdrawFile']>) => this.#files.withdraw(address, type),
      pollGapMs: () => this.#pollGapMs(address),
    };
    const keeper = new ReaderKeeper({ ...this.#parts, listener: this.#listener(), reader, line, strike });
    this.#readers.set(address, { keeper, strike, polls: [] });
    this.#arm();
    return ok(keeper);
  }

  remove(address: number): void {
    this.#readers.get(address)?.keeper.stop();
    this.#acu.remove(address, this.#parts.clock.nowMs());
    this.#readers.delete(address);
    this.#files.gone(address);
    this.#arm();
  }

  /**
   * New hardware in the place of a reader: `keep` puts it into the store while nobody speaks to the old one, and gives it as it is there. A lock
   * that hangs here stays. Where `keep` fails or rejects, the old one is looked after again.
   */
  async replace<Failure>(before: KnownReader, keep: () => Promise<Result<KnownReader, Failure>>): Promise<Result<KnownReader, Failure>> {
    const known = this.#readers.get(before.address);
    if (known === undefined) return keep();
    this.remove(before.address);
    let after = before;
    try {
      const kept = await keep();
      if (kept.ok) after = kept.value;
      return kept;
    } finally {
      this.add(after, known.strike);
    }
  }

  /** From here on, also of readers that are added afterwards. */
  follow(follower: LineFollower): void {
    this.#followers.add(follower);
  }

  #listener(): ReaderListener {
    const { listener } = this.#parts;
    return {
      changed: (reader) => {
        listener.changed(reader);
        for (const follower of this.#followers) follower.changed?.(reader);
      },
      alarm: (reader, alarm, detail) => {
        listener.alarm(reader, alarm, detail);
        for (const follower of this.#followers) follower.alarm?.(reader);
      },
      event: (reader, event) => {
        listener.event(reader, event);
        for (const follower of this.#followers) follower.event(reader, event);
      },
    };
  }

  /** People have changed on disk. */
  peopleChanged(): void {
    for (const { keeper } of this.#readers.values()) keeper.peopleChanged();
  }

  /** A new key of the line, on disk before it is sent; both are tried until one has proven itself. Rejects with a Fault when the store does. */
  async changeScbk(address: number, scbk: SecretBytes): Promise<Result<undefined, KeyRefusal | 'changeUnderWay'>> {
    const { clock, store } = this.#parts;
    const reader = this.#readers.get(address)?.keeper.reader;
    if (reader === undefined) return failed('unknownPd');
    if (!this.#acu.isOnline(address)) return failed('offline');
    if (isWeakScbk(scbk)) return failed('weakKey');
    // The reader may have that one already: forgotten, it would be lost.
    if (!(await store.site.keepPendingScbk(reader, scbk))) return failed('changeUnderWay');
    const changed = this.#called(this.#acu.changeKey(address, scbk, clock.nowMs()));
    if (!changed.ok) await store.site.forgetPendingScbk(reader);
    return changed;
  }

  stop(): void {
    this.#isStopped = true;
    this.#subscription.stop();
    this.#parts.clock.clearTimeout(this.#timer);
    for (const { keeper } of this.#readers.values()) keeper.stop();
    for (const follower of this.#followers) follower.stopped();
  }

  #told(address: number, event: AcuEvent): void {
    const keeper = this.#readers.get(address)?.keeper;
    const type = this.#files.typeOf(address);
    keeper?.told(event);
    if (event.kind === 'fileEnded' && type !== undefined) keeper?.fileEnded(type, event.outcome);
    if (event.kind === 'fileEnded') this.#files.ended(address);
    if (event.kind === 'offline') this.#files.gone(address);
  }

  /** Whoever has called the ACU looks at its deadline. */
  #called<Answer>(answer: Answer): Answer {
    this.#arm();
    return answer;
  }

  #arm(): void {
    const { clock } = this.#parts;
    clock.clearTimeout(this.#timer);
    const dueMs = this.#acu.deadlineMs;
    if (dueMs === undefined || this.#isStopped) return;
    this.#timer = clock.setTimeout(
      () => {
        this.#acu.expire(clock.nowMs());
        this.#arm();
      },
      Math.max(0, dueMs - clock.nowMs()),
    );
  }

  #send(bytes: Uint8Array): void {
    this.#notePoll(bytes);
    this.#parts.line.send(bytes);
  }

  /** A POLL, in clear or in a session, is the shortest command: what it is stands in the frame for all to see. */
  #notePoll(bytes: Uint8Array): void {
    const frame = decodeFrame(bytes[0] === mark ? bytes.subarray(1) : bytes);
    if (!frame.ok || frame.value.code !== commands.poll.code) return;
    const known = this.#readers.get(frame.value.address);
    const text = Buffer.from(bytes).toString('base64');
    if (known === undefined || known.polls.at(-1)?.frame === text) return;
    known.polls = [...known.polls.slice(-1), { frame: text, atMs: this.#parts.clock.nowMs() }];
  }

  #pollGapMs(address: number): number {
    const [before, last] = this.#readers.get(address)?.polls ?? [];
    return before === undefined || last === undefined ? Number.POSITIVE_INFINITY : this.#parts.clock.nowMs() - before.atMs;
  }
}
