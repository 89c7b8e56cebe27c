/**
 * Everything a controller does for one reader: asks its pages at each session and on time, and hands what the reader says to whoever deals
 * with it: tables, events, orders, releases. Decides who hears what; bytes and sessions are line-controller.ts's and osdp/'s.
 */

import { Card } from '../../src/access/card.ts';
import {
  type DoorStatus,
  doorpadOui,
  type JournalStatus,
  readLinkReply,
  type SettingsStatus,
  type TableStatus,
  updateFileType,
} from '../../src/link/messages.ts';
import type { AcuEvent, FileOutcome, OfflineReason } from '../../src/osdp/acu-events.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { Strike } from '../../src/ports/strike.ts';
import type { Order, orderModes } from '../../src/table/orders.ts';
import { Alarms } from './alarms.ts';
import type { ControllerStore, Stores } from './controller-store.ts';
import { EventIntake } from './event-intake.ts';
import type { NewEvent } from './event-store.ts';
import { type OrderAnswer, OrderDesk } from './order-desk.ts';
import { PrivateCommands, type Told } from './private-commands.ts';
import type { ReaderLine, ReaderListener, ReaderState } from './reader-state.ts';
import { ReleaseDesk } from './release-desk.ts';
import type { KnownReader, Site } from './site-store.ts';
import { TableKeeper } from './table-keeper.ts';
import { TableOffice } from './table-office.ts';
import { isOther, type ToldDoor, toldBy } from './told-door.ts';
import { UpdateKeeper } from './update-keeper.ts';
import { countUse } from './use-counts.ts';

/** Table and content hash are asked for so often (SECURITY C16). */
const tableWatchMs = 3_600_000;
/** Journal, clock and door are asked for so often. */
const journalWatchMs = 60_000;

export interface ReaderKeeperParts {
  readonly store: ControllerStore;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly site: Site;
  readonly reader: KnownReader;
  readonly line: ReaderLine;
  readonly listener: ReaderListener;
  /** Of a reader whose lock hangs at the controller. */
  readonly strike: Strike | undefined;
}

export class ReaderKeeper {
  readonly reader: KnownReader;
  readonly alarms: Alarms;
  /** An update for it, where one was offered. */
  readonly updates: UpdateKeeper;
  readonly #parts: ReaderKeeperParts;
  readonly #commands: PrivateCommands;
  readonly #tables: TableKeeper;
  readonly #events: EventIntake;
  readonly #orders: OrderDesk;
  readonly #releases: ReleaseDesk;
  #isOnline = false;
  #offlineReason: OfflineReason | undefined;
  #table: TableStatus | undefined;
  #journal: JournalStatus | undefined;
  #door: DoorStatus | undefined;
  #settings: SettingsStatus | undefined;
  #told: ToldDoor | undefined;
  #lostMs: number;
  #watch: unknown;
  #tableAskedMs = 0;
  #isStopped = false;

