/**
 * What one light shows, from its LED records alone (OSDP.md §7): a temporary program over a permanent one. Pure: asked with a time, it says the
 * colour and when that may change next. Whether a record is for a light that exists is pd-indicators.ts's.
 */
import type { CommandPayload } from './commands.ts';
import type { Color } from './records.ts';

export type LedRecord = CommandPayload<'led'>[number];
type Blink = LedRecord['permanent'];

interface Running {
  readonly blink: Blink;
  readonly sinceMs: number;
}

const dark: Blink = { onMs: 100, offMs: 0, onColor: 'black', offColor: 'black' };

/** A record that asks for neither on nor off shows nothing and is refused. */
export const isLedRecordSound = ({ temporaryAction, temporary, permanentAction, permanent }: LedRecord): boolean =>
  (temporaryAction !== 'set' || temporary.onMs + temporary.offMs > 0) && (permanentAction !== 'set' || permanent.onMs + permanent.offMs > 0);

export class LedProgram {
  #permanent: Running = { blink: dark, sinceMs: 0 };
  #temporary: (Running & { readonly untilMs: number }) | undefined;

  /** `record` must be sound. A temporary program with a timer of 0 is over at once: the standard leaves it open, and no light must stay by accident. */
  set(record: LedRecord, nowMs: number): void {
    if (record.permanentAction === 'set') this.#permanent = { blink: record.permanent, sinceMs: nowMs };
    if (record.temporaryAction === 'none') return;
    const { temporary } = record;
    this.#temporary = record.temporaryAction === 'cancel' ? undefined : { blink: temporary, sinceMs: nowMs, untilMs: nowMs + temporary.timerMs };
  }

  colorAt(nowMs: number): Color {
    const { blink, sinceMs } = this.#runningAt(nowMs);
    return (nowMs - sinceMs) % (blink.onMs + blink.offMs) < blink.onMs ? blink.onColor : blink.offColor;
  }

  /** When the colour may be another, after `nowMs`; undefined: it stays until the next record. */
  nextChangeMs(nowMs: number): number | undefined {
    const running = this.#runningAt(nowMs);
    const next = edgeAfter(running, nowMs);
    return running === this.#temporary ? Math.min(this.#temporary.untilMs, next ?? Number.POSITIVE_INFINITY) : next;
  }

  #runningAt(nowMs: number): Running {
    return this.#temporary !== undefined && nowMs < this.#temporary.untilMs ? this.#temporary : this.#permanent;
  }
}

const edgeAfter = ({ blink: { onMs, offMs }, sinceMs }: Running, nowMs: number): number | undefined => {
  if (onMs === 0 || offMs === 0) return undefined;
  const phaseMs = (nowMs - sinceMs) % (onMs + offMs);
  return nowMs - phaseMs + (phaseMs < onMs ? onMs : onMs + offMs);
};
