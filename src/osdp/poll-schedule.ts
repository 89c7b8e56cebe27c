/**
 * Whose turn it is on a line with many PDs. A release goes first, then other orders, then polls and file fragments by how long they are
 * due: nobody starves. PDs that do not answer cost their 200 ms out of a budget, so that the others hardly notice them. What a PD is told
 * in its turn is acu-session.ts's.
 */

/** Part of the line's time that may pass waiting for PDs that have not answered last time. */
export const silentShare = 0.1;
/** What may be saved up of it: a lost reply is asked for again at once, three times. */
export const maxSavedSilenceMs = 600;
/** What may be owed of it: while nobody answers, waiting costs nothing, and whoever answers last after that is not kept waiting for it. */
export const maxOwedSilenceMs = 600;

export const ranks = { release: 0, order: 1, poll: 2 } as const;

/** What a PD waits for. */
export interface Turn {
  readonly rank: number;
  readonly dueMs: number;
  /** The last time it spoke to, it did not answer: it waits for the budget, but not longer than this. Undefined: it answered. */
  readonly latestMs: number | undefined;
}

export class PollSchedule {
  #savedMs = maxSavedSilenceMs;
  #atMs = Number.NEGATIVE_INFINITY;

  /** Somebody did not answer for so long. */
  spend(silentMs: number, nowMs: number): void {
    this.#savedMs = Math.max(-maxOwedSilenceMs, this.#savedAt(nowMs) - silentMs);
    this.#atMs = nowMs;
  }

  /** When the first of these may speak; undefined when there are none. */
  nextMs(turns: readonly Turn[]): number | undefined {
    const times = turns.map((turn) => this.#fromMs(turn, turns));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** The place of the one to speak now. */
  choose(turns: readonly Turn[], nowMs: number): number | undefined {
    let chosen: number | undefined;
    for (const [place, turn] of turns.entries()) {
      if (this.#fromMs(turn, turns) > nowMs) continue;
      const best = chosen === undefined ? undefined : turns[chosen];
      if (best === undefined || turn.rank < best.rank || (turn.rank === best.rank && turn.dueMs < best.dueMs)) chosen = place;
    }
    return chosen;
  }

  #fromMs({ dueMs, latestMs }: Turn, turns: readonly Turn[]): number {
    // With nobody else to speak to, there is nobody to wait for.
    if (latestMs === undefined || turns.every((turn) => turn.latestMs !== undefined)) return dueMs;
    return Math.max(dueMs, Math.min(this.#atMs - this.#savedMs / silentShare, latestMs));
  }

  #savedAt(nowMs: number): number {
    return Math.min(maxSavedSilenceMs, this.#savedMs + (nowMs - this.#atMs) * silentShare);
  }
}
