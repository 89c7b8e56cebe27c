/**
 * A door in virtual time with a controller of few words at the other end of its line: it asks what a test tells it to ask, and keeps what it hears.
 * The line is a wire with byte times, the controller's end the ACU of src/osdp.
 */
import { Door, type DoorSetup } from '../../sim/door.ts';
import type { DoorLineSetup } from '../../sim/door-line.ts';
import { Wire } from '../../sim/line/wire.ts';
import type { WireEnd } from '../../sim/line/wire-end.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { decodeEntry, type Entry } from '../../src/journal/entry.ts';
import {
  doorpadOui,
  type LinkCommand,
  type LinkReply,
  type Outcome,
  readLinkReply,
  type Status,
  tableFileType,
  writeLinkCommand,
} from '../../src/link/messages.ts';
import type { AcuEvent, OrderOutcome } from '../../src/osdp/acu-events.ts';
import { AcuLine } from '../../src/osdp/acu-line.ts';
import { assert, present } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import type { Order } from '../../src/table/orders.ts';
import { publishOrder } from '../../src/table/publish.ts';
import { bytesOf } from '../osdp/bytes.ts';

const crypto = new NodeCrypto();
/** Of the line, at both ends. */
export const scbk = new SecretBytes(bytesOf('7a21 c90e 5b13 f4d8 068c 3be7 92a5 40df'));
const address = 1;

export interface LinkSetup extends Omit<DoorSetup, 'line'> {
  readonly baudRate?: number;
  readonly lineSide?: DoorLineSetup['side'];
  readonly isStrikeRemote?: boolean;
  readonly pollIntervalMs?: number;
  readonly maxReplyBytes?: number;
  /** Asks for status as soon as there is a session. Default: yes. */
  readonly asksStatus?: boolean;
}

export class LinkBench {
  readonly door: Door;
  readonly acu: AcuLine;
  readonly wires: { readonly reader: WireEnd; readonly controller: WireEnd };
  readonly events: AcuEvent[] = [];
  readonly replies: LinkReply[] = [];
  /** What came up the line, as bytes, in order, repeats included. */
  readonly entries: Uint8Array[] = [];
  /** Acknowledges whatever comes, entry by entry. */
  acknowledges = true;
  /** What the controller does with a release; undefined: nothing. */
  releases: boolean | undefined;
  readonly #setup: LinkSetup;
  #part: number[] = [];
  #outcomes = new Map<number, OrderOutcome>();
  #tag = 0;
  #timer: unknown;
  #orderNumber = 0;

