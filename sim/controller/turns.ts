/** Work of one kind, a piece at a time, in the order it was asked for. Decides who is next and when too many wait; what the work is, its caller knows. */
import { Fault } from '../../src/shared/faults.ts';

export class Turns {
  readonly #maxWaiting: number;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  get isFull(): boolean {
    return this.#waiting > this.#maxWaiting;
  }

  /** What the work gives, or rejects with. Rejects with a Fault `queue.full` where too many wait. */
  async take<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (this.isFull) throw new Fault('queue.full', 'Too much is asked for at once.');
    this.#waiting += 1;
    const turn = this.#last.then(work);
    // Whoever asked hears of a failure; the next one has its turn whatever became of this one.
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }
}
