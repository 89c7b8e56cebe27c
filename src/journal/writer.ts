/**
 * The order in which facts reach the disk, and what becomes of them when it will not take them. One commit is under way at
 * a time; what is asked for meanwhile goes into the next one together, in the order it was asked for. What a job writes is
 * journal.ts's and ledger.ts's.
 */
import type { Clock } from '../ports/clock.ts';
import type { RecordStore, Write } from '../ports/record-store.ts';
import { asFault, Fault } from '../shared/faults.ts';
import { type EventClass, eventClasses } from './entry.ts';
import { type Ledger, victims } from './ledger.ts';

/** After a commit that was rejected, told events are tried again this much later, or with the next commit asked for. */
export const retryMs = 5_000;
/** Writes of one commit; with the journal's own record it stays below the 1,024 a store takes. */
const mostWrites = 1_000;

/** Plans writes. Returns a Fault to refuse: then nothing of the job is written, and others go on. */
export type Plan = (writes: Write[]) => Fault | undefined;

export interface WriterOptions {
  readonly store: Pick<RecordStore, 'commit'>;
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly ledger: Ledger;
  /** Most told events that wait, and most commits asked for that wait. */
  readonly told: number;
  readonly asked: number;
  /** A commit was made; the ledger is as it stands on disk. */
  readonly kept: () => void;
}

interface Job {
  /** The class of an event that nobody waits for; undefined: somebody does. */
  readonly told: EventClass | undefined;
  readonly weight: number;
  readonly plan: Plan;
  readonly onDisk: () => void;
  readonly failed: (fault: Fault) => void;
}

export class Writer {
  readonly #options: WriterOptions;
  #jobs: Job[] = [];
  #toldCount = 0;
  #askedCount = 0;
  /** Told events that found no place to wait: the next commit gives them numbers and counts them in the gap. */
  #overflow: Record<EventClass, number> = none();
  #isRunning = false;
  #done: Promise<void> = Promise.resolve();
  #retry: unknown;
  #isRefused = false;
  #isClosed = false;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Told events that are not on disk. */
  get waiting(): number {
    return this.#toldCount + sum(this.#overflow);
  }

  /** The last commit was rejected. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  /** Resolves with `answer()` once the plan's writes (at most `weight`) are on disk; rejects with a Fault when none of them is. */
  ask<Answer>(weight: number, plan: Plan, answer: () => Answer): Promise<Answer> {
    if (this.#askedCount >= this.#options.asked) return Promise.reject(new Fault('queue.full', 'Too many commits wait for the disk'));
    return new Promise((resolve, reject) => {
      this.#askedCount += 1;
      this.#jobs.push({ told: undefined, weight, plan, onDisk: () => resolve(answer()), failed: reject });
      void this.#run();
    });
  }

  /** Takes an event of this class, of at most `weight` writes; kept until it is on disk; when too many wait, the oldest of a lesser one, or else this one, is counted. */
  tell(told: EventClass, weight: number, plan: (writes: Write[]) => void): void {
    if (this.#toldCount >= this.#options.told && !this.#pushOut(told)) {
      this.#overflow[told] += 1;
      return;
    }
    this.#toldCount += 1;
    this.#jobs.push({ told, weight, plan: (writes) => void plan(writes), onDisk: nobody, failed: nobody });
    if (this.#retry === undefined) void this.#run();
  }

  /** Tries what waits once more, and then no more by itself. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelRetry();
    await this.#done;
    await this.#run();
  }

  #run(): Promise<void> {
    if (!this.#isRunning) this.#done = this.#writeAll();
    return this.#done;
  }

  async #writeAll(): Promise<void> {
    this.#isRunning = true;
    this.#cancelRetry();
    this.#isRefused = false;
    while (this.#askedCount > 0 || (this.waiting > 0 && !this.#isRefused)) this.#isRefused = !(await this.#writeSome());
    this.#isRunning = false;
    if (this.waiting === 0 || this.#isClosed) return;
    this.#retry = this.#options.clock.setTimeout(() => void this.#run(), retryMs);
  }

  #cancelRetry(): void {
    this.#options.clock.clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** False: the store would not. */
  async #writeSome(): Promise<boolean> {
    const { store, ledger, kept } = this.#options;
    const begin = ledger.mark();
    const overflow = this.#overflow;
    const writes: Write[] = [];
    for (const kind of eventClasses) if (overflow[kind] > 0) ledger.lose(kind, overflow[kind]);
    const batch = this.#take().filter((job) => this.#plan(job, writes));
    ledger.putState(writes);
    this.#overflow = none();
    try {
      if (writes.length > 0) await store.commit(writes);
    } catch (thrown) {
      ledger.rewind(begin);
      for (const kind of eventClasses) this.#overflow[kind] += overflow[kind];
      // What was told must not cost anybody an answer: what was asked is tried once more without it.
      if (batch.every(isAsked)) this.#reject(batch, asFault(thrown, 'disk.failed', 'The commit was rejected'));
      else this.#jobs.unshift(...batch);
      return false;
    }
    ledger.keep();
    kept();
    for (const { told, onDisk } of batch) {
      if (told === undefined) this.#askedCount -= 1;
      else this.#toldCount -= 1;
      onDisk();
    }
    return true;
  }

  /** The next batch; after one that was refused, of what is asked only: what was told waits for its time. */
  #take(): Job[] {
    const jobs = this.#isRefused ? this.#jobs.filter(isAsked) : this.#jobs;
    let weight = 0;
    const end = jobs.findIndex((job) => {
      weight += job.weight;
      return weight > mostWrites;
    });
    const batch = new Set(end < 0 ? jobs : jobs.slice(0, end));
    this.#jobs = this.#jobs.filter((job) => !batch.has(job));
    return [...batch];
  }

  #plan(job: Job, writes: Write[]): boolean {
    const { ledger } = this.#options;
    const mark = ledger.mark();
    const length = writes.length;
    const fault = job.plan(writes);
    if (fault === undefined) return true;
    ledger.rewind(mark);
    writes.length = length;
    this.#reject([job], fault);
    return false;
  }

  #reject(jobs: readonly Job[], fault: Fault): void {
    for (const { failed } of jobs.filter(isAsked)) {
      this.#askedCount -= 1;
      failed(fault);
    }
  }

  /** Makes a place by counting the oldest of the least class that may go for this one. */
  #pushOut(kind: EventClass): boolean {
    const victim = victims[kind].find((each) => this.#jobs.some(({ told }) => told === each));
    if (victim === undefined) return false;
    const index = this.#jobs.findIndex(({ told }) => told === victim);
    this.#jobs.splice(index, 1);
    this.#toldCount -= 1;
    this.#overflow[victim] += 1;
    return true;
  }
}

/** Somebody waits for it. */
const isAsked = ({ told }: Job): boolean => told === undefined;
const none = (): Record<EventClass, number> => ({ grant: 0, alarm: 0, deny: 0, info: 0 });
const sum = (counts: Record<EventClass, number>): number => eventClasses.reduce((total, kind) => total + counts[kind], 0);
const nobody = (): void => {};
