/**
 * Obeys signed orders (DESIGN §2): what widens access comes only this way. Each number is written down before the order
 * is carried out, so that none is obeyed twice. Whether an order may be obeyed is table/orders.ts's.
 */
import type { AccessEvent } from '../access/events.ts';
import type { Facts } from '../journal/facts.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import type { Trust } from '../table/header.ts';
import { type Order, type OrderKind, type OrderRefusal, readOrder } from '../table/orders.ts';

/** One handler a kind of order: a missing one does not compile. It rejects when the order could not be carried out. */
export type OrderHandlers = { readonly [Kind in OrderKind]: OrderHandler<Kind> };

/**
 * `isStale`: the order has expired, waited too long or outlived its reader: nothing may be released for it any more. `atMs`: when it came.
 */
type OrderHandler<Kind extends OrderKind> = (order: Extract<Order, { kind: Kind }>, isStale: () => boolean, atMs: number) => Promise<void>;

/** Orders that may wait for one another; one more is refused. */
const maxWaitingOrders = 16;
/** From an order's arrival to the last moment it may still release anything. */
const orderLimitMs = 5_000;

export interface OrderParts {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly crypto: Crypto;
  readonly journal: Journal;
  readonly facts: Facts;
  /** Undefined until the reader has been keyed: then no order is obeyed. */
  readonly trust: Trust | undefined;
  readonly handlers: OrderHandlers;
  /** Hash of the settings that wait to be accepted; undefined: none do. */
  readonly waitingSettings: Uint8Array | undefined;
  wall(): { readonly ms: number; readonly trusted: boolean };
  tell(event: AccessEvent): void;
}

export type OrderFailure = OrderRefusal | 'notKeyed' | 'notDone' | 'tooMany';

export class Orders {
  readonly #parts: OrderParts;
  /** One after the other: the number of one is on disk before the next is read. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #isStopped = false;

  constructor(parts: OrderParts) {
    this.#parts = parts;
  }

  /** Resolves once the order was carried out, or with the reason why not; both are events. Never rejects. */
  obey(file: Uint8Array): Promise<Result<OrderKind, OrderFailure>> {
    if (this.#waiting >= maxWaitingOrders) return Promise.resolve(this.#refuse('tooMany'));
    this.#waiting += 1;
    const atMs = this.#parts.clock.nowMs();
    const obeyed = this.#last.then(() => this.#obey(file, atMs)).finally(() => (this.#waiting -= 1));
    this.#last = obeyed;
    return obeyed;
  }

  /** Nothing is released for an order any more. */
  stop(): void {
    this.#isStopped = true;
  }

  async #obey(file: Uint8Array, atMs: number): Promise<Result<OrderKind, OrderFailure>> {
    const { clock, crypto, trust, facts, journal, tell, wall, waitingSettings } = this.#parts;
    if (trust === undefined) return this.#refuse('notKeyed');
    const { ms, trusted } = wall();
    const moment = { lastNumber: facts.orderNumber, nowS: Math.floor(ms / 1000), isTimeTrusted: trusted, waitingSettings };
    const read = readOrder(crypto, trust, moment, file);
    if (!read.ok) return this.#refuse(read.failure);
    const { number, expiresS, order } = read.value;
    const isStale = (): boolean => this.#isStopped || clock.nowMs() - atMs > orderLimitMs || wall().ms >= expiresS * 1000;
    try {
      await journal.record([facts.setOrderNumber(number)]);
      await this.#carryOut(order, isStale, atMs);
    } catch {
      return this.#refuse('notDone', number);
    }
    tell({ code: 'order.obeyed', fields: { order: order.kind, number } });
    return ok(order.kind);
  }

  #carryOut<Kind extends OrderKind>(order: Extract<Order, { kind: Kind }>, isStale: () => boolean, atMs: number): Promise<void> {
    const handlers: { readonly [K in OrderKind]: OrderHandler<K> } = this.#parts.handlers;
    return handlers[order.kind as Kind](order, isStale, atMs);
  }

  #refuse(reason: OrderFailure, number = 0): Result<OrderKind, OrderFailure> {
    this.#parts.tell({ code: 'order.refused', fields: { reason, number } });
    return failed(reason);
  }
}
