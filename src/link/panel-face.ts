/** What the line may do to the lights and the buzzer of a reader, beside the reader's own signals. Interfaces only; layering them is the reader's. */
import type { Colour } from '../ports/lights.ts';

export interface LineLight {
  readonly colour: Colour;
  /** In place of which of the reader's own lights: that of a reader at rest, or whatever it shows while no signal plays. */
  readonly over: 'idle' | 'everyResting';
}

export interface PanelFace {
  /** The reader's own signals (R1, R12): a key or a card was taken, or it is refused. */
  play(signal: 'key' | 'denied'): void;
  /** The line's light, under every signal; undefined: it has none, and the reader shows its own. */
  lineLight(light: LineLight | undefined): void;
  /** A tone of 1..5 000 ms, in place of one the line began before. Not heard while a signal plays. */
  lineBeep(onMs: number): void;
}
