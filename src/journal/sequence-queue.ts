/** Rising sequence numbers, 8 bytes each: what the journal keeps in memory of an event (SECURITY D4: months of them). A ring that doubles. */
import { assert } from '../shared/assert.ts';

const firstSlots = 64;

export class SequenceQueue {
  #slots = new Float64Array(firstSlots);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The oldest, or undefined when there is none. */
  get first(): number | undefined {
    return this.#length === 0 ? undefined : this.#at(0);
  }

  /** Adds a number above all others. */
  push(sequence: number): void {
    assert(this.#length === 0 || sequence > this.#at(this.#length - 1), 'sequence numbers rise');
    this.#grow();
    this.#slots[this.#slot(this.#length)] = sequence;
    this.#length += 1;
  }

  /** Takes back the newest. */
  pop(): void {
    assert(this.#length > 0, 'there is a newest');
    this.#length -= 1;
  }

  /** Takes the oldest. */
  shift(): number {
    assert(this.#length > 0, 'there is an oldest');
    const sequence = this.#at(0);
    this.#head = this.#slot(1);
    this.#length -= 1;
    return sequence;
  }

  /** Puts back a number below all others. */
  unshift(sequence: number): void {
    assert(this.#length === 0 || sequence < this.#at(0), 'sequence numbers rise');
    this.#grow();
    this.#head = (this.#head + this.#slots.length - 1) % this.#slots.length;
    this.#slots[this.#head] = sequence;
    this.#length += 1;
  }

  /** Takes a number out of the middle; false when it is not there. Costs as much as the queue is long. */
  remove(sequence: number): boolean {
    let index = 0;
    while (index < this.#length && this.#at(index) < sequence) index += 1;
    if (index === this.#length || this.#at(index) !== sequence) return false;
    for (; index + 1 < this.#length; index++) this.#slots[this.#slot(index)] = this.#at(index + 1);
    this.#length -= 1;
    return true;
  }

  /** Puts a number that was taken out of the middle back to its place. */
  insert(sequence: number): void {
    this.#grow();
    let index = this.#length;
    for (; index > 0 && this.#at(index - 1) > sequence; index--) this.#slots[this.#slot(index)] = this.#at(index - 1);
    this.#slots[this.#slot(index)] = sequence;
    this.#length += 1;
  }

  #at(index: number): number {
    return this.#slots[this.#slot(index)] as number;
  }

  #slot(index: number): number {
    return (this.#head + index) % this.#slots.length;
  }

  #grow(): void {
    if (this.#length < this.#slots.length) return;
    const slots = new Float64Array(2 * this.#slots.length);
    for (let index = 0; index < this.#length; index++) slots[index] = this.#at(index);
    this.#slots = slots;
    this.#head = 0;
  }
}
