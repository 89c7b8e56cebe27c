/** Whether the buzzer of a reader sounds, from its last BUZ alone (OSDP.md §7). Pure, as led-program.ts; what it sounds like is the caller's. */
import type { CommandPayload } from './commands.ts';

export type BuzzerRecord = CommandPayload<'buz'>;

/** A tone that never sounds is refused. */
export const isBuzzerRecordSound = ({ tone, onMs }: BuzzerRecord): boolean => tone !== 'default' || onMs > 0;

export class BuzzerProgram {
  #record: BuzzerRecord | undefined;
  #sinceMs = 0;

  /** Replaces what was before. `record` must be sound; any tone but `default` is silence. */
  set(record: BuzzerRecord, nowMs: number): void {
    this.#record = record.tone === 'default' ? record : undefined;
    this.#sinceMs = nowMs;
  }

  silence(): void {
    this.#record = undefined;
  }

  isSoundingAt(nowMs: number): boolean {
    const record = this.#record;
    return record !== undefined && nowMs < this.#endMs(record) && (nowMs - this.#sinceMs) % (record.onMs + record.offMs) < record.onMs;
  }

  /** When it may begin or end to sound, after `nowMs`; undefined: not before the next BUZ. */
  nextChangeMs(nowMs: number): number | undefined {
    const record = this.#record;
    if (record === undefined || nowMs >= this.#endMs(record)) return undefined;
    const { onMs, offMs, count } = record;
    if (offMs === 0) return count === 0 ? undefined : this.#endMs(record);
    const phaseMs = (nowMs - this.#sinceMs) % (onMs + offMs);
    return nowMs - phaseMs + (phaseMs < onMs ? onMs : onMs + offMs);
  }

  #endMs({ onMs, offMs, count }: BuzzerRecord): number {
    return count === 0 ? Number.POSITIVE_INFINITY : this.#sinceMs + count * (onMs + offMs);
  }
}
