/** The light bar, and the buzzer beside it. Both answer at once and keep no queue: the reader does the timing of programs. */

export type Colour = 'off' | 'red' | 'green' | 'amber' | 'blue' | 'violet' | 'white';

export interface Lights {
  /** Shows the colour until told otherwise. Never throws; a broken light is reported by the self-test, not here. */
  show(colour: Colour): void;
}

/** Longest single beep, in milliseconds. */
export const maxBeepMs = 5_000;

export interface Buzzer {
  /**
   * Sounds for `onMs` (1..5 000), then stops by itself, even if the caller is gone. A new call replaces the one that sounds.
   * `low` is a lower tone where the buzzer has two, otherwise the same. Never throws.
   */
  beep(onMs: number, tone: 'normal' | 'low'): void;
}
