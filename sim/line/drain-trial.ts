/**
 * A reader whose controller stays away for days while people come and go, and then comes back: whether everything that happened is heard, once and
 * in order, and how long the line takes for it (SECURITY D4). All of it in virtual time.
 */
import { present } from '../../src/shared/assert.ts';
import { cardOf, LineSite } from './site.ts';

/** SECURITY D4. */
const eventsADay = 5_000;
const dayMs = 86_400_000;
/** Those who have cards. */
const people = 200;
const meetingMs = 60_000;
/** A line that takes longer is called stuck. */
const longestMs = 7 * dayMs;
/** Nobody comes sooner than this after somebody else. */
const leastGapMs = 5_000;

export interface DrainOptions {
  readonly days: number;
  readonly baudRate: number;
  /** 0..2^32-1. */
  readonly seed: number;
  /** Milliseconds of the machine's own clock. */
  readonly nowMs: () => number;
}

export interface DrainTrial extends Pick<DrainOptions, 'days' | 'baudRate' | 'seed'> {
  /** In the journal when the controller came back. */
  readonly waiting: number;
  /** Of them, those who were let in meanwhile, and how often the strike was released. */
  readonly swipes: number;
  readonly releases: number;
  /** Of those that waited, how many were not heard; and how often one was heard out of its turn. */
  readonly lost: number;
  readonly outOfOrder: number;
  /** From the first POLL until the last of those that waited was on the controller's disk. */
  readonly drainMs: number;
  /** Both ways, for all of it. */
  readonly bytes: number;
  readonly alarms: readonly string[];
  /** Of the machine's own time: for the days, and for the drain. */
  readonly livedMs: number;
  readonly drainedMs: number;
}

/** Rejects when the line is stuck. */
export const runDrainTrial = async ({ days, baudRate, seed, nowMs }: DrainOptions): Promise<DrainTrial> => {
  const site = await LineSite.open({ readers: 1, baudRate, people, seed });
  try {
    const door = present(site.doors[0], 'a site has a door');
    const { journal } = door.reader;
    await site.begin();
    const isQuiet = (): boolean => site.isInStep && journal.pending === 0;
    present(await site.until(isQuiet, meetingMs), 'a table in force, and everything heard');
    site.end();
    const before = journal.head.sequence;
    let releases = 0;
    door.strike.releases.watch(() => (releases += 1));
    const startedMs = nowMs();
    const swipes = await live(site, days);
    const livedMs = nowMs() - startedMs;
    const { sequence: newest } = journal.head;
    let [last, heard, outOfOrder] = [before, 0, 0];
    site.heard = ({ sequence }) => {
      if (sequence !== last + 1) outOfOrder += 1;
      if (sequence > before && sequence <= newest) heard += 1;
      last = sequence;
    };
    site.meter.take();
    await site.begin();
    const drainMs = present(await site.until(() => last >= newest, longestMs), 'everything heard');
    const waiting = newest - before;
    const { bytes } = site.meter.take();
    const { alarms } = site;
    const drainedMs = nowMs() - startedMs - livedMs;
    return { days, baudRate, seed, waiting, swipes, releases, lost: waiting - heard, outOfOrder, drainMs, bytes, alarms, livedMs, drainedMs };
  } finally {
    await site.close();
  }
};

/** People come as they do, each known; gives how many came. */
const live = async (site: LineSite, days: number): Promise<number> => {
  const door = present(site.doors[0], 'a site has a door');
  const hands = site.random.fork('hands');
  const wanted = Math.round(days * eventsADay);
  const meanMs = (days * dayMs) / wanted;
  for (let swipes = 0; swipes < wanted; swipes += 1) {
    door.cards.presentText(cardOf(hands.between(1, people)));
    await site.clock.advance(leastGapMs + hands.int(Math.floor(2 * (meanMs - leastGapMs))));
  }
  return wanted;
};

/** A table for people. */
export const describeDrainTrial = (trial: DrainTrial): string => {
  const { days, baudRate, seed, waiting, swipes, releases, lost, outOfOrder, drainMs, bytes, alarms, livedMs, drainedMs } = trial;
  return [
    `${days} ${days === 1 ? 'day' : 'days'} without a controller, then ${baudRate} baud, seed ${seed}`,
    '',
    `let in           ${swipes} cards held to the reader, ${releases} times released`,
    `waiting          ${waiting} events`,
    `drained          in ${(drainMs / 60_000).toFixed(1)} min, ${(waiting / Math.max(0.001, drainMs / 1_000)).toFixed(0)} events a second`,
    `lost             ${lost}`,
    `out of order     ${outOfOrder}`,
    `on the wire      ${(bytes / Math.max(1, waiting)).toFixed(0)} bytes an event, all told`,
    `alarms           ${alarms.length === 0 ? 'none' : alarms.join(', ')}`,
    `took             ${(livedMs / 1_000).toFixed(1)} s to live through, ${(drainedMs / 1_000).toFixed(1)} s to drain`,
  ].join('\n');
};
