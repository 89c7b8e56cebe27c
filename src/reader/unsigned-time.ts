/**
 * Time as the line may set it without an order (DESIGN §2): a clock that is trusted already may be put forward by a few minutes in sum, so that
 * it keeps in step, and no thief of a line key can make dates pass. More than that, and anything back, is a signed order's.
 */
import type { AccessEvent } from '../access/events.ts';
import type { Facts } from '../journal/facts.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../ports/clock.ts';
import type { SeenTime } from './seen-time.ts';

/** Forward, in sum since the last order that set the clock. */
export const maxUnsignedMs = 300_000;

export interface UnsignedTimeParts {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly journal: Journal;
  readonly facts: Facts;
  readonly time: SeenTime;
  readonly tell: (event: AccessEvent) => void;
}

export class UnsignedTime {
  readonly #parts: UnsignedTimeParts;

  constructor(parts: UnsignedTimeParts) {
    this.#parts = parts;
  }

  /** `wallMs`: the time it is at the call, however long the disk takes, or an order that sets the clock. Never rejects. */
  set(wallMs: number): Promise<'done' | 'timeUntrusted' | 'tooFar' | 'failed'> {
    const { clock, time } = this.#parts;
    const atMs = clock.nowMs();
    return time.inTurn(() => this.#set(wallMs, atMs)).catch(() => 'failed' as const);
  }

  async #set(wallMs: number, atMs: number): Promise<'done' | 'timeUntrusted' | 'tooFar'> {
    const { clock, journal, facts, time, tell } = this.#parts;
    const { ms, trusted } = time.now();
    const nowMs = clock.nowMs();
    const presentMs = wallMs + nowMs - atMs;
    const byMs = Math.ceil(presentMs - ms);
    const movedMs = facts.movedMs + byMs;
    if (!trusted) return 'timeUntrusted';
    if (byMs < 0 || movedMs > maxUnsignedMs) return 'tooFar';
    if (byMs === 0) return 'done';
    await journal.record([time.set(presentMs, nowMs), facts.setMovedMs(movedMs)]);
    // Whoever has the line can do this all day: it passes the limits on floods.
    tell({ code: 'time.set', fields: { byMs } });
    return 'done';
  }
}
