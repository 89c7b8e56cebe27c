/**
 * A reader for whoever writes a controller: a real OSDP session, a real table, a journal that is a list, and named behaviours that a real
 * reader has on its worst days, or never. Decides nothing about doors. What a reader really does is src/link/.
 */
import { FileParts } from '../../src/link/file-parts.ts';
import {
  type DoorStatus,
  doorpadOui,
  type JournalStatus,
  type LinkCommand,
  type LinkReply,
  type Outcome,
  type RulesStatus,
  readLinkCommand,
  type Status,
  type StatusPage,
  type TableStatus,
  writeLinkReply,
} from '../../src/link/messages.ts';
import { heldBy, standOf } from '../../src/link/status.ts';
import { type PdOptions, PdSession } from '../../src/osdp/pd.ts';
import type { MfgAnswer } from '../../src/osdp/pd-handlers.ts';
import type { PdKeySet } from '../../src/osdp/pd-keys.ts';
import type { Report } from '../../src/osdp/pd-reports.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Crypto } from '../../src/ports/crypto.ts';
import type { Line } from '../../src/ports/line.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { readHeader, type Trust } from '../../src/table/header.ts';
import { type Order, readOrder } from '../../src/table/orders.ts';
import { Table } from '../../src/table/table.ts';
import { MemoryTableDisk } from '../devices/memory-table-disk.ts';
import { mockDescription, mockDoor, mockRules } from './mock-description.ts';
import { MockJournal } from './mock-journal.ts';
import { MockTableSink } from './mock-table-sink.ts';

/** What stands before a message. */
const ouiBytes = 3;

/** All of them off: a reader as it should be. */
export interface Behaviour {
  /** Refuses every table with this word. */
  refusesTables?: Outcome | undefined;
  /** Refuses every revocation and every order with this word. */
  refusesFiles?: Outcome | undefined;
  /** Falls silent once so many bytes of a table have come since. */
  cutsTablesAfterBytes?: number | undefined;
  /** Says this of its table, whatever is so. */
  saysOfTable?: Partial<TableStatus> | undefined;
  saysOfJournal?: Partial<JournalStatus> | undefined;
  /** Says `done` so much later. */
  doneAfterMs?: number | undefined;
  /** Never says `done` at all. */
  neverDone?: boolean | undefined;
  /** Says that it has too much to do to everything that needs its disk. */
  hasTooMuchToDo?: boolean | undefined;
  /** Answers every private command with NAK 3. */
  knowsNoCommands?: boolean | undefined;
  /** Sends every event this often. */
  sendsEventsTimes?: number | undefined;
  /** Takes every acknowledgement with this word, and does nothing. */
  refusesAcknowledgements?: Outcome | undefined;
  /** Answers every `released` with NAK 9, as one that has given the release up. */
  refusesConfirmations?: boolean | undefined;
  saysOfDoor?: Partial<DoorStatus> | undefined;
  saysOfRules?: Partial<RulesStatus> | undefined;
  /** Answers for the page of rules with NAK 9, as a reader of an older program. */
  knowsNoRules?: boolean | undefined;
  /** Hash of settings that wait to be accepted. */
  waitingSettings?: Uint8Array | undefined;
}

export interface MockReaderParts {
  readonly line: Line;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly address: number;
  readonly baudRate: number;
  readonly scbk: SecretBytes;
  readonly trust: Trust;
  readonly tableKey: SecretBytes;
}

export class MockReader {
  behaviour: Behaviour = {};
  /** Every private command that came, in order. */
  readonly heard: LinkCommand[] = [];
  readonly obeyed: Order[] = [];
  /** Opened since it was made. */
  sessions = 0;
  /** Words on tables, as they were sent. */
  readonly words: Outcome[] = [];
  readonly journal: MockJournal;
  /** Bytes of tables that were sent to it. */
  tableBytes = 0;
  keys: PdKeySet;
  readonly #parts: MockReaderParts;
  #disk = new MemoryTableDisk();
  #table: Table;
  #session: PdSession;
  #orderNumber = 0;
  #wallOffsetMs = 0;
  #isAsked = false;
  #isSilent = false;
  readonly #fileParts = new FileParts();
  #replies: LinkReply[] = [];
  #timer: unknown;

