/** What a simulated device did, in order, for tests to read and faces to follow. Keeps the newest entries only. */
import type { Subscription } from '../../src/ports/subscription.ts';

/** Entries kept: a storm runs for days and must not grow with them. */
export const maxHistory = 10_000;

export class History<Entry> {
  readonly #entries: Entry[] = [];
  readonly #watchers = new Set<(entry: Entry) => void>();

  /** Oldest first. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get last(): Entry | undefined {
    return this.#entries.at(-1);
  }

  add(entry: Entry): void {
    if (this.#entries.length === maxHistory) this.#entries.shift();
    this.#entries.push(entry);
    for (const watcher of this.#watchers) watcher(entry);
  }

  /** Calls with every entry from now on. */
  watch(watcher: (entry: Entry) => void): Subscription {
    this.#watchers.add(watcher);
    return { stop: () => this.#watchers.delete(watcher) };
  }
}
