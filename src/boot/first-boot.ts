/**
 * The first start of a reader: keys of its keypad go to the code of its bundle, until it has keys of its own. What is typed, what is seen and
 * heard, how often one may try and how long one waits stands here, as a table that docs/first-boot.md is written from. The reader itself runs
 * meanwhile, knows nobody, and hears no key; which bundle it is, and where its keys go, is tools/found-bundle.ts's.
 */
import { type Program, programs } from '../access/feedback.ts';
import type { Clock } from '../ports/clock.ts';
import type { Key, Keypad } from '../ports/keypad.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { Signals } from '../reader/signals.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { codeFrom, mostCodeDigits } from '../tools/provision-bundle.ts';

/** Without a key for so long, what is typed is forgotten: a code is often told by telephone. */
export const pauseMs = 60_000;
/** How often the reader shows again what it waits for. */
export const remindMs = 10_000;
/** The wait after a wrong code: doubling, from the first to the longest. */
export const firstWaitMs = 2_000;
export const longestWaitMs = 60_000;
/** Wrong codes in one start; after the last no key is taken until the power has been off. */
export const mostTries = 10;
/** From the good signal to the new start. */
export const shownMs = 1_500;

const blink = (colour: 'amber' | 'red', count: number): Program['lights'] =>
  Array.from({ length: count }, () => [{ colour, forMs: 500 } as const, { colour: 'off', forMs: 500 } as const]).flat();

/** What somebody sees and hears who stands there without a laptop. */
export const firstSignals = {
  waiting: {
    program: {
      lights: blink('amber', remindMs / 1_000),
      beeps: [
        { atMs: 0, onMs: 60, tone: 'low' },
        { atMs: 150, onMs: 60, tone: 'normal' },
      ],
    },
    seen: 'amber, half a second on and half a second off; every 10 s a low and a high short beep',
    meaning: 'it waits for the code of its bundle',
  },
  opened: {
    program: { lights: [{ colour: 'green', forMs: shownMs }], beeps: [{ atMs: 0, onMs: 400, tone: 'normal' }] },
    seen: 'green for 1.5 s, one long beep',
    meaning: 'the code was right and the keys are on disk: the reader starts anew by itself',
  },
  wrong: {
    program: programs.denied,
    seen: 'red for 1 s, three short beeps',
    meaning: 'the code was wrong, or the bundle is damaged',
  },
  early: {
    program: programs.keyLockedOut,
    seen: 'a red flash and a low beep at a key',
    meaning: 'too early after a wrong code: the key does not count',
  },
  failed: {
    program: {
      lights: [...blink('red', 3), ...blink('amber', 3)],
      beeps: [
        { atMs: 0, onMs: 600, tone: 'low' },
        { atMs: 3_000, onMs: 600, tone: 'low' },
      ],
    },
    seen: 'three times red, three times amber, two long low beeps',
    meaning: 'the code was right, and the keys could not be written: the disk',
  },
  ended: {
    program: { lights: blink('red', remindMs / 1_000), beeps: [{ atMs: 0, onMs: 600, tone: 'low' }] },
    seen: 'red, half a second on and half a second off; every 10 s a long low beep',
    meaning: 'too many wrong codes: no key is taken until the power has been off',
  },
} as const satisfies Record<string, { readonly program: Program; readonly seen: string; readonly meaning: string }>;

/** `failed`: the code is right, and its keys are not on disk. */
export type Tried = 'opened' | 'wrong' | 'failed';

export interface FirstBootParts {
  readonly clock: Clock;
  readonly keypad: Keypad;
  /** Never rejects. */
  tryCode(code: SecretBytes): Promise<Tried>;
  /** Keys are on disk, and whoever typed has seen it. */
  keyed(): void;
}

export class FirstBoot {
  /** For the reader: it hears whether the keypad is there, and no key. */
  readonly keypad: Keypad;
  readonly #parts: FirstBootParts;
  #signals: Pick<Signals, 'play' | 'show'> | undefined;
  #typed = '';
  #tries = 0;
  #isBusy = false;
  #isStopped = false;
  #waitsUntilMs = 0;
  #pause: unknown;
  #reminder: unknown;

  constructor(parts: FirstBootParts) {
    this.#parts = parts;
    this.keypad = {
      listen: (listener): Subscription =>
        parts.keypad.listen({
          changed: ({ key, action }) => {
            if (action === 'pressed') this.#pressed(key);
          },
          attached: (isAttached) => {
            this.#forget();
            listener.attached(isAttached);
          },
        }),
    };
  }

  /** Keys count from here on: there is somebody to show what they did. */
  begin(signals: Pick<Signals, 'play' | 'show'>): void {
    this.#signals = signals;
    this.#remindIn(firstReminderMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#forget();
    this.#parts.clock.clearTimeout(this.#reminder);
  }

  get #hasEnded(): boolean {
    return this.#tries >= mostTries;
  }

  #pressed(key: Key): void {
    if (this.#signals === undefined || this.#isStopped || this.#isBusy) return;
    const { clock } = this.#parts;
    if (this.#hasEnded || clock.nowMs() < this.#waitsUntilMs) {
      this.#signals.play('keyLockedOut');
      return;
    }
    this.#signals.play('key');
    clock.clearTimeout(this.#pause);
    if (key === '#') {
      this.#submit();
      return;
    }
    // One more than any code has says that it is none.
    this.#typed = key === '*' ? '' : (this.#typed + key).slice(0, mostCodeDigits + 1);
    if (this.#typed !== '') this.#pause = clock.setTimeout(() => this.#abandoned(), pauseMs);
  }

  #abandoned(): void {
    this.#forget();
    this.#signals?.play('windowOver');
  }

  #forget(): void {
    this.#typed = '';
    this.#parts.clock.clearTimeout(this.#pause);
  }

  #submit(): void {
    const typed = this.#typed;
    this.#forget();
    if (typed === '') return;
    const code = codeFrom(typed);
    // No code at all guesses nothing, and costs no try.
    if (code === undefined) {
      this.#show('wrong');
      return;
    }
    this.#isBusy = true;
    void this.#parts.tryCode(code).then((tried) => {
      code.wipe();
      this.#isBusy = false;
      if (!this.#isStopped) this.#answer(tried);
    });
  }

  #answer(tried: Tried): void {
    const { clock, keyed } = this.#parts;
    if (tried === 'opened') {
      this.#isBusy = true;
      this.#show('opened');
      clock.clearTimeout(this.#reminder);
      this.#reminder = clock.setTimeout(keyed, shownMs);
    } else if (tried === 'failed') {
      this.#show('failed');
    } else {
      this.#tries += 1;
      this.#waitsUntilMs = clock.nowMs() + Math.min(firstWaitMs * 2 ** (this.#tries - 1), longestWaitMs);
      this.#show('wrong');
    }
  }

  #show(name: keyof typeof firstSignals): void {
    this.#signals?.show(firstSignals[name].program);
  }

  /** A card that was read, and what it was answered, may have ended what was shown. */
  #remindIn(ms: number): void {
    this.#reminder = this.#parts.clock.setTimeout(() => {
      if (this.#typed === '' && !this.#isBusy) this.#show(this.#hasEnded ? 'ended' : 'waiting');
      this.#remindIn(remindMs);
    }, ms);
  }
}

/** After the start signal. */
export const firstReminderMs = 1_000;
