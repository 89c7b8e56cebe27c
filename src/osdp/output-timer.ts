/** Whether one output is on, from its OUT records alone (OSDP.md §7). Pure, as led-program.ts; what is wired to it is the caller's. */
import type { CommandPayload } from './commands.ts';

export type OutputRecord = CommandPayload<'out'>[number];

export class OutputTimer {
  #isOn = false;
  #temporary: { readonly isOn: boolean; readonly untilMs: number } | undefined;

  /** A temporary action with a timer of 0 is over at once. */
  set({ action, timerMs }: OutputRecord, nowMs: number): void {
    if (action === 'none') return;
    if (action === 'temporaryOn' || action === 'temporaryOff') {
      this.#temporary = { isOn: action === 'temporaryOn', untilMs: nowMs + timerMs };
      return;
    }
    this.#isOn = action === 'permanentOn' || action === 'onAfterTimer';
    if (action === 'permanentOn' || action === 'permanentOff') this.#temporary = undefined;
  }

  isOnAt(nowMs: number): boolean {
    return this.#temporaryAt(nowMs)?.isOn ?? this.#isOn;
  }

  /** When a temporary action ends, after `nowMs`; undefined: none runs. */
  nextChangeMs(nowMs: number): number | undefined {
    return this.#temporaryAt(nowMs)?.untilMs;
  }

  #temporaryAt(nowMs: number): { readonly isOn: boolean; readonly untilMs: number } | undefined {
    return this.#temporary !== undefined && nowMs < this.#temporary.untilMs ? this.#temporary : undefined;
  }
}
