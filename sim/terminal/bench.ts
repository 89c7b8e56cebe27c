/**
 * The terminal bench: hands from the terminal go to a simulated door, and the door's face comes back. The door is the one
 * of every story; this only paces its time and draws.
 */
import { defaultProfile } from '../../src/access/events.ts';
import { programs, type Resting, type Signal } from '../../src/access/feedback.ts';
import { type Mode, modes } from '../../src/access/mode.ts';
import { restingOf } from '../../src/access/resting.ts';
import { Door } from '../door.ts';
import { Pace } from '../pace.ts';
import type { SimPerson } from '../people.ts';
import { type FaceFacts, faceLines, type Happening, happeningLine } from './face.ts';
import { type Hand, Hands } from './keys.ts';

/** Hands that wait their turn: longer pastes lose their end, and the bench says so. */
export const maxWaitingHands = 4_096;
/** A pasted key each 55 ms is a fast hand; the reader takes 20 keys a second for as long as it likes. */
const pasteGapMs = 55;
const pasteCutWords = 'too much was pasted: its end is lost';
const skipMs = 15_000;
const darkWords = 'the power is off; p brings it back; o and t work';
/** What somebody can do at a door without power: the leaf moves, and time passes. */
const worksInTheDark: ReadonlySet<Hand['do']> = new Set<Hand['do']>(['powerCut', 'leaf', 'skip']);
const keptHappenings = 100;

export interface BenchOptions {
  readonly mode: Mode;
  readonly people: readonly SimPerson[];
  /** Draws the whole screen; without one, each event is a line. */
  readonly hasScreen: boolean;
  /** Lines of the screen, at the moment. */
  rows(): number;
  write(text: string): void;
}

const words: Readonly<Record<Signal, string>> = {
  key: 'key',
  keyLockedOut: 'key: PIN entry waits',
  granted: 'come in',
  denied: 'no entry',
  pinAsked: 'now your PIN',
  windowEnding: 'five seconds left',
  windowOver: 'too late: card again',
  cardFirst: 'card first',
  pressHash: 'press # to finish',
  lockedOut: 'PIN entry waits',
  started: 'ready',
};

const restingWords: Readonly<Record<Resting, string>> = {
  idle: 'ready',
  awaitingPin: 'waiting for your PIN',
  lockedOut: 'PIN entry waits; cards still open',
  unlocked: 'the door stands unlocked',
  locked: 'nobody enters',
  offline: 'ready',
};
/** How long the words and beeps of a signal are shown. */
const signalShownMs = 3_000;

export class TerminalBench {
  readonly #options: BenchOptions;
  readonly #door: Door;
  readonly #pace: Pace;
  readonly #hands = new Hands();
  readonly #waiting: Hand[] = [];
  readonly #happenings: Happening[] = [];
  readonly #ended = Promise.withResolvers<void>();
  #isPasteCut = false;
  #signal: { readonly signal: Signal; readonly atMs: number } = { signal: 'started', atMs: Number.NEGATIVE_INFINITY };
  /** The last signal that was more than a key. */
  #said: { readonly words: string; readonly atMs: number } | undefined;
  #isPowered = true;
  /** Of the reader, and of the last one while there is no power. */
  #mode: Mode;
  #isWorking = false;
  #lastKeyMs = Number.NEGATIVE_INFINITY;
  #isDrawing = false;

