/**
 * One simulated door: hands on the outside, a story on the inside. The reader is the one that runs at a real door; its
 * ports are in memory and its time is virtual. What a story proves is for whoever reads it.
 */
import type { AccessEvent } from '../src/access/events.ts';
import type { Signal } from '../src/access/feedback.ts';
import type { Mode } from '../src/access/mode.ts';
import { defaultPolicy, type Policy } from '../src/access/policy.ts';
import { NodeCrypto } from '../src/drivers/node-crypto.ts';
import type { Entry } from '../src/journal/entry.ts';
import type { JournalLimits } from '../src/journal/journal.ts';
import { RemoteStrike } from '../src/link/remote-strike.ts';
import type { InputName } from '../src/ports/inputs.ts';
import { type Key, keys } from '../src/ports/keypad.ts';
import type { TableDisk } from '../src/ports/table-disk.ts';
import type { TableStore } from '../src/ports/table-store.ts';
import type { WaitingSettings } from '../src/reader/waiting-settings.ts';
import { Reader, type ReaderObserver, type ReaderPorts } from '../src/reader.ts';
import { assert, present } from '../src/shared/assert.ts';
import { SecretBytes } from '../src/shared/secret-bytes.ts';
import type { Trust } from '../src/table/header.ts';
import type { Order } from '../src/table/orders.ts';
import { type Publisher, publishOrder } from '../src/table/publish.ts';
import { BoardClock } from './board-clock.ts';
import { SimBuzzer } from './devices/buzzer.ts';
import { SimCardReader } from './devices/card-reader.ts';
import type { DoorDisk } from './devices/file-disk.ts';
import { History } from './devices/history.ts';
import { SimInputs } from './devices/inputs.ts';
import { SimKeypad } from './devices/keypad.ts';
import { SimLights } from './devices/lights.ts';
import { MemoryRecordStore, type RecordFaults, RecordMedium } from './devices/memory-record-store.ts';
import { blankMedium, MemoryTableDisk, type TableMedium } from './devices/memory-table-disk.ts';
import { MemoryTableStore } from './devices/memory-table-store.ts';
import { SimStrike } from './devices/strike.ts';
import { DoorLine, type DoorLineSetup } from './door-line.ts';
import { bitsOfCard, type SimPerson, tableOf } from './people.ts';
import { Random } from './random.ts';
import { Story } from './story.ts';
import { VirtualClock } from './virtual-clock.ts';

/** How fast a story's hands type: a key each 100 ms, each held for 40. */
export const keyGapMs = 100;
const keyHoldMs = 40;
/** How long a hand presses request-to-exit. */
export const rexPressMs = 200;

export interface DoorSetup {
  readonly mode?: Mode;
  readonly policy?: Partial<Policy>;
  readonly people?: readonly SimPerson[];
  /** False: the reader has never been given a table. */
  readonly hasTable?: boolean;
  /** A controller that is played by hand: `link`, `order`, `publish`. */
  readonly hasController?: boolean;
  /** A controller at the other end of a line. */
  readonly line?: (clock: VirtualClock) => DoorLineSetup;
  readonly waitingSettings?: WaitingSettings;
  /** An order has accepted the settings of the next start. */
  readonly areSettingsAccepted?: boolean;
  /** The world and the site it shares with other doors; left out: one of its own. */
  readonly site?: DoorSite;
  /** ISO 8601, UTC. */
  readonly wall?: string;
  readonly wallTrusted?: boolean;
  readonly seed?: number;
  readonly journalLimits?: Partial<JournalLimits>;
  readonly recordFaults?: RecordFaults;
  /** The disk of the table at each power-up, over what outlives a power cut. Default: one without faults. */
  readonly tableDisk?: (medium: TableMedium) => MemoryTableDisk;
  /** Journal and table in files, instead of both in memory with their faults. */
  readonly disk?: DoorDisk;
  /** Puts something between the reader and its ports at each power-up: a witness, or a planted fault. */
  readonly between?: (ports: ReaderPorts) => ReaderPorts;
}

/** A clock that says by itself what time it is, and keys as they were made for this door. */
export interface DoorSite {
  readonly clock: VirtualClock;
  readonly authoritySeed: SecretBytes;
  readonly trust: Trust;
  readonly tableKey: SecretBytes;
}

export class Door {
  /** The world's clock: it goes on while the board has no power. */
  readonly clock: VirtualClock;
  /** What faces follow: events as they are recorded or told, and signals as they are given. */
  readonly happened = new History<{ readonly event: AccessEvent; readonly wallMs: number }>();
  readonly signalled = new History<Signal>();
  /** What is on the disk of the journal, and what will be left of it when the power goes. */
  readonly records = new RecordMedium();
  /** The same of the PIN table. */
  readonly tableMedium = blankMedium();
  /** Who signs tables and orders for this door: the controller's half of its keys. */
  readonly publisher: Publisher;
  /** The reader's half. */
  readonly trust: Trust;
  /** Virtual milliseconds the last `type()` took. */
  typedMs = 0;
  #setup: DoorSetup;
  readonly #crypto = new NodeCrypto();
  readonly #story: Story;
  readonly #line: DoorLine | undefined;
  /** Undefined: in files, and the power has not been on. */
  #table: MemoryTableStore | undefined;
  #board: Board;
  #reader: Reader | undefined;
  #orders = 0;