  constructor(parts: ReaderKeeperParts) {
    const { store, clock, crypto, site, reader, line, listener, strike } = parts;
    this.reader = reader;
    this.#told = reader.told;
    this.#lostMs = clock.nowMs();
    this.#parts = parts;
    const alarms = new Alarms(clock, (alarm, detail) => listener.alarm(reader, alarm, detail));
    const commands = new PrivateCommands(clock, (command, priority) => line.order(command, priority));
    const office = new TableOffice(store, crypto, site, reader);
    const shared = { store, clock, crypto, commands, alarms, office, reader: reader.id };
    this.alarms = alarms;
    this.#commands = commands;
    this.#orders = new OrderDesk(shared);
    this.#releases = new ReleaseDesk({ ...shared, strike });
    this.#events = new EventIntake({
      ...shared,
      keeping: async (within, event) => {
        await this.#goAbove(within, event);
        await countUse(within, event);
        if (event.entry?.code === 'card.enrolled') await within.unknownCards.toldOf(reader.id, String(event.entry.fields.card), event);
      },
      kept: (event) => listener.event(reader, event),
    });
    this.#tables = new TableKeeper({
      ...shared,
      sendFile: (file) => line.sendFile(file),
      told: (status) => this.#toldTable(status),
      became: () => {
        this.updates.tablesBecame();
        listener.changed(this.reader);
      },
      failed: (thrown) => this.#storeFailed(thrown),
    });
    this.updates = new UpdateKeeper({
      clock,
      crypto,
      commands,
      line,
      mayTakeTime: () => this.#tables.state === 'inStep' || this.#tables.state === 'suspended',
      became: () => listener.changed(this.reader),
    });
  }

  get state(): ReaderState {
    const keeping = this.#tables.state;
    return {
      isOnline: this.#isOnline,
      offlineReason: this.#offlineReason,
      table: this.#table,
      journal: this.#journal,
      door: this.#door,
      told: this.#told,
      awayMs: this.#isOnline ? 0 : this.#parts.clock.nowMs() - this.#lostMs,
      waitingSettings: this.#waitingSettings(),
      keeping,
      update: this.updates.state,
      isInStep: keeping === 'inStep',
      alarms: this.alarms.raised,
    };
  }

  /** Everybody who looks after people calls this once a change is on disk. */
  peopleChanged(): void {
    this.#tables.changed();
  }

  /** Signed. Rejects with a Fault when the store does. */
  async order(order: Order): Promise<OrderAnswer> {
    if (!this.#isOnline) return 'offline';
    const answer = await this.#orders.order(order);
    if (order.kind === 'setMode' && answer === 'done') void this.#askDoor();
    return answer;
  }

  /**
   * The settings that wait at this reader, which weaken it: a person's decision. `hash`: how theirs begins, in hexadecimal digits; empty: whatever
   * waits. Rejects with a Fault when the store does.
   */
  async acceptSettings(hash: string): Promise<OrderAnswer> {
    if (!this.#isOnline) return 'offline';
    const waiting = this.#waitingSettings();
    if (waiting === undefined || !waiting.startsWith(hash)) return 'notWaiting';
    return this.order({ kind: 'acceptSettings', settingsHash: Uint8Array.from(Buffer.from(waiting, 'hex')) });
  }

  #waitingSettings(): string | undefined {
    const waiting = this.#settings?.waiting;
    return waiting?.some((byte) => byte !== 0) ? Buffer.from(waiting).toString('hex') : undefined;
  }

  /** Our time, by order, also where the reader's runs far ahead: a person's decision. Rejects with a Fault when the store does. */
  async setClock(): Promise<OrderAnswer> {
    return this.#isOnline ? this.#orders.setClock() : 'offline';
  }

  async tighten(mode: (typeof orderModes)[number]): Promise<Told | 'offline'> {
    return this.#isOnline ? this.#orders.tighten(mode) : 'offline';
  }

  told(event: AcuEvent): void {
    switch (event.kind) {
      case 'online':
        this.#online();
        break;
      case 'renewed':
        this.#renewed();
        break;
      case 'offline':
        this.#offline(event.reason);
        break;
      case 'alarm':
        this.alarms.raise(`line.${event.alarm}`);
        break;
      case 'orderEnded':
        this.#commands.orderEnded(event.order, event.outcome);
        break;
      case 'fileProgress':
        this.updates.progressed(event.offset);
        break;
      case 'keyChanged':
        void this.#guarded(() => this.#parts.store.site.promoteScbk(this.reader));
        break;
      case 'keyRefused':
        void this.#guarded(() => this.#parts.store.site.forgetPendingScbk(this.reader));
        break;
      case 'report':
        if (event.reply.name === 'mfgrep' && event.reply.payload.oui === doorpadOui) this.#heard(event.reply.payload.data);
        if (event.reply.name === 'raw') this.#enrolled(event.reply.payload.card);
        break;
      default:
    }
  }

  /** What became of the file that was on its way. */
  fileEnded(type: number, outcome: FileOutcome): void {
    if (type === updateFileType) this.updates.fileEnded(outcome);
    else this.#tables.fileEnded(outcome);
  }

  /** A card that nobody has, whole: it comes up after the order to enrol, and to a panel, which we are not (docs/table-profile.md §13). */
  #enrolled({ bitCount, bits }: { readonly bitCount: number; readonly bits: Uint8Array }): void {
    const { store, clock, listener } = this.#parts;
    if (this.#door?.deciding === 'panel') return;
    void this.#guarded(async () => {
      await store.unknownCards.keep(this.reader.id, new Card('bits', bits, bitCount), clock.wall().ms);
      listener.changed(this.reader);
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#offline(undefined);
  }

  #online(): void {
    this.#isOnline = true;
    this.#offlineReason = undefined;
    this.#events.begin();
    this.#orders.begin();
    this.#parts.listener.changed(this.reader);
    void this.#begin();
  }

  /** Of the session before, nothing more comes; in the new one the reader speaks by itself only once it was asked. */
  #renewed(): void {
    this.#events.begin();
    this.#orders.begin();
    this.#commands.end();
    void this.#askAgain();
  }

  /** A reader that was started anew within seconds comes with a renewed session too. */
  async #askAgain(): Promise<void> {
    await this.#askJournal();
    await this.#askDoor(true);
    await this.#askSettings();
  }

  /** The journal first: once a page was asked for, events come. */
  async #begin(): Promise<void> {
    await this.#askJournal();
    if (!this.#isOnline) return;
    this.#tableAskedMs = this.#parts.clock.nowMs();
    this.#tables.begin();
    this.updates.begin();
    await this.#askDoor(true);
    await this.#askSettings();
    this.#watchOn();
  }

  #offline(reason: OfflineReason | undefined): void {
    if (this.#isOnline) this.#lostMs = this.#parts.clock.nowMs();
    this.#isOnline = false;
    this.#offlineReason = reason;
    this.#parts.clock.clearTimeout(this.#watch);
    this.#commands.end();
    this.#tables.end();
    this.updates.end();
    this.#parts.listener.changed(this.reader);
  }

  #watchOn(): void {
    const { clock } = this.#parts;
    clock.clearTimeout(this.#watch);
    if (!this.#isOnline) return;
    this.#watch = clock.setTimeout(() => {
      this.#watchOn();
      if (clock.nowMs() - this.#tableAskedMs >= tableWatchMs) {
        this.#tableAskedMs = clock.nowMs();
        this.#tables.begin();
      }
      this.updates.look();
      void this.#askJournal();
      void this.#askDoor();
    }, journalWatchMs);
  }

  async #askJournal(): Promise<void> {
    const status = await this.#commands.ask('journal');
    if (status?.page !== 'journal') return;
    this.#journal = status;
    await this.#guarded(() => this.#events.told(status));
    this.#parts.listener.changed(this.reader);
    // Setting a clock may take long, and nothing waits for it.
    this.#orders.toldJournal(status).catch((thrown: unknown) => this.#storeFailed(thrown));
  }

  async #askDoor(isNewSession = false): Promise<void> {
    const status = await this.#commands.ask('door');
    if (status?.page !== 'door') return;
    this.#door = status;
    const told = toldBy(status, this.#told);
    const isNew = isOther(told, this.#told);
    if (isNew) await this.#keepTold(told);
    this.#parts.listener.changed(this.reader);
    if (isNew || isNewSession) await this.#askRules();
  }

  /** A reader of an older program has no such page: what it told before stays, as long as its settings are the same. */
  async #askRules(): Promise<void> {
    const status = await this.#commands.ask('rules');
    if (status?.page !== 'rules' || this.#told === undefined) return;
    const { page: _, ...rules } = status;
    if (JSON.stringify(rules) === JSON.stringify(this.#told.rules)) return;
    await this.#keepTold({ ...this.#told, rules });
    this.#parts.listener.changed(this.reader);
  }

  #keepTold(told: ToldDoor): Promise<void> {
    this.#told = told;
    return this.#guarded(() => this.#parts.store.site.keepTold(this.reader.id, told));
  }

  /** Settings change only with a new start, so once a session. A reader of an older program has no such page. */
  async #askSettings(): Promise<void> {
    const status = await this.#commands.ask('settings');
    this.#settings = status?.page === 'settings' ? status : undefined;
    const waiting = this.#waitingSettings();
    if (waiting === undefined) return;
    this.alarms.raise('settings.refused', `${waiting.slice(0, 16)} waits to be accepted`);
    this.#parts.listener.changed(this.reader);
  }

  /** A private reply to a POLL; one that nobody knows counts as read. */
  #heard(data: Uint8Array): void {
    const read = readLinkReply(data);
    if (!read.ok) return;
    const reply = read.value;
    switch (reply.name) {
      case 'done':
        this.#commands.done(reply.tag, reply.outcome);
        break;
      case 'events':
        void this.#guarded(() => this.#events.received(reply.entries));
        break;
      case 'eventPart':
        void this.#guarded(() => this.#events.receivedPart(reply));
        break;
      case 'table':
        this.#tables.tableTold(reply.outcome);
        break;
      case 'release':
        void this.#releases.asked(reply, this.#parts.line.pollGapMs());
        break;
      case 'status':
    }
  }

  #toldTable(status: TableStatus): void {
    this.#table = status;
    this.#orders.toldTable(status);
    this.#parts.listener.changed(this.reader);
  }

  /** Its disk was put back, and it knows by itself how far it had come (docs/table-profile.md §16). */
  async #goAbove({ site, people }: Stores, { entry }: NewEvent): Promise<void> {
    if (entry?.code !== 'table.rolledBack') return;
    const { seenVersion, seenRevocation } = entry.fields;
    await site.raiseVersion(this.reader.id, numberOf(seenVersion));
    await people.raiseRevocation(numberOf(seenRevocation));
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.#storeFailed(thrown);
    }
  }

  /** Of what was under way when everything was stopped, nobody hears. */
  #storeFailed(thrown: unknown): void {
    if (this.#isStopped) return;
    this.alarms.raise('store.failed', thrown instanceof Error ? thrown.message : '');
  }
}

const maxNumber = 0xffff_fffe;
const numberOf = (value: unknown): number => (typeof value === 'number' && value >= 0 && value <= maxNumber ? Math.floor(value) : 0);