  private constructor(options: BenchOptions, door: Door) {
    this.#options = options;
    this.#door = door;
    this.#mode = options.mode;
    this.#pace = new Pace(door.clock);
    door.happened.watch((happening) => {
      this.#happenings.push(happening);
      if (this.#happenings.length > keptHappenings) this.#happenings.shift();
      if (!options.hasScreen) options.write(`${happeningLine(happening, defaultProfile, options.people)}\n`);
      this.draw();
    });
    door.signalled.watch((signal) => {
      const atMs = door.clock.nowMs();
      this.#signal = { signal, atMs };
      if (signal !== 'key') this.#said = { words: words[signal], atMs };
      this.draw();
    });
    this.#followBoard();
    if (options.hasScreen) setInterval(() => this.draw(), 1_000).unref();
  }

  static async start(options: BenchOptions): Promise<TerminalBench> {
    const { mode, people } = options;
    const door = await Door.open({ mode, people, wall: new Date().toISOString() });
    const bench = new TerminalBench(options, door);
    bench.draw();
    return bench;
  }

  /** Resolves once somebody asked to quit, or `end()` was called and everything typed before it was handled. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Takes what the terminal sent. */
  take(chunk: string): void {
    if (this.#waiting.length === 0) this.#isPasteCut = false;
    for (const hand of this.#hands.take(chunk)) {
      if (hand.do === 'stop') this.#waiting.splice(0, Number.POSITIVE_INFINITY, { do: 'quit' });
      else if (this.#waiting.length < maxWaitingHands) this.#waiting.push(hand);
      else this.#cutPaste();
    }
    void this.#work();
  }

  /** No more input will come. */
  end(): void {
    this.#waiting.push({ do: 'quit' });
    void this.#work();
  }

  #cutPaste(): void {
    if (!this.#isPasteCut && !this.#options.hasScreen) this.#options.write(`${pasteCutWords}\n`);
    this.#isPasteCut = true;
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
    if (hand.do === 'quit' || hand.do === 'stop') {
      // The answer to what was typed last is still to come.
      await this.#pace.skip(1_000);
      this.#pace.stop();
      this.#ended.resolve();
      return;
    }
    if (!this.#isPowered && !worksInTheDark.has(hand.do)) {
      this.#sayDark();
      return;
    }
    await this.#pace.do(() => this.#touch(hand));
    this.draw();
  }

  async #touch(hand: Exclude<Hand, { do: 'quit' | 'stop' }>): Promise<void> {
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

  /** On the screen these words stand while the power is off. */
  #sayDark(): void {
    if (!this.#options.hasScreen) this.#options.write(`${darkWords}\n`);
  }

  async #togglePower(): Promise<void> {
    if (this.#isPowered) this.#mode = this.#door.reader.mode;
    this.#isPowered = !this.#isPowered;
    if (!this.#isPowered) return this.#door.cutPower();
    const isLeafOpen = this.#door.inputs.isActive('doorContact');
    await this.#door.powerOn();
    await this.#door.set('doorContact', isLeafOpen);
    this.#followBoard();
  }

  /** Each power-up has lights and a buzzer of its own to follow. */
  #followBoard(): void {
    this.#door.lights.shown.watch(() => this.draw());
    this.#door.buzzer.heard.watch(({ onMs }) => {
      this.draw();
      this.#door.clock.setTimeout(() => this.draw(), onMs);
    });
  }

  /** Shows the present on the screen: once for all changes of one moment. */
  draw(): void {
    if (!this.#options.hasScreen || this.#isDrawing) return;
    this.#isDrawing = true;
    setImmediate(() => {
      this.#isDrawing = false;
      // Home, then each line with what was right of it cleared, then everything below cleared: no flicker.
      this.#options.write(`\u001b[H${faceLines(this.#facts()).join('\u001b[K\r\n')}\u001b[K\u001b[J`);
    });
  }

  #facts(): FaceFacts {
    const { people } = this.#options;
    const board = this.#door;
    return {
      name: 'Front door',
      mode: this.#isPowered ? board.reader.mode : this.#mode,
      colour: board.lights.colour,
      beeps: this.#isPowered ? this.#beeps() : [],
      isBeeping: this.#isPowered && board.buzzer.isSounding,
      says: this.#says(),
      isReleased: board.strike.isEnergised,
      isLeafOpen: board.inputs.isActive('doorContact'),
      isPowered: this.#isPowered,
      wallMs: board.clock.wall().ms,
      people,
      happenings: this.#happenings,
      profile: defaultProfile,
      screenRows: this.#options.rows(),
    };
  }

  /** The beeps of the last signal that have begun by now. */
  #beeps(): FaceFacts['beeps'] {
    const agoMs = this.#door.clock.nowMs() - this.#signal.atMs;
    return agoMs > signalShownMs ? [] : programs[this.#signal.signal].beeps.filter(({ atMs }) => atMs <= agoMs).map(({ tone }) => tone);
  }

  #says(): string {
    if (!this.#isPowered) return darkWords;
    if (this.#isPasteCut) return pasteCutWords;
    if (this.#said !== undefined && this.#door.clock.nowMs() - this.#said.atMs <= signalShownMs) return this.#said.words;
    const { mode, states } = this.#door.reader;
    const { passage, window, pinPath } = states.reader;
    return restingWords[
      restingOf({
        mode,
        isUnlocked: passage === 'unlocked',
        isWindowOpen: window === 'open' || window === 'ending',
        isLockedOut: pinPath === 'lockedOut',
        isOffline: false,
      })
    ];
  }
}
