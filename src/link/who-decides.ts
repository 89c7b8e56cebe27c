/**
 * Who decides at the door: this reader, or the panel at the other end of the line (DESIGN R17). Pure: facts and the time in, an answer out.
 * What each of them then does is the rules' and panel.ts's.
 */
import type { deciders } from './status.ts';

export type Decider = (typeof deciders)[number];
/** As in the settings of the line. */
export type DecidesSetting = Decider | 'panelThenReader';

/** A panel whose last POLL is older is away: keys and cards are not for it (R17). */
export const panelPollMs = 2_000;
/** Nothing that a panel which has not been heard for this long has switched on stays on (OSDP.md §1: offline). */
export const panelGoneMs = 8_000;

export interface LineFacts {
  /** A session on the reader's own key is open. One on the default key is none: everyone knows it. */
  readonly isSecure: boolean;
  /** The other end is there, in a session or in clear. */
  readonly isOnline: boolean;
  /** Monotonic milliseconds of the last POLL that was believed; negative infinity: there was none. */
  readonly polledAtMs: number;
  /** The same of the last POLL, LED, BUZ or OUT. */
  readonly heardAtMs: number;
}

/** The setting, as the last order has changed it: 1 hands over to the panel, 0 takes back (docs/table-profile.md §8). */
export const settingInForce = (setting: DecidesSetting, handedOver: boolean | undefined): DecidesSetting => {
  if (handedOver === undefined) return setting;
  if (!handedOver) return 'reader';
  // A panel with a reader to stand in for it has been handed what there is.
  return setting === 'reader' ? 'panel' : setting;
};

/** `isClearAllowed`: the setting `line.clear`. */
const isLive = ({ isSecure, isOnline }: LineFacts, isClearAllowed: boolean): boolean => isSecure || (isOnline && isClearAllowed);

/** The panel will hear a key typed at this moment. */
export const isPanelThere = (facts: LineFacts, isClearAllowed: boolean, nowMs: number): boolean =>
  nowMs - facts.polledAtMs <= panelPollMs && isLive(facts, isClearAllowed);

/** What it has switched on may stay on. */
export const isPanelHeard = (facts: LineFacts, isClearAllowed: boolean, nowMs: number): boolean =>
  nowMs - facts.heardAtMs < panelGoneMs && isLive(facts, isClearAllowed);

export const whoDecides = (inForce: DecidesSetting, isThere: boolean): Decider => {
  if (inForce === 'panelThenReader') return isThere ? 'panel' : 'reader';
  return inForce;
};

/** A change this soon after one that was told is told together with those that follow, so that a limping panel fills no journal. */
export const newsGapMs = 60_000;

export interface DeciderChange {
  readonly decider: Decider;
  /** How often it changed since the last news; the last one counts. */
  readonly changes: number;
}

/** When a change of who decides is told. */
export class DeciderNews {
  #changes = 0;
  #toldMs = Number.NEGATIVE_INFINITY;

  changed(): void {
    this.#changes += 1;
  }

  /** When something may be told; undefined: there is nothing. */
  get deadlineMs(): number | undefined {
    return this.#changes === 0 ? undefined : this.#toldMs + newsGapMs;
  }

  /** What is to be told now. */
  take(decider: Decider, nowMs: number): DeciderChange | undefined {
    if (this.deadlineMs === undefined || nowMs < this.deadlineMs) return undefined;
    const changes = this.#changes;
    this.#changes = 0;
    this.#toldMs = nowMs;
    return { decider, changes };
  }
}
