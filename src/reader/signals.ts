/**
 * Plays what the rules signal: a key's flash over a signal's program over the line's light over the resting light, and the beeps. Which
 * signal looks how is access/feedback.ts's; what the line shows is link/panel.ts's; one beep or one colour at a time is the ports'.
 */
import { type LightStep, lightAt, type Program, programs, type Resting, restingLightAt, restingLights, type Signal } from '../access/feedback.ts';
import type { LineLight } from '../link/panel-face.ts';
import type { Clock } from '../ports/clock.ts';
import type { Buzzer, Colour, Lights } from '../ports/lights.ts';

interface Playing {
  readonly lights: readonly LightStep[];
  readonly sinceMs: number;
}

export class Signals {
  readonly #clock: Clock;
  readonly #lights: Lights;
  readonly #buzzer: Buzzer;
  #flash: Playing | undefined;
  #program: Playing | undefined;
  #lineLight: LineLight | undefined;
  #resting: Resting = 'idle';
  #restingSinceMs: number;
  #shown: Colour | undefined;
  #nextChange: unknown;
  #beeps: unknown[] = [];

  constructor(clock: Clock, lights: Lights, buzzer: Buzzer) {
    this.#clock = clock;
    this.#lights = lights;
    this.#buzzer = buzzer;
    this.#restingSinceMs = clock.nowMs();
  }

  play(signal: Signal): void {
    this.#start(programs[signal], signal === 'key' || signal === 'keyLockedOut');
  }

  /** In place of the program that plays; the next signal ends it. */
  show(program: Program): void {
    this.#start(program, false);
  }

  #start({ lights, beeps }: Program, isFlash: boolean): void {
    const playing = { lights, sinceMs: this.#clock.nowMs() };
    if (isFlash) {
      this.#flash = playing;
    } else {
      this.#program = playing;
      for (const beep of this.#beeps.splice(0)) this.#clock.clearTimeout(beep);
    }
    for (const { atMs, onMs, tone } of beeps) {
      if (atMs === 0) this.#buzzer.beep(onMs, tone);
      else this.#beeps.push(this.#clock.setTimeout(() => this.#buzzer.beep(onMs, tone), atMs));
    }
    this.#refresh();
  }

  /** The light while nothing plays. */
  rest(resting: Resting): void {
    if (resting === this.#resting) return;
    this.#resting = resting;
    this.#restingSinceMs = this.#clock.nowMs();
    this.#refresh();
  }

  /** The line's light in place of the resting light; undefined: it has none. */
  lineLight(light: LineLight | undefined): void {
    if (light?.colour === this.#lineLight?.colour && light?.over === this.#lineLight?.over) return;
    this.#lineLight = light;
    this.#refresh();
  }

  /** The line's tone. A signal goes before it: no denial can be drowned or made to sound like a grant (SECURITY A24). */
  lineBeep(onMs: number): void {
    if (this.#program === undefined) this.#buzzer.beep(onMs, 'normal');
  }

  /** Dark and silent. */
  stop(): void {
    this.#clock.clearTimeout(this.#nextChange);
    for (const beep of this.#beeps.splice(0)) this.#clock.clearTimeout(beep);
    this.#show('off');
  }

  #refresh(): void {
    this.#clock.clearTimeout(this.#nextChange);
    const nowMs = this.#clock.nowMs();
    const { colour, forMs } = this.#now(nowMs);
    this.#show(colour);
    // Rounded up: what is left of a step on a clock with fractions can be too little to move the clock at all.
    if (forMs !== undefined) this.#nextChange = this.#clock.setTimeout(() => this.#refresh(), Math.ceil(forMs));
  }

  /** The colour at this moment, and for how long; undefined: until told otherwise. */
  #now(nowMs: number): { colour: Colour; forMs: number | undefined } {
    const flash = this.#flash && lightAt(this.#flash.lights, nowMs - this.#flash.sinceMs);
    if (flash !== undefined) return flash;
    this.#flash = undefined;
    const program = this.#program && lightAt(this.#program.lights, nowMs - this.#program.sinceMs);
    if (program !== undefined) return program;
    this.#program = undefined;
    const line = this.#lineLight;
    if (line !== undefined && (line.over === 'everyResting' || this.#resting === 'idle')) return { colour: line.colour, forMs: undefined };
    const cycle = restingLights[this.#resting];
    const { colour, forMs } = restingLightAt(this.#resting, nowMs - this.#restingSinceMs);
    return { colour, forMs: cycle.length === 1 ? undefined : forMs };
  }

  #show(colour: Colour): void {
    if (colour === this.#shown) return;
    this.#shown = colour;
    this.#lights.show(colour);
  }
}
