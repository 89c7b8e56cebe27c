/** What a PD is to be told, in order: releases first, then the others as they came. Which replies end an order; what they mean is the caller's. */
import type { OrderCommand, OrderName, Priority } from './acu-events.ts';
import type { ReplyName } from './replies.ts';

/** Orders that may wait for one PD. A door's lights, buzzer and status are under ten; more means that nobody listens. */
export const maxWaitingOrders = 32;

/** The replies a command has (OSDP.md §5); NAK and BUSY are answers to all. */
export const answersTo: { readonly [Name in OrderName]: readonly ReplyName[] } = {
  id: ['pdid', 'extPdid'],
  cap: ['pdcap'],
  lstat: ['lstatr'],
  istat: ['istatr'],
  ostat: ['ostatr'],
  rstat: ['rstatr'],
  out: ['ostatr', 'ack'],
  led: ['ack'],
  buz: ['ack'],
  text: ['ack'],
  comset: ['com'],
  bioread: ['bioreadr', 'ack'],
  biomatch: ['biomatchr', 'ack'],
  mfg: ['ack', 'mfgrep', 'mfgstatr', 'mfgerrr'],
  xwr: ['xrd', 'ack'],
  abort: ['ack'],
  pivdata: ['pivdatar', 'ack'],
  genauth: ['genauthr', 'ack'],
  crauth: ['crauthr', 'ack'],
  keepactive: ['ack'],
};

export interface Order {
  readonly id: number;
  readonly command: OrderCommand;
  readonly priority: Priority;
  readonly queuedMs: number;
}

export class OrderQueue {
  readonly #releases: Order[] = [];
  readonly #others: Order[] = [];

  get isFull(): boolean {
    return this.#releases.length + this.#others.length >= maxWaitingOrders;
  }

  get first(): Order | undefined {
    return this.#releases[0] ?? this.#others[0];
  }

  add(order: Order): void {
    (order.priority === 'release' ? this.#releases : this.#others).push(order);
  }

  /** Takes out `first`. */
  shift(): Order | undefined {
    return this.#releases.shift() ?? this.#others.shift();
  }

  /** Everything, in order; nothing is left. */
  drain(): readonly Order[] {
    return [...this.#releases.splice(0), ...this.#others.splice(0)];
  }
}
