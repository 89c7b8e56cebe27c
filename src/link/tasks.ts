/**
 * What takes longer than an answer may (docs/table-profile.md §16): commands that were acknowledged, and the outcome of each, under the tag the
 * controller gave it, for a later POLL. An outcome is for the session that asked; another may use the same tag for something else.
 */
import type { LinkReply, Outcome } from './messages.ts';

/** Commands acknowledged and not yet reported as done. */
export const maxTasks = 16;

export class Tasks {
  #under = 0;
  #done: { readonly tag: number; readonly outcome: Outcome }[] = [];
  #session = 0;

  get isFull(): boolean {
    return this.#under + this.#done.length >= maxTasks;
  }

  /** The session is over: what was asked for goes on, and is reported to nobody. */
  restart(): void {
    this.#session += 1;
    this.#done = [];
  }

  /** There must be room. `work` never rejects. */
  run(tag: number, work: Promise<Outcome>): void {
    const session = this.#session;
    this.#under += 1;
    void work.then((outcome) => {
      this.#under -= 1;
      if (session === this.#session) this.#done.push({ tag, outcome });
    });
  }

  next(): LinkReply | undefined {
    const first = this.#done.shift();
    return first && { name: 'done', ...first };
  }
}