  private constructor(setup: DoorSetup) {
    this.#setup = setup;
    const { clock, authoritySeed, trust, tableKey } = setup.site ?? this.#ownSite(setup);
    this.clock = clock;
    this.publisher = { crypto: this.#crypto, authoritySeed, site: trust.site, reader: trust.reader, tableKey };
    this.trust = trust;
    this.#story = new Story(this.clock, (person) => setup.people?.[person - 1]?.name);
    this.#line = setup.line && new DoorLine(setup.line(this.clock));
    if (setup.disk === undefined) this.#table = this.#openTable();
    this.#board = this.#newBoard();
  }

  /** A door on the wall, with neither power nor table. */
  static unpowered(setup: DoorSetup = {}): Door {
    return new Door(setup);
  }

  /** A door that has started, with its table in force and the start left out of its story. */
  static async open(setup: DoorSetup = {}): Promise<Door> {
    const door = Door.unpowered(setup);
    if (setup.hasTable ?? true) await door.publish(setup.people ?? []);
    await door.powerOn();
    door.#story.clear();
    return door;
  }

  get reader(): Reader {
    return present(this.#reader, 'the door has power');
  }

  /** False from a power cut, or an orderly end, until the reader has started again. */
  get isRunning(): boolean {
    return this.#reader !== undefined;
  }

  /** The table as the controller's files reach it. */
  get table(): TableStore {
    return present(this.#table, 'there is a table once the power was on');
  }

  get keypad(): SimKeypad {
    return this.#board.keypad;
  }

  get cardReader(): SimCardReader {
    return this.#board.cardReader;
  }

  get lights(): SimLights {
    return this.#board.lights;
  }

  get buzzer(): SimBuzzer {
    return this.#board.buzzer;
  }

  get strike(): SimStrike {
    return this.#board.strike;
  }

  get inputs(): SimInputs {
    return this.#board.inputs;
  }

  /** What the door did since the story was last told, a line each: seconds since power-up, then what happened. */
  story(): string {
    return this.#story.tell();
  }

  /** Types keys one after the other, at a hand's pace. */
  async type(text: string): Promise<void> {
    const startedMs = this.clock.nowMs();
    for (const key of text) {
      assert((keys as readonly string[]).includes(key), `a keypad has no key "${key}"`);
      this.keypad.press(key as Key);
      await this.wait(keyHoldMs);
      this.keypad.release(key as Key);
      await this.wait(keyGapMs - keyHoldMs);
    }
    this.typedMs = this.clock.nowMs() - startedMs;
  }

  /** Presses keys all at the same millisecond, as a paste or a robot would. */
  async burst(text: string): Promise<void> {
    for (const key of text) this.keypad.tap(key as Key);
    await this.clock.settle();
  }

  /** Holds a card to the reader; a card is a name. */
  async swipe(card: string): Promise<void> {
    this.cardReader.presentBits(bitsOfCard(this.#crypto, card));
    await this.clock.settle();
  }

  async set(input: InputName, isActive: boolean): Promise<void> {
    this.inputs.set(input, isActive);
    await this.clock.settle();
  }

  /** Opens or shuts the door leaf. */
  openLeaf(): Promise<void> {
    return this.set('doorContact', true);
  }

  shutLeaf(): Promise<void> {
    return this.set('doorContact', false);
  }

  async pressRex(): Promise<void> {
    await this.set('rex', true);
    await this.wait(rexPressMs);
    await this.set('rex', false);
  }

  async wait(ms: number): Promise<void> {
    await this.clock.advance(ms);
  }

  async setMode(mode: Mode): Promise<void> {
    this.reader.setMode(mode);
    await this.clock.settle();
  }

  async link(isUp: boolean): Promise<void> {
    this.reader.linkChanged(isUp);
    await this.clock.settle();
  }

  /** Moves the wall clock, as NTP, a controller or a wrong battery would. */
  setWall(iso: string, trusted = true): void {
    this.clock.setWall(Date.parse(iso), trusted);
  }

  /** Publishes and applies a table of these people, in place of the one in force. Undefined keeps the place, and so the number, of who is gone. */
  async publish(people: readonly (SimPerson | undefined)[]): Promise<void> {
    const version = (this.table.state()?.version ?? 0) + 1;
    const file = tableOf(this.publisher, version, people);
    const chunk = 65_536;
    for (let at = 0; at < file.length; at += chunk) {
      const received = await this.table.receive(at, file.subarray(at, at + chunk));
      assert(received.ok, 'a table published here is taken');
    }
    const applied = await this.table.apply();
    assert(applied.ok, 'a table published here is applied');
  }

  /** Gives a signed order, valid for a minute. */
  async order(order: Order): Promise<void> {
    this.#orders += 1;
    const expiresS = Math.floor(this.clock.wall().ms / 1000) + 60;
    await this.reader.obey(publishOrder(this.publisher, this.#orders, expiresS, order));
    await this.clock.settle();
  }

  /** Everything in the journal, oldest first. */
  async events(): Promise<readonly Entry[]> {
    await this.clock.settle();
    return (await this.reader.journal.read(0, 1_000)).map(({ entry }) => entry);
  }

  /** Somebody edits the settings file: what it says counts from the next start on. */
  edit(settings: Pick<DoorSetup, 'mode' | 'policy' | 'areSettingsAccepted'>): void {
    this.#setup = { ...this.#setup, ...settings };
  }

  /** The power goes, between any two things. What was on disk stays; the wall clock goes on. */
  cutPower(): void {
    this.#story.add('power cut');
    this.records.cutPower();
    this.#setup.disk?.cutPower();
    this.#board.clock.cutPower();
    this.#board.strike.become('dead');
    this.#reader = undefined;
  }

  /** The power is back. Resolves once the reader listens; never, when the power goes while it waits for its disk. */
  async powerOn(): Promise<void> {
    const disk = this.#setup.disk?.open();
    const table = this.#openTable(disk?.table);
    this.#table = table;
    const board = this.#newBoard();
    this.#board = board;
    const { mode = defaultPolicy.mode, policy, hasController = false, journalLimits, recordFaults, between } = this.#setup;
    const records = disk?.records ?? new MemoryRecordStore(this.records, recordFaults);
    const strike = this.#line?.isStrikeRemote === true ? new RemoteStrike(board.clock) : undefined;
    const ports = { ...board, ...(strike && { strike }), crypto: this.#crypto, records, table };
    const reader = await Reader.start({
      ports: between?.(ports) ?? ports,
      policy: { ...defaultPolicy, mode, ...policy },
      keys: { trust: this.trust, tableKey: this.publisher.tableKey },
      hasController,
      waitingSettings: this.#setup.waitingSettings,
      areSettingsAccepted: this.#setup.areSettingsAccepted ?? false,
      isSpendingLost: disk?.isJournalDamaged ?? false,
      line: this.#line?.side(board.clock, strike),
      ...(journalLimits === undefined ? {} : { journalLimits }),
      observer: this.#observerOf(board),
    });
    if (disk?.isTableDamaged === true) reader.tell({ code: 'table.damaged', fields: { by: 'open' } });
    if (disk?.isJournalDamaged === true) reader.tell({ code: 'journal.damaged', fields: { what: 'file' } });
    if (board.clock.isPowered) this.#reader = reader;
    await this.clock.settle();
  }

  /** An orderly end, and a start again. */
  async restart(): Promise<void> {
    await this.stop();
    await this.powerOn();
  }

  /** An orderly end, also of one that has no power. */
  async stop(): Promise<void> {
    await this.#reader?.stop();
    this.#reader = undefined;
    this.#setup.disk?.close();
  }

  #ownSite({ seed = 1, wall, wallTrusted = true }: DoorSetup): DoorSite {
    const random = new Random(seed).fork('door');
    const clock = new VirtualClock({ wallTrusted, ...(wall === undefined ? {} : { wallMs: Date.parse(wall) }) });
    const { seed: authoritySeed, publicKey } = this.#crypto.newSigningKey();
    const trust = { authority: publicKey, site: random.bytes(16), reader: random.bytes(16) };
    return { clock, authoritySeed, trust, tableKey: new SecretBytes(random.bytes(32)) };
  }

  #openTable(file?: TableDisk): MemoryTableStore {
    const { crypto, tableKey } = this.publisher;
    const { tableDisk = (medium) => new MemoryTableDisk(medium) } = this.#setup;
    return new MemoryTableStore({ disk: file ?? tableDisk(this.tableMedium), crypto, trust: this.trust, tableKey });
  }

  /** What a reader without power still believes is seen by nobody. */
  #observerOf({ clock }: Board): ReaderObserver {
    return {
      signalled: (signal) => {
        if (!clock.isPowered) return;
        this.signalled.add(signal);
        if (signal !== 'key') this.#story.add(`signal ${signal}`);
      },
      happened: (event) => {
        if (!clock.isPowered) return;
        this.happened.add({ event, wallMs: this.clock.wall().ms });
        this.#story.addEvent(event);
      },
    };
  }

  #newBoard(): Board {
    const clock = new BoardClock(this.clock);
    const strike = new SimStrike(clock);
    strike.changes.watch(({ isEnergised }) => this.#story.add(isEnergised ? 'strike released' : 'strike secured'));
    return {
      clock,
      strike,
      keypad: new SimKeypad(clock),
      cardReader: new SimCardReader(clock),
      lights: new SimLights(clock),
      buzzer: new SimBuzzer(clock),
      inputs: new SimInputs(clock),
    };
  }
}

/** What hangs on the wall; each power-up finds it at rest. */
interface Board {
  readonly clock: BoardClock;
  readonly keypad: SimKeypad;
  readonly cardReader: SimCardReader;
  readonly lights: SimLights;
  readonly buzzer: SimBuzzer;
  readonly strike: SimStrike;
  readonly inputs: SimInputs;
}
