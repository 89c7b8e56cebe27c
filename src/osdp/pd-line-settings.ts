/**
 * Address and baud rate of a PD, and new ones on trial (OSDP.md §11, SECURITY A23): kept for good only after they have worked, given up
 * after a minute in which they have not, also where they worked before and could not be kept. Setting the port is the caller's.
 */
import { configurationAddress } from './frame.ts';

export interface LineSettings {
  /** 0..0x7e. */
  readonly address: number;
  readonly baudRate: number;
}

/** `later`: begun, ask again with the same. `failed`: it is not kept, and what was kept before is. */
export type Kept = 'kept' | 'later' | 'failed';

/**
 * Keeps so that it survives a power cut at any point: as it was before, or whole. Called again until it says something else than `later`,
 * with the same value, not always the same object.
 */
export type Keep<Value> = (value: Value) => Kept;

export const trialMs = 60_000;
/** What could not be kept is tried again after this, so often in all. */
export const keepRetryMs = 5_000;
export const maxKeepTries = 12;

const isSame = (left: LineSettings, right: LineSettings): boolean => left.address === right.address && left.baudRate === right.baudRate;

export class PdLineSettings {
  readonly #baudRates: readonly number[];
  readonly #keep: Keep<LineSettings>;
  #kept: LineSettings;
  #inForce: LineSettings;
  #trialEndsMs: number | undefined;
  /** Those in force are not known to be what a start would find. */
  #isUnsaved = false;
  /** The last answer was `later`: what it will be is not known. */
  #isWriting = false;
  #triesLeft = maxKeepTries;
  #triesAgainMs = 0;

  constructor(kept: LineSettings, baudRates: readonly number[], keep: Keep<LineSettings>) {
    this.#kept = kept;
    this.#inForce = kept;
    this.#baudRates = baudRates;
    this.#keep = keep;
  }

  get inForce(): LineSettings {
    return this.#inForce;
  }

  /** When a trial ends, unless they are proven before; undefined: there is none. */
  get deadlineMs(): number | undefined {
    return this.#trialEndsMs;
  }

  /** What will be in force if this is asked for: it, or what is now. */
  resultOf(asked: LineSettings): LineSettings {
    return asked.address < configurationAddress && this.#baudRates.includes(asked.baudRate) ? asked : this.#inForce;
  }

  /** False when these are in force already. */
  switchTo(settings: LineSettings, nowMs: number): boolean {
    if (isSame(settings, this.#inForce)) return false;
    this.#trialEndsMs = isSame(settings, this.#kept) ? undefined : nowMs + trialMs;
    this.#put(settings);
    return true;
  }

  /**
   * A valid exchange: the settings in force work, and are to be kept. What came of it, `failed` once it is given up; undefined: nothing was to
   * be kept, or not yet.
   */
  proven(nowMs: number): 'kept' | 'failed' | undefined {
    if (!this.#isUnsaved) return undefined;
    // Not kept, they are lost with the power: so they go as well when the other end does.
    if (this.#trialEndsMs !== undefined) this.#trialEndsMs = nowMs + trialMs;
    if (this.#triesLeft === 0 || nowMs < this.#triesAgainMs) return undefined;
    const kept = this.#ask();
    if (kept !== 'failed') return kept === 'kept' ? kept : undefined;
    this.#triesLeft -= 1;
    this.#triesAgainMs = nowMs + keepRetryMs;
    return this.#triesLeft === 0 ? 'failed' : undefined;
  }

  /** What came of a trial that is over: `reverted`, the settings before it are in force again. */
  expire(nowMs: number): 'kept' | 'reverted' | undefined {
    if (this.#trialEndsMs === undefined || nowMs < this.#trialEndsMs) return undefined;
    if (this.#isWriting && this.#ask() === 'kept') return 'kept';
    this.#trialEndsMs = undefined;
    this.#put(this.#kept);
    return 'reverted';
  }

  #put(settings: LineSettings): void {
    this.#inForce = settings;
    // What is still being written may yet become what a start finds.
    this.#isUnsaved = this.#isWriting || !isSame(settings, this.#kept);
    this.#triesLeft = maxKeepTries;
    this.#triesAgainMs = 0;
  }

  #ask(): Kept {
    const kept = this.#keep(this.#inForce);
    this.#isWriting = kept === 'later';
    if (kept !== 'kept') return kept;
    this.#kept = this.#inForce;
    this.#isUnsaved = false;
    this.#trialEndsMs = undefined;
    return kept;
  }
}
