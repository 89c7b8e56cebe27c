/**
 * One line with many readers and a table for each of them, in virtual time: how long from POLL to POLL, how soon an event is heard, when all have
 * the table, and how much of the line's time carries it. Measures and tells; the bars are the benches' (test/bench/line.bench.ts).
 */
import { present } from '../../src/shared/assert.ts';
import { cardOf, LineSite, type SiteDoor, type SiteOptions } from './site.ts';

/** At each reader something happens this often, on average: somebody holds a card to it, or lifts its cover or puts it back. Twice what SECURITY D4 reckons with. */
const eventGapMs = 8_640;
/** Watched before there is a table to send, and after everybody has it. */
const quietMs = 30_000;
/** After the first sessions: what was to be said at the start is said by then. */
const settleMs = 5_000;
/** A line that takes longer is called stuck. */
const longestMs = 24 * 3_600_000;
/** A reader's session is open and its pages are read by then. */
const meetingMs = 60_000;

/** Milliseconds; `count` 0: nothing was measured. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly worst: number;
}

/** What was seen in one stretch of time. */
export interface Stretch {
  readonly pollCycle: Spread;
  readonly eventLatency: Spread;
  readonly ms: number;
  /** Share of the line's bit time in which anything was said, 0..1. */
  readonly busy: number;
}

export interface TableTrial extends SiteOptions {
  /** Nothing to send but polls and events. */
  readonly quiet: Stretch;
  /** From the first byte of the first table until the last one was in force. */
  readonly sending: Stretch;
  /** From the first byte to the first reader that has its table in force. */
  readonly firstInForceMs: number;
  readonly tableBytes: number;
  /** Share of the line's bit time that carried table bytes, 0..1. */
  readonly carrying: number;
  readonly alarms: readonly string[];
}

export const spreadOf = (values: readonly number[]): Spread => {
  const sorted = values.toSorted((left, right) => left - right);
  const count = sorted.length;
  const mean = count === 0 ? 0 : sorted.reduce((sum, value) => sum + value, 0) / count;
  return { count, mean, p50: sorted[Math.floor(count / 2)] ?? 0, worst: sorted.at(-1) ?? 0 };
};

/** Rejects when the line is stuck. */
export const runTableTrial = async (options: SiteOptions): Promise<TableTrial> => {
  const { readers, baudRate, people } = options;
  const site = await LineSite.open({ ...options, people: 0 });
  try {
    const watch = new Watch(site, baudRate);
    await site.begin();
    present(await site.until(() => site.isInStep, meetingMs), 'a session with every reader');
    makeEvents(site, people);
    await site.clock.advance(settleMs);
    watch.take();
    await site.clock.advance(quietMs);
    const quiet = watch.take();
    await site.importPeople(people);
    present(await site.until(async () => (await site.fileBytes(1)) > 0, meetingMs), 'a table to send');
    const fileBytes = await site.fileBytes(1);
    watch.take();
    const hasTable = (): boolean => site.doors.some(({ table }) => table.state() !== undefined);
    const firstInForceMs = present(await site.until(hasTable, longestMs), 'a table in force');
    const restMs = present(await site.until(() => site.doors.every(({ table }) => table.state() !== undefined), longestMs), 'all tables in force');
    const sending = watch.take();
    const bitMs = firstInForceMs + restMs;
    // Everybody has the same people, so every file the same length.
    const carrying = (readers * fileBytes * bitsPerByte * 1_000) / baudRate / bitMs;
    return { ...options, quiet, sending, firstInForceMs, tableBytes: fileBytes, carrying, alarms: site.alarms };
  } finally {
    await site.close();
  }
};

/** A table for people. */
export const describeTableTrial = (trial: TableTrial): string => {
  const { readers, baudRate, people, seed, quiet, sending, firstInForceMs, tableBytes, carrying, alarms } = trial;
  const row = (what: string, of: (stretch: Stretch) => string): string => `${what.padEnd(34)}${of(quiet).padStart(14)}${of(sending).padStart(18)}`;
  return [
    `${readers} ${readers === 1 ? 'reader' : 'readers'} at ${baudRate} baud, ${people} people, seed ${seed}`,
    '',
    `${''.padEnd(34)}${'polls only'.padStart(14)}${'tables on the way'.padStart(18)}`,
    row('poll cycle, mean', ({ pollCycle }) => `${pollCycle.mean.toFixed(0)} ms`),
    row('poll cycle, worst', ({ pollCycle }) => `${pollCycle.worst.toFixed(0)} ms`),
    row('event to controller, median', ({ eventLatency }) => `${eventLatency.p50.toFixed(0)} ms`),
    row('event to controller, worst', ({ eventLatency }) => `${eventLatency.worst.toFixed(0)} ms`),
    row('events', ({ eventLatency }) => String(eventLatency.count)),
    row('line in use', ({ busy }) => `${(busy * 100).toFixed(1)} %`),
    '',
    `table            ${tableBytes} bytes each, ${(tableBytes / Math.max(1, people)).toFixed(1)} a person`,
    `in force         first after ${seconds(firstInForceMs)}, all after ${seconds(sending.ms)}`,
    `line's bit time  ${(carrying * 100).toFixed(1)} % carried table bytes`,
    `alarms           ${alarms.length === 0 ? 'none' : alarms.join(', ')}`,
  ].join('\n');
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
/** 8N1. */
const bitsPerByte = 10;

const makeEvents = (site: LineSite, people: number): void => {
  const hands = site.random.fork('hands');
  const lifted = new Set<SiteDoor>();
  const act = (): void => {
    const door = hands.pick(site.doors);
    if (hands.chance(0.5)) door.cards.presentText(cardOf(hands.between(1, Math.max(1, people))));
    else {
      door.inputs.set('tamper', !lifted.has(door));
      if (!lifted.delete(door)) lifted.add(door);
    }
    site.clock.setTimeout(act, hands.between(0, Math.floor((2 * eventGapMs) / site.doors.length)));
  };
  act();
};

/** What the controller sees of the line since it last looked; a reader's clock is the world's, so an entry says when it came to be. */
class Watch {
  readonly #site: LineSite;
  readonly #baudRate: number;
  #latencies: number[] = [];
  #fromMs = 0;

  constructor(site: LineSite, baudRate: number) {
    this.#site = site;
    this.#baudRate = baudRate;
    site.heard = ({ entry, atMs }) => {
      if (entry !== undefined && entry.monotonicMs >= this.#fromMs) this.#latencies.push(atMs - entry.monotonicMs);
    };
  }

  take(): Stretch {
    const nowMs = this.#site.clock.nowMs();
    const { bytes, pollCycles } = this.#site.meter.take();
    const ms = nowMs - this.#fromMs;
    const busy = ms === 0 ? 0 : (bytes * bitsPerByte * 1_000) / this.#baudRate / ms;
    const stretch = { pollCycle: spreadOf(pollCycles), eventLatency: spreadOf(this.#latencies), ms, busy };
    this.#latencies = [];
    this.#fromMs = nowMs;
    return stretch;
  }
}
