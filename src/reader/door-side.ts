/**
 * What comes in from the wall: keys, cards and contacts, freed from storms, doublets and stuck keys, as events of the
 * rules. It decides what counts as one press and one read; what they mean is the machines'.
 */
import { Card } from '../access/card.ts';
import type { DoorEvent } from '../access/door-machine.ts';
import type { AccessEvent } from '../access/events.ts';
import { cardGate, FloodGate, keyGate } from '../access/flood-gate.ts';
import { HeldKeys } from '../access/held-keys.ts';
import type { ReaderEvent } from '../access/reader-setup.ts';
import type { CardRead, CardReader } from '../ports/card-reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { InputChange, InputName, Inputs } from '../ports/inputs.ts';
import type { Key, KeyChange, Keypad } from '../ports/keypad.ts';
import type { Subscription } from '../ports/subscription.ts';

/** The same card again within this time is the same read: heads repeat a card that stays in their field (SECURITY E3). */
const sameCardMs = 1_000;

export interface DoorSidePorts {
  readonly clock: Clock;
  readonly keypad?: Keypad | undefined;
  readonly cardReader?: CardReader | undefined;
  readonly inputs?: Inputs | undefined;
}

export interface DoorSideListener {
  /** A key or a card that the line may want. True: it is the line's, and not the reader's. */
  takesKey(key: Key): boolean;
  takesCard(card: CardRead): boolean;
  /** A contact has changed; what it means to the door is told apart. */
  inputChanged(input: InputName, isActive: boolean): void;
  toReader(event: ReaderEvent): void;
  toDoor(event: DoorEvent): void;
  tell(event: AccessEvent): void;
}

export class DoorSide {
  readonly #clock: Clock;
  readonly #listener: DoorSideListener;
  readonly #subscriptions: Subscription[] = [];
  readonly #keyGate = new FloodGate(keyGate);
  readonly #cardGate = new FloodGate(cardGate);
  readonly #heldKeys = new HeldKeys();
  #stuckTimer: unknown;
  #lastCard: CardRead | undefined;
  /** Inputs report their state once at start: a contact at rest then is no event. */
  readonly #inputStates = new Map<InputName, boolean>();

  constructor(ports: DoorSidePorts, listener: DoorSideListener) {
    this.#clock = ports.clock;
    this.#listener = listener;
    const { keypad, cardReader, inputs } = ports;
    if (keypad !== undefined) {
      this.#subscriptions.push(
        keypad.listen({
          changed: (change) => this.#keyChanged(change),
          attached: (isAttached) => {
            this.#heldKeys.releaseAll();
            this.#deviceChanged('keypad', isAttached);
          },
        }),
      );
    }
    if (cardReader !== undefined) {
      this.#subscriptions.push(
        cardReader.listen({
          read: (card) => this.#cardRead(card),
          attached: (isAttached) => this.#deviceChanged('cardReader', isAttached),
        }),
      );
    }
    if (inputs !== undefined) {
      this.#subscriptions.push(
        inputs.listen({
          changed: (change) => this.#inputChanged(change),
          attached: (isAttached) => this.#deviceChanged('inputs', isAttached),
        }),
      );
    }
  }

  /** As a contact last said. */
  isActive(input: InputName): boolean {
    return this.#inputStates.get(input) ?? false;
  }

  stop(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.stop();
    this.#clock.clearTimeout(this.#stuckTimer);
  }

  #keyChanged({ key, action, atMs }: KeyChange): void {
    if (action === 'released') {
      if (this.#heldKeys.released(key)) this.#listener.tell({ code: 'key.freed', fields: { kind: kindOf(key) } });
      this.#watchHeldKeys();
      return;
    }
    if (!this.#heldKeys.pressed(key, atMs)) return;
    this.#watchHeldKeys();
    const passage = this.#keyGate.enter(atMs);
    if (passage === 'dropAndReport') this.#listener.tell({ code: 'key.flood' });
    if (passage !== 'pass' || this.#listener.takesKey(key)) return;
    if (key === '#') this.#listener.toReader({ type: 'key.hash', atMs });
    else if (key === '*') this.#listener.toReader({ type: 'key.star', atMs });
    else this.#listener.toReader({ type: 'key.digit', digit: key, atMs });
  }

  #watchHeldKeys(): void {
    this.#clock.clearTimeout(this.#stuckTimer);
    const dueMs = this.#heldKeys.nextDueMs;
    if (dueMs === undefined) return;
    this.#stuckTimer = this.#clock.setTimeout(
      () => {
        for (const key of this.#heldKeys.stuck(this.#clock.nowMs())) {
          this.#listener.tell({ code: 'key.stuck', fields: { kind: kindOf(key) } });
        }
        this.#watchHeldKeys();
      },
      Math.max(0, dueMs - this.#clock.nowMs()),
    );
  }

  #cardRead(read: CardRead): void {
    const last = this.#lastCard;
    this.#lastCard = read;
    if (last !== undefined && isSameCard(last, read) && read.atMs - last.atMs < sameCardMs) return;
    const passage = this.#cardGate.enter(read.atMs);
    if (passage === 'dropAndReport') this.#listener.tell({ code: 'card.flood' });
    if (passage !== 'pass' || this.#listener.takesCard(read)) return;
    this.#listener.toReader({ type: 'card.read', card: new Card(read.form, read.value, read.length), atMs: read.atMs });
  }

  #inputChanged({ input, isActive, atMs }: InputChange): void {
    const was = this.#inputStates.get(input) ?? false;
    this.#inputStates.set(input, isActive);
    if (isActive === was) return;
    if (input === 'rex') this.#listener.toDoor({ type: isActive ? 'rex.pressed' : 'rex.freed', atMs });
    else if (input === 'doorContact') this.#listener.toDoor({ type: isActive ? 'contact.opened' : 'contact.closed', atMs });
    else this.#listener.tell({ code: isActive ? 'tamper.opened' : 'tamper.closed' });
    this.#listener.inputChanged(input, isActive);
  }

  #deviceChanged(device: string, isAttached: boolean): void {
    this.#listener.tell({ code: isAttached ? 'device.found' : 'device.lost', fields: { device } });
  }
}

/** Which digit is stuck would tell which digits are used: only its kind is told. */
const kindOf = (key: string): string => (key === '#' ? 'hash' : key === '*' ? 'star' : 'digit');

const isSameCard = (left: CardRead, right: CardRead): boolean =>
  left.form === right.form &&
  left.length === right.length &&
  left.value.length === right.value.length &&
  left.value.every((byte, index) => byte === right.value[index]);
