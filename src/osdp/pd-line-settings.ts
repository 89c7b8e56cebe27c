/**
 * Address and baud rate of a PD, and new ones on trial (OSDP.md §11, SECURITY A23): kept for good only after they have worked, given up
 * after a minute in which they have not. Setting the port is the caller's.
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

const isSame = (left: LineSettings, right: LineSettings): boolean => left.address === right.address && left.baudRate === right.baudRate;

export class PdLineSettings {
  readonly #baudRates: readonly number[];
  readonly #keep: Keep<LineSettings>;
  #kept: LineSettings;
  #inForce: LineSettings;
  #trialEndsMs: number | undefined;
  #isUnsaved = false;

  constructor(kept: LineSettings, baudRates: readonly number[], keep: Keep<LineSettings>) {
    this.#kept = kept;
    this.#inForce = kept;
    this.#baudRates = baudRates;
    this.#keep = keep;
  }

  get inForce(): LineSettings {
    return this.#inForce;
  }

  /** When a trial ends; undefined: there is none. */
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
    this.#inForce = settings;
    this.#isUnsaved = false;
    this.#trialEndsMs = isSame(settings, this.#kept) ? undefined : nowMs + trialMs;
    return true;
  }

  /** A valid exchange: the settings in force work, and are to be kept. What came of it; undefined: nothing was to be kept, or not yet. */
  proven(): 'kept' | 'failed' | undefined {
    if (this.#trialEndsMs !== undefined) this.#isUnsaved = true;
    this.#trialEndsMs = undefined;
    const kept = this.#isUnsaved ? this.#keep(this.#inForce) : 'later';
    if (kept === 'later') return undefined;
    this.#isUnsaved = false;
    if (kept === 'kept') this.#kept = this.#inForce;
    return kept;
  }

  /** True when a trial is over: the settings before it are in force again. */
  expire(nowMs: number): boolean {
    if (this.#trialEndsMs === undefined || nowMs < this.#trialEndsMs) return false;
    this.#trialEndsMs = undefined;
    this.#inForce = this.#kept;
    return true;
  }
}
