/** What a door did, in lines a person can read and a test can compare. Only what can be seen, heard or found in the journal. */
import type { AccessEvent } from '../src/access/events.ts';
import type { Clock } from '../src/ports/clock.ts';

/** Lines kept until the story is told; the oldest go first. */
const maxLines = 10_000;

export class Story {
  readonly #clock: Clock;
  readonly #nameOf: (person: number) => string | undefined;
  #lines: string[] = [];

  constructor(clock: Clock, nameOf: (person: number) => string | undefined) {
    this.#clock = clock;
    this.#nameOf = nameOf;
  }

  add(what: string): void {
    if (this.#lines.length === maxLines) this.#lines.shift();
    this.#lines.push(`${(this.#clock.nowMs() / 1000).toFixed(3).padStart(8)} ${what}`);
  }

  addEvent({ code, person, fields = {} }: AccessEvent): void {
    const whose = person === undefined ? '' : ` ${this.#nameOf(person) ?? `person ${person}`}`;
    const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${value}`);
    this.add(`event ${code}${whose}${facts.join('')}`);
  }

  /** The lines so far; the story goes on from here. */
  tell(): string {
    const told = this.#lines.join('\n');
    this.#lines = [];
    return told;
  }

  clear(): void {
    this.#lines = [];
  }
}
