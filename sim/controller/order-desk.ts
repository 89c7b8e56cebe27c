/**
 * Signed orders to one reader (docs/table-profile.md §8, §19), and its clock (§20). Decides number and expiry of an order, and when a clock
 * is set; nothing is ever ordered twice by itself: an order that was lost may have been obeyed, and too late it would be a surprise.
 */
import type { JournalStatus, TableStatus } from '../../src/link/messages.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { maxUnsignedMs } from '../../src/reader/unsigned-time.ts';
import type { Order, orderModes } from '../../src/table/orders.ts';
import { maxSeconds } from '../../src/table/record.ts';
import type { Alarms } from './alarms.ts';
import type { PrivateCommands, Told } from './private-commands.ts';
import type { TableOffice } from './table-office.ts';

/** How long an order may be obeyed, and how long it may wait to be sent. */
const orderLifeS = 60;
/** A release that waited for longer is not sent: too late it would be a surprise. */
export const maxReleaseWaitMs = 5_000;
/** Clocks that differ by less are left alone. */
const clockToleranceMs = 2_000;
/** A reader that is further ahead is an alarm. Half the life of an order: one that expires by our clock still comes in time below it. */
export const maxReaderAheadMs = 30_000;
/** A clock that could not be set is tried again after this, or in a session in which the reader does not know the time. */
const clockRetryMs = 10 * 60_000;

/**
 * `offline`: not sent. `lost`: sent; whether it was obeyed, its number in the reader's status tells. `numbersSpent`: 2^32 orders. `expired`: not
 * obeyed, or not sent, because it was late.
 */
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
  /** Nothing was heard of its clock in this session. */
  #isNewSession = true;

  constructor(parts: OrderDeskParts) {
    this.#parts = parts;
  }

  /** A session has begun: the reader may have started anew, without the time. */
  begin(): void {
    this.#isNewSession = true;
  }

  toldTable({ orderNumber }: TableStatus): void {
    this.#obeyed = orderNumber;
  }

  /**
   * Sets the reader's clock where it is wrong and ours is to be trusted. One that runs far ahead is left to people: an order that counts by that
   * clock is good for as long as whoever tells it likes, and a line key is enough to tell it.
   */
  async toldJournal({ wallMs, isWallTrusted }: JournalStatus): Promise<void> {
    const { clock, alarms } = this.#parts;
    const nowMs = clock.nowMs();
    this.#readerWall = { ms: wallMs, toldMs: nowMs };
    const wall = clock.wall();
    const aheadMs = wall.ms - wallMs;
    const isRight = isWallTrusted && Math.abs(aheadMs) < clockToleranceMs;
    const hasLostTime = this.#isNewSession && !isWallTrusted;
    this.#isNewSession = false;
    if (isRight || !wall.trusted || this.#isSettingClock || (!hasLostTime && nowMs - this.#clockTriedMs < clockRetryMs)) return;
    this.#clockTriedMs = nowMs;
    if (-aheadMs > maxReaderAheadMs) {
      alarms.raise('clock.ahead', `by ${Math.floor(-aheadMs / 1_000)} s`);
      return;
    }
    this.#isSettingClock = true;
    const isSmall = isWallTrusted && aheadMs > 0 && aheadMs <= maxUnsignedMs;
    try {
      const outcome = await this.#moveClock(isSmall);
      if (outcome !== 'done' && outcome !== 'lost') alarms.raise('clock.notSet', outcome);
    } finally {
      this.#isSettingClock = false;
    }
  }

  /** A little forward without a signature; anything else by order. */
  async #moveClock(isSmall: boolean): Promise<OrderAnswer> {
    const { clock, commands } = this.#parts;
    const told = isSmall ? await commands.tell({ name: 'setTime', wallMs: wholeMs(clock.wall().ms) }) : 'tooFar';
    return told === 'tooFar' || told === 'timeUntrusted'
      ? this.#send(
          () => this.#clockOrder(),
          () => clock.wall().ms,
        )
      : told;
  }

  /** Widens access: signed, with a number that is on disk before it is sent. Rejects with a Fault when the store fails. */
  async order(order: Order): Promise<OrderAnswer> {
    return this.#send(
      () => order,
      () => this.#parts.clock.wall().ms,
    );
  }

  /**
   * Our time for the reader, by a person who knows that its clock is wrong: the order expires by the reader's own clock where that runs ahead,
   * for it is the one that judges. `timeUntrusted`: our own clock is no better. Rejects with a Fault when the store fails.
   */
  async setClock(): Promise<OrderAnswer> {
    const { clock } = this.#parts;
    if (!clock.wall().trusted) return 'timeUntrusted';
    const outcome = await this.#send(
      () => this.#clockOrder(),
      () => Math.max(clock.wall().ms, this.#readerWallMs()),
    );
    if (outcome === 'done') this.#readerWall = undefined;
    return outcome;
  }

  #clockOrder(): Order {
    return { kind: 'setClock', wallMs: wholeMs(this.#parts.clock.wall().ms) };
  }

  /** Narrows access: unsigned, and refused where it would not. */
  tighten(mode: (typeof orderModes)[number]): Promise<Told> {
    return this.#parts.commands.tell({ name: 'setMode', mode });
  }

  /** Signed when it has its turn: until then nobody has it, and it cannot grow old. */
  #send(orderAt: () => Order, judgedByMs: () => number): Promise<OrderAnswer> {
    const { clock, commands, office } = this.#parts;
    const askedMs = clock.nowMs();
    const maxWaitMs = orderAt().kind === 'release' ? maxReleaseWaitMs : orderLifeS * 1_000;
    const isLate = (): boolean => clock.nowMs() - askedMs > maxWaitMs;
    const expiresS = (): number => Math.min(maxSeconds, Math.floor(judgedByMs() / 1_000) + orderLifeS);
    return commands.tellFile('order', async (): Promise<Uint8Array | 'expired' | 'numbersSpent'> => {
      if (isLate()) return 'expired';
      const made = await office.order(() => ({ order: orderAt(), expiresS: expiresS() }), this.#obeyed);
      if (made === undefined) return 'numbersSpent';
      // The disk may have taken its time.
      return isLate() ? 'expired' : made.file;
    });
  }

  #readerWallMs(): number {
    const told = this.#readerWall;
    return told === undefined ? 0 : told.ms + (this.#parts.clock.nowMs() - told.toldMs);
  }
}

const wholeMs = (ms: number): number => Math.max(0, Math.floor(ms));
