/**
 * The self-test of each start: what it looks at is tools/doctor-checks.ts's; here stands how somebody on a ladder, without a laptop, sees and
 * hears what is wrong, and what the journal keeps of it. It switches nothing and asks nobody. docs/self-test.md is written from the table below.
 */
import type { Program } from '../access/feedback.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { Reader } from '../reader.ts';
import { type Check, type Checked, isWrong, runChecks } from '../tools/doctor.ts';

/** After the start signal, and when devices that come late have come. */
export const selfTestAfterMs = 2_000;

/** As many red flashes, and as many low beeps with them. The parts people miss first flash least. */
export const flashes: readonly { readonly count: number; readonly checks: readonly string[]; readonly meaning: string }[] = [
  { count: 1, checks: ['strike'], meaning: 'the strike output' },
  { count: 2, checks: ['keypad'], meaning: 'the keypad' },
  { count: 3, checks: ['cardReader'], meaning: 'the card reader' },
  { count: 4, checks: ['inputs'], meaning: 'the contacts: request-to-exit, door contact, tamper' },
  { count: 5, checks: ['line', 'lineSettings'], meaning: 'the serial port of the line' },
  { count: 6, checks: ['keys', 'table', 'wipe'], meaning: 'the keys or the table' },
  { count: 7, checks: ['room'], meaning: 'the disk' },
  { count: 8, checks: ['lights', 'buzzer'], meaning: 'a light or the buzzer' },
  { count: 9, checks: ['bundle'], meaning: "the bundle on the card: it is not this reader's, damaged, or one of several" },
];

export const flashMs = 200;
export const darkMs = 300;
export const pauseMs = 1_500;
/** For whoever began to count too late. */
export const rounds = 2;

/** Undefined: nothing is wrong, and nothing is shown after the start signal. */
export const signalOf = (wrong: readonly string[]): Program | undefined => {
  const counts = flashes.filter(({ checks }) => checks.some((check) => wrong.includes(check))).map(({ count }) => count);
  const all = Array.from({ length: rounds }, () => counts).flat();
  const lights = all.flatMap((count) => [
    ...Array.from({ length: count }, () => [{ colour: 'red', forMs: flashMs } as const, { colour: 'off', forMs: darkMs } as const]).flat(),
    { colour: 'off', forMs: pauseMs } as const,
  ]);
  const beeps: Program['beeps'][number][] = [];
  let atMs = 0;
  for (const { colour, forMs } of lights) {
    if (colour === 'red') beeps.push({ atMs, onMs: flashMs, tone: 'low' });
    atMs += forMs;
  }
  return counts.length === 0 ? undefined : { lights, beeps };
};

export interface SelfTested {
  readonly clock: Clock;
  readonly config: Config;
  readonly crypto: Crypto;
  /** Where a bundle may lie. */
  readonly settingsFolder?: string | undefined;
  readonly reader: Pick<Reader, 'tell'> & { readonly signals: Pick<Reader['signals'], 'show'> };
  readonly told: (checked: Checked) => void;
  /** The names of the checks that found something wrong. */
  readonly ended?: ((wrong: readonly string[]) => void) | undefined;
}

/** A door that starts waits for none of them. */
const loadChecks = async (): Promise<readonly Check[]> => (await import('../tools/doctor-checks.ts')).startChecks;

/** One check in a turn of the event loop, so that a key waits for one at most. */
export const selfTest = (
  { clock, config, crypto, settingsFolder, reader, told, ended }: SelfTested,
  load: () => Promise<readonly Check[]> = loadChecks,
): Subscription => {
  const wrong: string[] = [];
  let timer: unknown;
  let isStopped = false;
  const lookAt = async ([check, ...others]: readonly Check[]): Promise<void> => {
    if (check === undefined) {
      end();
      return;
    }
    const [checked] = await runChecks([check], { config, crypto, root: '', settingsFolder });
    if (isStopped || checked === undefined) return;
    if (isWrong(checked)) {
      wrong.push(checked.name);
      told(checked);
    }
    timer = clock.setTimeout(() => void lookAt(others), 0);
  };
  const end = (): void => {
    const signal = signalOf(wrong);
    if (signal !== undefined) reader.signals.show(signal);
    if (wrong.length > 0) reader.tell({ code: 'selfTest.failed', fields: { wrong: wrong.join(' ') } });
    ended?.(wrong);
  };
  timer = clock.setTimeout(() => void load().then(lookAt), selfTestAfterMs);
  return {
    stop: () => {
      isStopped = true;
      clock.clearTimeout(timer);
    },
  };
};