  constructor(parts: MockReaderParts) {
    this.#parts = parts;
    this.keys = { current: parts.scbk, pending: undefined };
    this.journal = new MockJournal(parts.crypto, parts.clock, () => this.#wallMs());
    this.#table = this.#openTable();
    this.#session = this.#openSession();
    parts.line.listen({
      received: (bytes, atMs) => {
        if (!this.#isSilent) this.#session.receive(bytes, atMs);
        this.#arm();
      },
      attached: () => undefined,
    });
  }

  get tableKey(): SecretBytes {
    return this.#parts.tableKey;
  }

  get table(): Table {
    return this.#table;
  }

  get isSecure(): boolean {
    return this.#session.isSecure;
  }

  get orderNumber(): number {
    return this.#orderNumber;
  }

  /** Its power was cut: what is on its disks stays. */
  restart(): void {
    this.#table = this.#openTable();
    this.#session = this.#openSession();
    this.#isSilent = false;
    this.#replies = [];
    this.journal.begin();
  }

  /** Another disk, or an old copy of it. */
  changeDisk(disk = new MemoryTableDisk()): MemoryTableDisk {
    const before = this.#disk;
    this.#disk = disk;
    this.restart();
    return before;
  }

  /** Answers nobody until it is restarted, or told otherwise. */
  beSilent(isSilent = true): void {
    this.#isSilent = isSilent;
  }

  setWallAhead(ms: number): void {
    this.#wallOffsetMs = ms;
  }

  /** Says something at the next POLL. */
  say(reply: LinkReply): void {
    this.#replies.push(reply);
  }

  #openTable(): Table {
    const { crypto, trust, tableKey } = this.#parts;
    return new Table({ disk: this.#disk, crypto, trust, tableKey });
  }

  #openSession(): PdSession {
    const { crypto, line, address, baudRate } = this.#parts;
    const sink = new MockTableSink({
      table: () => this.#table,
      refusal: () => this.behaviour.refusesTables,
      took: (bytes) => this.#tookTable(bytes),
      ended: (outcome) => {
        this.words.push(outcome);
        this.say({ name: 'table', outcome, version: this.#table.state()?.version ?? 0 });
      },
    });
    const options: PdOptions = {
      crypto,
      description: mockDescription,
      line: { address, baudRate },
      keepLine: () => 'kept',
      policy: {
        keys: this.keys,
        keepKeys: (keys) => {
          this.keys = keys;
          return 'kept';
        },
        allowInstall: () => false,
        secureRequired: true,
        clearComset: false,
      },
      hands: {
        localStatus: () => ({ tamper: 'normal', power: 'normal' }),
        inputs: () => [],
        readers: () => [0],
        showText: () => undefined,
        mfg: new Map([[doorpadOui, (data) => this.#command(data)]]),
        nextReport: (room) => this.#next(room),
      },
      files: { sink, manners: { mayInterleave: true, maxMessageBytes: 0 } },
    };
    return new PdSession(
      {
        send: (bytes) => {
          if (!this.#isSilent) line.send(bytes);
        },
        event: (event) => {
          if (event.type === 'session.opened') this.#beginSession();
        },
      },
      options,
    );
  }

  #beginSession(): void {
    this.sessions += 1;
    this.#isAsked = false;
    this.journal.rewind();
    this.#fileParts.restart();
    this.#replies = this.#replies.filter(({ name }) => name === 'table');
  }

  #tookTable(bytes: number): void {
    this.tableBytes += bytes;
    const left = this.behaviour.cutsTablesAfterBytes;
    if (left === undefined) return;
    this.behaviour.cutsTablesAfterBytes = left - bytes;
    if (left > bytes) return;
    this.behaviour.cutsTablesAfterBytes = undefined;
    this.beSilent();
  }

  #command(data: Uint8Array): MfgAnswer {
    const read = readLinkCommand(data);
    if (!read.ok || this.behaviour.knowsNoCommands === true) return { name: 'nak', payload: { code: 3, data: new Uint8Array(0) } };
    const command = read.value;
    if (this.behaviour.hasTooMuchToDo === true && 'tag' in command) {
      return { name: 'mfgrep', payload: { oui: doorpadOui, data: writeLinkReply({ name: 'done', tag: command.tag, outcome: 'tooMany' }) } };
    }
    this.heard.push(command);
    switch (command.name) {
      case 'status':
        this.#isAsked = true;
        if (command.page === 'rules' && this.behaviour.knowsNoRules === true) return { name: 'nak', payload: { code: 9, data: new Uint8Array(0) } };
        return { name: 'mfgrep', payload: { oui: doorpadOui, data: writeLinkReply({ name: 'status', status: this.#status(command.page) }) } };
      case 'acknowledge':
        this.#done(command.tag, this.behaviour.refusesAcknowledgements ?? this.journal.acknowledge(command.through));
        break;
      case 'filePart':
        this.#part(command);
        break;
      case 'setTime':
        this.#wallOffsetMs += command.wallMs - this.#wallMs();
        this.#done(command.tag, 'done');
        break;
      case 'setMode':
        this.#done(command.tag, command.mode === 'locked' ? 'done' : 'notStricter');
        break;
      case 'released':
        if (this.behaviour.refusesConfirmations === true) return { name: 'nak', payload: { code: 9, data: new Uint8Array(0) } };
    }
    return { name: 'ack', payload: undefined };
  }

  #part(part: Extract<LinkCommand, { readonly name: 'filePart' }>): void {
    const taken = this.#fileParts.take(part, this.#parts.clock.nowMs());
    if (taken === 'more') return;
    this.#done(part.tag, taken === 'wrongOffset' ? taken : (this.behaviour.refusesFiles ?? this.#obey(taken)));
  }

  #obey(file: Uint8Array): Outcome {
    const { crypto, trust } = this.#parts;
    const header = readHeader(crypto, trust, file.subarray(0, 239));
    if (!header.ok) return header.failure;
    if (header.value.kind === 'revocation') {
      const revoked = this.#table.revoke(file);
      return revoked.ok ? 'done' : revoked.failure;
    }
    const { waitingSettings } = this.behaviour;
    const moment = { lastNumber: this.#orderNumber, nowS: Math.floor(this.#wallMs() / 1_000), isTimeTrusted: true, waitingSettings };
    const order = readOrder(crypto, trust, moment, file);
    if (!order.ok) return order.failure;
    this.#orderNumber = order.value.number;
    this.obeyed.push(order.value.order);
    if (order.value.order.kind === 'setClock') this.#wallOffsetMs += order.value.order.wallMs - this.#wallMs();
    return 'done';
  }

  #done(tag: number, outcome: Outcome): void {
    const { doneAfterMs, neverDone } = this.behaviour;
    if (neverDone === true) return;
    if (doneAfterMs === undefined) this.say({ name: 'done', tag, outcome });
    else this.#parts.clock.setTimeout(() => this.say({ name: 'done', tag, outcome }), doneAfterMs);
  }

  #status(page: StatusPage): Status {
    switch (page) {
      case 'table':
        return { ...this.#tableStatus(), ...this.behaviour.saysOfTable };
      case 'journal':
        return { ...this.journal.status(), ...this.behaviour.saysOfJournal };
      case 'door':
        return { ...mockDoor, ...this.behaviour.saysOfDoor };
      case 'settings':
        return {
          page,
          inForce: this.behaviour.saysOfDoor?.settingsHash ?? mockDoor.settingsHash,
          waiting: this.behaviour.waitingSettings ?? new Uint8Array(32),
        };
      case 'rules':
        return { ...mockRules, ...this.behaviour.saysOfRules };
      case 'update':
        return { page, ...standOf(undefined) };
    }
  }

  #tableStatus(): TableStatus {
    return {
      page: 'table',
      format: 1,
      ...heldBy(this.#table),
      orderNumber: this.#orderNumber,
      isKeyed: true,
      isDamaged: false,
      isReadOnly: false,
    };
  }

  #next(room: number): Report | undefined {
    if (!this.#isAsked) return undefined;
    const reply = this.#replies.shift() ?? this.#nextEvents(room - ouiBytes);
    return reply && { name: 'mfgrep', payload: { oui: doorpadOui, data: writeLinkReply(reply) } };
  }

  #nextEvents(room: number): LinkReply | undefined {
    const [first, ...rest] = this.journal.next(room, this.behaviour.sendsEventsTimes ?? 1);
    this.#replies.push(...rest);
    return first;
  }

  #wallMs(): number {
    return Math.floor(this.#parts.clock.wall().ms + this.#wallOffsetMs);
  }

  #arm(): void {
    const { clock } = this.#parts;
    clock.clearTimeout(this.#timer);
    const dueMs = this.#session.deadlineMs;
    if (dueMs === undefined) return;
    this.#timer = clock.setTimeout(
      () => {
        this.#session.expire(clock.nowMs());
        this.#arm();
      },
      Math.max(0, dueMs - clock.nowMs()),
    );
  }
}
