/** One golden session on a whole line: a start, orders that each leave a trace, a key typed. What became of it when one burst was not as it was sent. */
import { bytesOf, flipBit } from './bytes.ts';
import { type Ends, frameIn, mark, seededCrypto, Together, upAndRunning } from './together.ts';

export interface GoldenEnd {
  /** Everything there is to see of the door: what was done, and whether the session still stands. */
  readonly world: string;
  readonly outcomes: string;
  /** Sessions that ended, and frames that were taken for an attack. */
  readonly lost: number;
  readonly keypads: number;
  readonly tookMs: number;
  readonly bursts: readonly Uint8Array[];
}

/** What arrives instead of one burst. */
export type Damage = (bytes: Uint8Array) => readonly Uint8Array[];

const red = { onMs: 100, offMs: 0, onColor: 'red', offColor: 'black' } as const;
const orders = [
  mark(Uint8Array.of(1)),
  {
    name: 'led',
    payload: [{ reader: 0, led: 0, temporaryAction: 'none', temporary: { ...red, timerMs: 0 }, permanentAction: 'set', permanent: red }],
  },
  { name: 'text', payload: { reader: 0, form: 'permanent', temporaryS: 0, row: 1, column: 1, text: 'Open' } },
  mark(Uint8Array.of(2)),
  { name: 'out', payload: [{ output: 0, action: 'permanentOn', timerMs: 0 }] },
] as const;

/** Longest that a whole session may take with one burst damaged: a start that is begun anew has to wait its second. */
export const goldenMs = 3_000;

/** Runs it, the same for the same seed, with the burst of this number (from 0, both directions) damaged. */
export const runGolden = (ends: Ends, damagedAt = -1, damage: Damage = (bytes) => [bytes], seed = 1): GoldenEnd => {
  const crypto = seededCrypto(seed);
  const line = new Together({ ends, acuCrypto: crypto, pdCrypto: crypto });
  const { station } = line;
  const bursts: Uint8Array[] = [];
  line.between = ({ bytes }) => {
    bursts.push(bytes);
    return bursts.length - 1 === damagedAt ? damage(bytes) : undefined;
  };
  line.until(() => line.isUp, goldenMs);
  const numbers = line.isUp ? orders.map((order) => line.order(order)) : [];
  station.pd.report({ name: 'keypad', payload: { reader: 0, keys: bytesOf('30343137') } }, line.nowMs);
  line.until(() => line.events('orderEnded').length === numbers.length && line.events('report').length > 0, goldenMs);
  const tookMs = line.nowMs;
  // Whatever comes twice would come by then.
  line.run(110);
  return {
    world: station.world,
    outcomes: line
      .events('orderEnded')
      .map((event) => (event.kind === 'orderEnded' ? `${event.order} ${event.outcome.kind}` : ''))
      .join(', '),
    lost: station.told('session.closed') + station.told('session.failed') + line.events('offline').length,
    keypads: line.events('report').filter((event) => event.kind === 'report' && event.reply.name === 'keypad').length,
    tookMs,
    bursts: bursts.slice(0, goldenBursts),
  };
};

/** So many bursts of an undamaged one are damaged in turn: ID to the poll that has the key, and their replies. */
export const goldenBursts = 22;

/** What was different from the golden session; undefined: nothing that counts. */
const differenceOf = (golden: GoldenEnd, end: GoldenEnd): string | undefined => {
  if (end.world !== golden.world) return `the world is ${end.world}`;
  if (end.outcomes !== golden.outcomes) return `orders ended as ${end.outcomes}`;
  if (end.lost > 0) return `${end.lost} sessions were lost`;
  return end.keypads === 1 ? undefined : `a key typed once was told ${end.keypads} times`;
};

/** Runs the session once for every burst and every way to damage it. What was wrong, the first few. */
export const damageEach = (
  ends: Ends,
  ways: (bytes: Uint8Array) => readonly Damage[],
): { readonly runs: number; readonly findings: readonly string[] } => {
  const golden = runGolden(ends);
  const findings: string[] = [];
  let runs = 0;
  for (const [at, bytes] of golden.bursts.entries()) {
    for (const [way, damage] of ways(bytes).entries()) {
      const difference = differenceOf(golden, runGolden(ends, at, damage));
      runs += 1;
      if (difference !== undefined) findings.push(`burst ${at}, way ${way}: ${difference}`);
      if (findings.length >= 5) return { runs, findings };
    }
  }
  return { runs, findings };
};

/** Where the control byte says which check a frame has, behind a mark and without. */
const crcBits = { marked: 42, unmarked: 34 } as const;

/** The bit that says which check it is flips, 20 times toward each end, wherever the other check is right by chance. What that did. */
export const misreadChecks = (ends: Ends): readonly string[] => {
  const crypto = seededCrypto(1);
  return (['pd', 'acu'] as const).flatMap((toward) => {
    const line = upAndRunning({ ends, acuCrypto: crypto, pdCrypto: crypto });
    line.isKept = false;
    let flips = 0;
    line.between = (passing) => {
      const flipped = flipBit(passing.bytes, passing.bytes[0] === 0xff ? crcBits.marked : crcBits.unmarked);
      if (passing.toward !== toward || frameIn(flipped) === undefined) return undefined;
      flips += 1;
      return [flipped];
    };
    if (!line.until(() => flips === 20, 1_000_000)) return ['no other check was ever right'];
    line.run(1_000);
    const closed = line.station.told('session.closed');
    return closed === 0 && line.isUp ? [] : [`toward the ${toward}: ${closed} sessions ended`];
  });
};
