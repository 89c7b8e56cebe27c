/**
 * Keys on their way to a door, in the order in which they were pressed: one message at a time, and what is pressed meanwhile goes with the next
 * one. What a key means is the reader's.
 */

/** The server takes no more in one message; a hand that is faster than the line loses the rest. */
export const maxWaitingKeys = 40;

export class KeyLine {
  readonly #send: (keys: string) => Promise<void>;
  #waiting = '';
  #isSending = false;

  constructor(send: (keys: string) => Promise<void>) {
    this.#send = send;
  }

  /** False: too many wait, and this one is dropped. Resolves once nothing waits any more. */
  async press(key: string): Promise<boolean> {
    if (this.#waiting.length + key.length > maxWaitingKeys) return false;
    this.#waiting += key;
    if (this.#isSending) return true;
    this.#isSending = true;
    while (this.#waiting !== '') {
      const keys = this.#waiting;
      this.#waiting = '';
      await this.#send(keys);
    }
    this.#isSending = false;
    return true;
  }
}