  private constructor(setup: LinkSetup, door: Door, wires: LinkBench['wires']) {
    this.#setup = setup;
    this.door = door;
    this.wires = wires;
    this.acu = new AcuLine(
      crypto,
      { baudRate: setup.baudRate ?? 115_200, ...(setup.pollIntervalMs === undefined ? {} : { pollIntervalMs: setup.pollIntervalMs }) },
      { send: (bytes) => wires.controller.send(bytes), told: (_, event) => this.#told(event) },
    );
    wires.controller.listen({
      received: (bytes, atMs) => {
        this.acu.receive(bytes, atMs);
        this.#schedule();
      },
      attached: () => undefined,
    });
  }

  static async open(setup: LinkSetup = {}): Promise<LinkBench> {
    const { baudRate = 115_200, lineSide, isStrikeRemote, ...doorSetup } = setup;
    const ends: WireEnd[] = [];
    const door = Door.unpowered({
      ...doorSetup,
      line: (clock) => {
        const wire = new Wire({ clock, baudRate });
        ends.push(wire.end(), wire.end());
        return {
          end: present(ends[0], 'the wire has ends'),
          scbk,
          settings: { address, baudRate },
          ...(lineSide && { side: lineSide }),
          ...(isStrikeRemote && { isStrikeRemote }),
        };
      },
    });
    if (setup.hasTable ?? true) await door.publish(setup.people ?? []);
    const [reader, controller] = ends;
    const bench = new LinkBench(setup, door, { reader: present(reader, 'an end'), controller: present(controller, 'an end') });
    await door.powerOn();
    return bench;
  }

  /** The controller begins to look for the reader, and half a second passes. */
  async connect(ms = 500): Promise<this> {
    const { maxReplyBytes } = this.#setup;
    const pairing = { kind: 'paired' as const, scbk };
    this.acu.add({ address, pairing, ...(maxReplyBytes === undefined ? {} : { maxReplyBytes }) }, this.#nowMs);
    this.#schedule();
    await this.wait(ms);
    return this;
  }

  async wait(ms: number): Promise<void> {
    await this.door.wait(ms);
  }

  /** Both ends lose the wire for so long; 0: until `plug`. */
  async cut(ms: number): Promise<void> {
    this.wires.controller.plug(false);
    if (ms === 0) return;
    await this.wait(ms);
    this.wires.controller.plug(true);
  }

  /** The reply to a private command; `refused` with the code of a NAK. */
  async ask(command: LinkCommand): Promise<LinkReply | 'ack' | { readonly refused: number } | OrderOutcome> {
    const ordered = this.acu.order(address, { name: 'mfg', payload: { oui: doorpadOui, data: writeLinkCommand(command) } }, this.#nowMs);
    assert(ordered.ok, 'the reader is online');
    this.#schedule();
    for (let turn = 0; turn < 100 && !this.#outcomes.has(ordered.value); turn += 1) await this.wait(10);
    const outcome = present(this.#outcomes.get(ordered.value), 'an order ends');
    if (outcome.kind === 'refused') return { refused: outcome.code };
    if (outcome.kind !== 'answered') return outcome;
    if (outcome.reply.name === 'ack') return 'ack';
    assert(outcome.reply.name === 'mfgrep', 'a private command has a private answer');
    const reply = readLinkReply(outcome.reply.payload.data);
    assert(reply.ok, 'a reader speaks well');
    return reply.value;
  }

  async status<Page extends Status['page']>(page: Page): Promise<Extract<Status, { page: Page }>> {
    const reply = await this.ask({ name: 'status', page });
    assert(typeof reply === 'object' && 'name' in reply && reply.name === 'status', 'status is answered');
    return reply.status as Extract<Status, { page: Page }>;
  }

  /** A tag that nothing has yet. */
  newTag(): number {
    this.#tag += 1;
    return this.#tag;
  }

  /** What became of a command that is done later. */
  async outcomeOf(command: (tag: number) => LinkCommand): Promise<Outcome | undefined> {
    const tag = this.newTag();
    const answer = await this.ask(command(tag));
    if (typeof answer === 'object' && 'name' in answer && answer.name === 'done') return answer.outcome;
    assert(answer === 'ack', `the command is acknowledged, not ${JSON.stringify(answer)}`);
    return this.done(tag);
  }

  async done(tag: number): Promise<Outcome | undefined> {
    for (let turn = 0; turn < 100; turn += 1) {
      const done = this.replies.find((reply) => reply.name === 'done' && reply.tag === tag);
      if (done?.name === 'done') return done.outcome;
      await this.wait(50);
    }
    return undefined;
  }

  /** A small signed file in parts of 64 bytes. */
  async sendParts(file: Uint8Array): Promise<Outcome | undefined> {
    const tag = this.newTag();
    const step = 64;
    for (let offset = 0; offset < file.length; offset += step) {
      const data = file.subarray(offset, offset + step);
      const answer = await this.ask({ name: 'filePart', tag, totalBytes: file.length, offset, data });
      assert(answer === 'ack', `a part is acknowledged, not ${JSON.stringify(answer)}`);
    }
    return this.done(tag);
  }

  order(order: Order): Promise<Outcome | undefined> {
    this.#orderNumber += 1;
    const expiresS = Math.floor(this.door.clock.wall().ms / 1000) + 60;
    return this.sendParts(publishOrder(this.door.publisher, this.#orderNumber, expiresS, order));
  }

  /** Begins a transfer; what becomes of it is among `events`. */
  sendFile(bytes: Uint8Array, firstOffset = 0): void {
    const sent = this.acu.sendFile(address, { type: tableFileType, bytes, firstOffset }, this.#nowMs);
    assert(sent.ok, 'one file at a time, to a reader that is online');
    this.#schedule();
  }

  /** Sends a file and waits for its end. */
  async transfer(bytes: Uint8Array, firstOffset = 0): Promise<AcuEvent | undefined> {
    const before = this.events.length;
    this.sendFile(bytes, firstOffset);
    for (let turn = 0; turn < 2_000; turn += 1) {
      const ended = this.events.slice(before).find(({ kind }) => kind === 'fileEnded');
      if (ended !== undefined) {
        await this.wait(200);
        return ended;
      }
      await this.wait(50);
    }
    return undefined;
  }

  /** Codes of the entries that came, each once. */
  codes(): string[] {
    return this.entriesOnce().map(({ code }) => code);
  }

  entriesOnce(): Entry[] {
    const found = new Map<number, Entry>();
    for (const bytes of this.entries) {
      const entry = present(decodeEntry(bytes), 'an entry is whole');
      found.set(entry.sequence, entry);
    }
    return [...found.values()];
  }

  named<Name extends LinkReply['name']>(name: Name): Extract<LinkReply, { name: Name }>[] {
    return this.replies.filter((reply): reply is Extract<LinkReply, { name: Name }> => reply.name === name);
  }

  get #nowMs(): number {
    return this.door.clock.nowMs();
  }

  #schedule(): void {
    const { clock } = this.door;
    clock.clearTimeout(this.#timer);
    const dueMs = this.acu.deadlineMs;
    if (dueMs === undefined) return;
    this.#timer = clock.setTimeout(
      () => {
        this.acu.expire(clock.nowMs());
        this.#schedule();
      },
      Math.max(0, dueMs - clock.nowMs()),
    );
  }

  #told(event: AcuEvent): void {
    this.events.push(event);
    if (event.kind === 'orderEnded') this.#outcomes.set(event.order, event.outcome);
    if ((event.kind === 'online' || event.kind === 'renewed') && (this.#setup.asksStatus ?? true)) this.#send({ name: 'status', page: 'journal' });
    if (event.kind !== 'report' || event.reply.name !== 'mfgrep') return;
    const read = readLinkReply(event.reply.payload.data);
    assert(read.ok, 'a reader speaks well');
    this.replies.push(read.value);
    this.#heard(read.value);
  }

  #heard(reply: LinkReply): void {
    if (reply.name === 'events') this.#take(reply.entries);
    if (reply.name === 'eventPart') {
      if (reply.offset === 0) this.#part = [];
      this.#part.push(...reply.data);
      if (this.#part.length === reply.totalBytes) this.#take([Uint8Array.from(this.#part)]);
    }
    if (reply.name === 'release' && this.releases !== undefined) this.#send({ name: 'released', id: reply.id, isReleased: this.releases });
  }

  #take(entries: readonly Uint8Array[]): void {
    this.entries.push(...entries);
    const last = entries.at(-1);
    const entry = last && decodeEntry(last);
    if (this.acknowledges && entry) this.#send({ name: 'acknowledge', tag: 60_000, epoch: entry.epoch, through: entry.sequence });
  }

  #send(command: LinkCommand): void {
    this.acu.order(address, { name: 'mfg', payload: { oui: doorpadOui, data: writeLinkCommand(command) } }, this.#nowMs, 'normal');
    this.#schedule();
  }
}
