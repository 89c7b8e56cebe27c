/** What never shows what it holds: printed, serialised or inspected it is the text its class gives in its place. Who may look inside is each class's. */

const inspect = Symbol.for('nodejs.util.inspect.custom');

export abstract class Masked {
  /** What people and logs see instead. */
  abstract toString(): string;

  toJSON(): string {
    return this.toString();
  }

  [inspect](): string {
    return this.toString();
  }
}
