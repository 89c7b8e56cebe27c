/**
 * What a line carries, in virtual time: the share of its bits that are a table's, how soon an event is heard meanwhile, how soon a changed PIN
 * counts, 32 readers on one line, and a month of events drained. What real time it costs to answer is serial.bench.ts's and line-load.bench.ts's.
 */
import { runDrainTrial } from '../../sim/line/drain-trial.ts';
import { LineSite } from '../../sim/line/site.ts';
import { runTableTrial, type TableTrial } from '../../sim/line/table-trial.ts';
import { lineBaudRates } from '../../src/config/settings.ts';
import { defaultPollIntervalMs, maxPdsOnLine } from '../../src/osdp/acu-line.ts';
import { present } from '../../src/shared/assert.ts';
import type { Bench } from './bench.ts';

const seed = 1;
const bitsPerByte = 10;
const people = 10_000;
/** Share of the line that a table has, in per cent. */
const slowestShare = 60;
const fastShare = 85;
const fastFromBaud = 57_600;
const heardWithinMs = 2_000;

/** Each run feeds several figures. */
const once = <Value>(make: (isQuick: boolean) => Promise<Value>): ((isQuick: boolean) => Promise<Value>) => {
  let made: Promise<Value> | undefined;
  return (isQuick) => (made ??= make(isQuick));
};

const figure = <Trial>(
  trial: (isQuick: boolean) => Promise<Trial>,
  { name, unit, bar, better = 'lower' }: Pick<Bench, 'name' | 'unit' | 'bar'> & Partial<Pick<Bench, 'better'>>,
  of: (trial: Trial) => number,
): Bench => ({ name, unit, bar, better, run: async (isQuick) => of(await trial(isQuick)) });

const tablesAt = (baudRate: number): readonly Bench[] => {
  const trial = once(() => runTableTrial({ readers: 1, baudRate, people, seed }));
  const at = `10 000 people at ${baudRate} baud`;
  const bar = baudRate >= fastFromBaud ? fastShare : baudRate === lineBaudRates[0] ? slowestShare : undefined;
  return [
    figure(trial, { name: `${at}, line's bit time that carries the table`, unit: '%', bar, better: 'higher' }, ({ carrying }) => carrying * 100),
    figure(trial, { name: `${at}, event heard meanwhile, worst`, unit: 'ms', bar: heardWithinMs }, ({ sending }) => sending.eventLatency.worst),
    figure(trial, { name: `${at}, in force`, unit: 's', bar: undefined }, ({ sending }) => sending.ms / 1_000),
    ...(baudRate === lineBaudRates[0]
      ? [figure(trial, { name: 'table file, PIN and one card', unit: 'bytes/person', bar: 40 }, ({ tableBytes }) => tableBytes / people)]
      : []),
  ];
};

const fullLine = once((isQuick) => runTableTrial({ readers: maxPdsOnLine, baudRate: 115_200, people: isQuick ? 200 : 1_000, seed }));

const onFullLine = (what: string, of: (trial: TableTrial) => number, bar?: number, unit = 'ms'): Bench =>
  figure(fullLine, { name: `${maxPdsOnLine} readers at 115200 baud, ${what}`, unit, bar }, of);

/** Poll cycles from the change to the first moment it counts at the door, beyond what the bytes take of the line. */
const pinChange = async (baudRate: number): Promise<number> => {
  const site = await LineSite.open({ readers: 1, baudRate, people: 1_000, seed });
  await site.begin();
  present(await site.until(() => site.isInStep, 600_000), 'a table in force');
  await site.clock.advance(5_000);
  const before = site.doors[0]?.table.state()?.version;
  site.meter.take();
  await site.rollPin(7);
  const tookMs = present(await site.until(() => site.doors[0]?.table.state()?.version !== before, 60_000), 'a new table');
  const wireMs = (site.meter.take().bytes * bitsPerByte * 1_000) / baudRate;
  await site.close();
  return Math.max(0, tookMs - wireMs) / defaultPollIntervalMs;
};

/** Of fewer days than 30 the figure is reckoned: an event takes as long on the last day as on the first. */
const drainAt = (baudRate: number, fullDays: number, bar: number | undefined): readonly Bench[] => {
  const quickDays = 1;
  const days = 30;
  const trial = once((isQuick) => runDrainTrial({ days: isQuick ? quickDays : fullDays, baudRate, seed, nowMs: () => performance.now() }));
  const at = `150 000 events at ${baudRate} baud`;
  return [
    figure(trial, { name: `${at}, drained in`, unit: 'min', bar }, (of) => (of.drainMs / 60_000) * (days / of.days)),
    figure(trial, { name: `${at}, lost or out of order`, unit: 'events', bar: 0 }, ({ lost, outOfOrder }) => lost + outOfOrder),
  ];
};

export const benches: readonly Bench[] = [
  ...lineBaudRates.flatMap(tablesAt),
  ...[9_600, 115_200].map(
    (baudRate): Bench => ({
      name: `one PIN changed → in force at ${baudRate} baud, beyond wire time`,
      unit: 'poll cycles',
      bar: 2,
      better: 'lower',
      run: () => pinChange(baudRate),
    }),
  ),
  onFullLine('poll cycle, mean', ({ quiet }) => quiet.pollCycle.mean),
  onFullLine('poll cycle, mean, tables on the way', ({ sending }) => sending.pollCycle.mean),
  onFullLine('event heard, worst', ({ quiet }) => quiet.eventLatency.worst),
  onFullLine('event heard, worst, tables on the way', ({ sending }) => sending.eventLatency.worst, heardWithinMs),
  onFullLine('tables in force at all', ({ sending }) => sending.ms / 1_000, undefined, 's'),
  // SECURITY §11(a): the half hour of D4 is for this rate.
  ...drainAt(115_200, 30, 30),
  ...drainAt(9_600, 3, undefined),
];
