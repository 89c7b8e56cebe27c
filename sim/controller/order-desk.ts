/**
 * Signed orders to one reader (docs/table-profile.md §8, §19), and its clock (§20). Decides number and expiry of an order, and when a clock
 * is set; nothing is ever ordered twice by itself: an order that was lost may have been obeyed, and too late it would be a surprise.
 */
import type { JournalStatus, TableStatus } from '../../src/link/messages.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Order, orderModes } from '../../src/table/orders.ts';
import { maxSeconds } from '../../src/table/record.ts';
import type { Alarms } from './alarms.ts';
import type { PrivateCommands, Told } from './private-commands.ts';
import type { TableOffice } from './table-office.ts';

/** How long an order may be obeyed. */
const orderLifeS = 60;
/** Clocks that differ by less are left alone. */
const clockToleranceMs = 2_000;
/** Further forward than this takes an order. */
const maxUnsignedMs = 5 * 60_000;
/** A clock that could not be set is tried again after this. */
const clockRetryMs = 10 * 60_000;

/** `offline`: not sent. `lost`: sent; whether it was obeyed, its number in the reader's status tells. `numbersSpent`: 2^32 orders. */
export type OrderAnswer = Told | 'offline' | 'numbersSpent';

export interface OrderDeskParts {
  readonly clock: Clock;
  readonly commands: PrivateCommands;
  readonly alarms: Alarms;
  readonly office: TableOffice;
}

export class OrderDesk {
  readonly #parts: OrderDeskParts;
  #obeyed = 0;
  /** Of the reader's wall clock, and when it was told. */
  #readerWall: { readonly ms: number; readonly toldMs: number } | undefined;
  #clockTriedMs = Number.NEGATIVE_INFINITY;
  #isSettingClock = false;

  constructor(parts: OrderDeskParts) {
    this.#parts = parts;
  }

  toldTable({ orderNumber }: TableStatus): void {
    this.#obeyed = orderNumber;
  }

  /** Sets the reader's clock where it is wrong and ours is to be trusted. */
  async toldJournal({ wallMs, isWallTrusted }: JournalStatus): Promise<void> {
    const { clock, alarms } = this.#parts;
    const nowMs = clock.nowMs();
    this.#readerWall = { ms: wallMs, toldMs: nowMs };
    const wall = clock.wall();
    const aheadMs = wall.ms - wallMs;
    const isRight = isWallTrusted && Math.abs(aheadMs) < clockToleranceMs;
    if (isRight || !wall.trusted || this.#isSettingClock || nowMs - this.#clockTriedMs < clockRetryMs) return;
    this.#clockTriedMs = nowMs;
    this.#isSettingClock = true;
    const isSmall = isWallTrusted && aheadMs > 0 && aheadMs <= maxUnsignedMs;
    try {
      const outcome = await this.#setClock(isSmall);
      if (outcome === 'done') this.#readerWall = { ms: clock.wall().ms, toldMs: clock.nowMs() };
      else if (outcome !== 'lost') alarms.raise('clock.notSet', outcome);
    } finally {
      this.#isSettingClock = false;
    }
  }

  /** A little forward without a signature; anything else by order. */
  async #setClock(isSmall: boolean): Promise<OrderAnswer> {
    const { clock, commands } = this.#parts;
    const told = isSmall ? await commands.tell({ name: 'setTime', wallMs: wholeMs(clock.wall().ms) }) : 'tooFar';
    return told === 'tooFar' || told === 'timeUntrusted' ? this.order({ kind: 'setClock', wallMs: wholeMs(clock.wall().ms) }) : told;
  }

  /** Widens access: signed, with a number that is on disk before it is sent. Throws a Fault when the store does. */
  async order(order: Order): Promise<OrderAnswer> {
    const made = this.#parts.office.order(order, this.#expiresS(), this.#obeyed);
    return made === undefined ? 'numbersSpent' : this.#parts.commands.tellFile(made.file);
  }

  /** Narrows access: unsigned, and refused where it would not. */
  tighten(mode: (typeof orderModes)[number]): Promise<Told> {
    return this.#parts.commands.tell({ name: 'setMode', mode });
  }

  /** By the reader's own clock when that runs ahead of ours: it is the one that judges. */
  #expiresS(): number {
    const { clock } = this.#parts;
    const reader = this.#readerWall;
    const readerMs = reader === undefined ? 0 : reader.ms + (clock.nowMs() - reader.toldMs);
    return Math.min(maxSeconds, Math.floor(Math.max(clock.wall().ms, readerMs) / 1_000) + orderLifeS);
  }
}

const wholeMs = (ms: number): number => Math.max(0, Math.floor(ms));
