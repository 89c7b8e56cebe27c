/** The line's tone as beeps of the buzzer, which stops each by itself. When it sounds is osdp/buzzer-program.ts's; what goes before it, the reader's. */
import type { BuzzerProgram } from '../osdp/buzzer-program.ts';

/** A longer tone is asked for in pieces: one that a signal has cut off comes back after this long at most. */
export const beepPieceMs = 1_000;
/** The shortest beep there is ends the one that sounds. */
const stopMs = 1;

export class PanelBuzzer {
  readonly #beep: (onMs: number) => void;
  /** Until when what was asked for sounds. */
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor(beep: (onMs: number) => void) {
    this.#beep = beep;
  }

  /** Makes the buzzer do what the program does now; undefined: silence. When to ask again; undefined: at the next BUZ. */
  follow(program: BuzzerProgram | undefined, nowMs: number): number | undefined {
    const changeMs = program?.nextChangeMs(nowMs);
    if (program === undefined || !program.isSoundingAt(nowMs)) {
      if (nowMs < this.#untilMs) this.#beep(stopMs);
      this.#untilMs = nowMs;
      return changeMs;
    }
    const endsMs = changeMs ?? Number.POSITIVE_INFINITY;
    if (nowMs >= this.#untilMs || endsMs < this.#untilMs) {
      // Rounded up: a clock with fractions can leave too little to be heard.
      const onMs = Math.ceil(Math.min(endsMs - nowMs, beepPieceMs));
      this.#untilMs = nowMs + onMs;
      this.#beep(onMs);
    }
    return Math.min(endsMs, this.#untilMs);
  }
}
