/**
 * The terminal bench: hands from the terminal go to a simulated door, and the door's face comes back. The door is the one
 * of every story; this only paces its time and draws.
 */
import { defaultProfile } from '../../src/access/events.ts';
import type { Signal } from '../../src/access/feedback.ts';
import { type Mode, modes } from '../../src/access/mode.ts';
import { Door } from '../door.ts';
import { Pace } from '../pace.ts';
import type { SimPerson } from '../people.ts';
import { type FaceFacts, faceLines, type Happening, happeningLine } from './face.ts';
import { type Hand, Hands } from './keys.ts';

/** Keys that wait to be typed: longer pastes lose their end, and the bench says so. */
export const maxWaitingHands = 4_096;
/** A pasted key each 55 ms is a fast hand; the reader takes 20 keys a second for as long as it likes. */
export const pasteGapMs = 55;
const skipMs = 15_000;
const keptHappenings = 100;

export interface BenchOptions {
  readonly mode: Mode;
  readonly people: readonly SimPerson[];
  /** Draws the whole screen; without one, each event is a line. */
  readonly hasScreen: boolean;
  write(text: string): void;
}

const words: Readonly<Record<Signal, string>> = {
  key: 'key',
  keyLockedOut: 'key: PIN entry waits',
  granted: 'come in',
  denied: 'no',
  pinAsked: 'now your PIN',
  windowEnding: 'five seconds left',
  windowOver: 'too late: card again',
  cardFirst: 'card first',
  pressHash: 'press # to finish',
  lockedOut: 'PIN entry waits',
  started: 'ready',
};

export class TerminalBench {
  readonly #options: BenchOptions;
  readonly #door: Door;
  readonly #pace: Pace;
  readonly #hands = new Hands();
  readonly #waiting: Hand[] = [];
  readonly #happenings: Happening[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #says = 'ready';
  #isPowered = true;
  #isWorking = false;
  #lastKeyMs = Number.NEGATIVE_INFINITY;
  #isDrawing = false;

  private constructor(options: BenchOptions, door: Door) {
    this.#options = options;
    this.#door = door;
    this.#pace = new Pace(door.clock);
    door.happened.watch((happening) => {
      this.#happenings.push(happening);
      if (this.#happenings.length > keptHappenings) this.#happenings.shift();
      if (!options.hasScreen) options.write(`${happeningLine(happening, defaultProfile, options.people)}\n`);
      this.#drawSoon();
    });
    door.signalled.watch((signal) => {
      if (signal !== 'key') this.#says = words[signal];
      this.#drawSoon();
    });
    this.#followBoard();
    if (options.hasScreen) setInterval(() => this.#drawSoon(), 1_000).unref();
  }

  static async start(options: BenchOptions): Promise<TerminalBench> {
    const { mode, people } = options;
    const door = await Door.open({ mode, people, wall: new Date().toISOString() });
    const bench = new TerminalBench(options, door);
    bench.#drawSoon();
    return bench;
  }

  /** Resolves once somebody asked to quit, or `end()` was called and everything typed before it was handled. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Takes what the terminal sent. */
  take(chunk: string): void {
    for (const hand of this.#hands.take(chunk)) {
      if (this.#waiting.length < maxWaitingHands) this.#waiting.push(hand);
      else this.#says = 'the paste was too long: its end is lost';
    }
    void this.#work();
  }

  /** No more input will come. */
  end(): void {
    this.#waiting.push({ do: 'quit' });
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let hand = this.#waiting.shift(); hand !== undefined; hand = this.#waiting.shift()) await this.#carryOut(hand);
    this.#isWorking = false;
  }

  async #carryOut(hand: Hand): Promise<void> {
    if (hand.do === 'key') {
      const waitMs = this.#lastKeyMs + pasteGapMs - performance.now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      this.#lastKeyMs = performance.now();
    }
    if (hand.do === 'quit') {
      // The answer to what was typed last is still to come.
      await this.#pace.skip(1_000);
      this.#pace.stop();
      this.#ended.resolve();
      return;
    }
    if (!this.#isPowered && hand.do !== 'powerCut') return;
    await this.#pace.do(() => this.#touch(hand));
    this.#drawSoon();
  }

  async #touch(hand: Exclude<Hand, { do: 'quit' }>): Promise<void> {
    const door = this.#door;
    switch (hand.do) {
      case 'key':
        return door.burst(hand.key);
      case 'card':
        return door.swipe(hand.card);
      case 'leaf':
        return door.set('doorContact', !door.inputs.isActive('doorContact'));
      case 'rex':
        return door.pressRex();
      case 'mode':
        return door.setMode(modes[(modes.indexOf(door.reader.mode) + 1) % modes.length] ?? 'locked');
      case 'skip':
        return door.wait(skipMs);
      case 'powerCut':
        return this.#togglePower();
    }
  }

  async #togglePower(): Promise<void> {
    this.#isPowered = !this.#isPowered;
    if (!this.#isPowered) {
      this.#door.cutPower();
      this.#says = 'the power is off; p brings it back';
      return;
    }
    await this.#door.powerOn();
    this.#says = 'ready';
    this.#followBoard();
  }

  /** Each power-up has lights and a buzzer of its own to follow. */
  #followBoard(): void {
    this.#door.lights.shown.watch(() => this.#drawSoon());
    this.#door.buzzer.heard.watch(({ onMs }) => {
      this.#drawSoon();
      this.#door.clock.setTimeout(() => this.#drawSoon(), onMs);
    });
  }

  /** Once for all changes of one moment. */
  #drawSoon(): void {
    if (!this.#options.hasScreen || this.#isDrawing) return;
    this.#isDrawing = true;
    setImmediate(() => {
      this.#isDrawing = false;
      // Home, then each line with what was right of it cleared, then everything below cleared: no flicker.
      this.#options.write(`\u001b[H${faceLines(this.#facts()).join('\u001b[K\r\n')}\u001b[K\u001b[J`);
    });
  }

  #facts(): FaceFacts {
    const { people, mode } = this.#options;
    const { last: beep } = this.#door.buzzer.heard;
    const board = this.#door;
    return {
      name: 'Front door',
      mode: this.#isPowered ? board.reader.mode : mode,
      colour: board.lights.colour,
      isBeeping: this.#isPowered && board.buzzer.isSounding,
      tone: beep?.tone ?? 'normal',
      says: this.#says,
      isReleased: board.strike.isEnergised,
      isLeafOpen: board.inputs.isActive('doorContact'),
      isPowered: this.#isPowered,
      wallMs: board.clock.wall().ms,
      people,
      happenings: this.#happenings,
      profile: defaultProfile,
    };
  }
}
