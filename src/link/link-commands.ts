/**
 * What each private command does, one handler for every command there is (docs/table-profile.md §14). None waits: what needs the disk or the door
 * is acknowledged, and its outcome reported at a later POLL. What is said at a POLL, and in which order, is `next`'s.
 */

import { ack, nak } from '../osdp/pd-answer.ts';
import type { MfgAnswer } from '../osdp/pd-handlers.ts';
import type { Report } from '../osdp/pd-reports.ts';
import type { Clock } from '../ports/clock.ts';
import type { TableState, TableStore } from '../ports/table-store.ts';
import { fileKinds, headerBytes } from '../table/header.ts';
import type { EventFeed } from './event-feed.ts';
import type { FileParts } from './file-parts.ts';
import type { LinkHost } from './link-host.ts';
import {
  doorpadOui,
  type LinkCommand,
  type LinkCommandName,
  type LinkReply,
  type Outcome,
  readLinkCommand,
  type Status,
  type StatusPage,
  writeLinkReply,
} from './messages.ts';
import type { RemoteStrike } from './remote-strike.ts';
import type { Tasks } from './tasks.ts';

/** In front of a private message, in the data of MFG and MFGREP. */
const ouiBytes = 3;

export interface LinkCommandParts {
  readonly clock: Clock;
  readonly host: LinkHost;
  readonly table: TableStore;
  readonly tasks: Tasks;
  readonly fileParts: FileParts;
  readonly feed: EventFeed;
  readonly strike: RemoteStrike | undefined;
  statusOf(page: StatusPage): Status;
  /** A revocation is in force. */
  revoked(state: TableState): void;
}

type Handlers = { readonly [Name in LinkCommandName]: (command: Extract<LinkCommand, { name: Name }>) => MfgAnswer };

const acked = ack.reply as MfgAnswer;
const refused = (reason: Parameters<typeof nak>[0]): MfgAnswer => nak(reason).reply as MfgAnswer;
const replied = (reply: LinkReply): Extract<Report, { name: 'mfgrep' }> => ({
  name: 'mfgrep',
  payload: { oui: doorpadOui, data: writeLinkReply(reply) },
});

export class LinkCommands {
  readonly #parts: LinkCommandParts;
  readonly #handlers: Handlers;
  /** The ACU of this session has asked for private status, so private replies to its POLLs will not make it drop the reader (DESIGN §2). */
  #isKnown = false;
  /** What became of tables, until it is said, in whatever session. The newest is what counts. */
  #tableEnded: Extract<LinkReply, { name: 'table' }> | undefined;

  constructor(parts: LinkCommandParts) {
    this.#parts = parts;
    const { host } = parts;
    this.#handlers = {
      status: ({ page }) => {
        this.#isKnown = true;
        return replied({ name: 'status', status: parts.statusOf(page) });
      },
      acknowledge: ({ tag, epoch, through }) => this.#later(tag, () => this.#acknowledge(epoch, through)),
      filePart: (part) => {
        const taken = parts.fileParts.take(part, parts.clock.nowMs());
        if (taken === 'more') return acked;
        return this.#later(part.tag, () => (taken === 'wrongOffset' ? Promise.resolve(taken) : this.#takeFile(taken)));
      },
      setTime: ({ tag, wallMs }) => this.#later(tag, () => host.setTime(wallMs)),
      setMode: ({ tag, mode }) => this.#later(tag, () => host.tighten(mode)),
      released: ({ id, isReleased }) => this.#released(id, isReleased),
    };
  }

  /** A session has ended, or begun: whoever is there now may be another, and may have heard nothing of what was sent. */
  restart(): void {
    this.#isKnown = false;
    this.#parts.tasks.restart();
    this.#parts.fileParts.restart();
    this.#parts.feed.restart();
  }

  tableEnded(outcome: Outcome): void {
    this.#tableEnded = { name: 'table', outcome, version: this.#parts.table.state()?.version ?? 0 };
  }

  /** The data of MFG, which came in a session on the reader's own key; `room`: most bytes of data of the answer. */
  command(data: Uint8Array, room: number): MfgAnswer {
    const command = readLinkCommand(data);
    if (!command.ok) return refused(command.failure === 'unknown' ? 'unknownCommand' : 'wrongRecord');
    const answer = this.#handle(command.value);
    // An ACU that takes the least there is takes every page.
    const isTooLong = answer !== 'busy' && answer.name === 'mfgrep' && ouiBytes + answer.payload.data.length > room;
    return isTooLong ? refused('wrongLength') : answer;
  }

  /** Something came: what is to be said at a POLL may be read by then. */
  prepare(): void {
    if (this.#isKnown) this.#parts.feed.prepare();
  }

  /** What goes before all else at a POLL of such a session. */
  nextRelease(): Report | undefined {
    const release = this.#isKnown ? this.#parts.strike?.next() : undefined;
    return release && replied(release);
  }

  /** What else is to be said at it: what the controller waits for before what happened. */
  next(room: number): Report | undefined {
    if (!this.#isKnown) return undefined;
    const reply = this.#parts.tasks.next() ?? this.#nextTableEnded() ?? this.#parts.feed.next(room - ouiBytes);
    return reply && replied(reply);
  }

  #handle<Name extends LinkCommandName>(command: Extract<LinkCommand, { name: Name }>): MfgAnswer {
    const handlers: { readonly [N in LinkCommandName]: (command: Extract<LinkCommand, { name: N }>) => MfgAnswer } = this.#handlers;
    return handlers[command.name as Name](command);
  }

  #nextTableEnded(): LinkReply | undefined {
    const ended = this.#tableEnded;
    this.#tableEnded = undefined;
    return ended;
  }

  /** Acknowledged now and done later; where too much is under way already, that is the answer. */
  #later(tag: number, work: () => Promise<Outcome>): MfgAnswer {
    if (this.#parts.tasks.isFull) return replied({ name: 'done', tag, outcome: 'tooMany' });
    this.#parts.tasks.run(
      tag,
      work().catch(() => 'failed'),
    );
    return acked;
  }

  /** What did not count is refused, or the controller would keep released what was a denial here. */
  #released(id: number, isReleased: boolean): MfgAnswer {
    const answer = this.#parts.strike?.answered(id, isReleased) ?? 'unknown';
    if (answer === 'counts') return acked;
    if (answer === 'late' && isReleased) this.#parts.host.tell({ code: 'strike.unreachable', fields: { reason: 'late' } });
    return refused('wrongRecord');
  }

  async #acknowledge(epoch: string, through: number): Promise<Outcome> {
    const acknowledged = await this.#parts.feed.acknowledge(epoch, through);
    if (acknowledged.ok) return 'done';
    this.#parts.host.tell({ code: 'journal.unackable', fields: { reason: acknowledged.failure, through } });
    return acknowledged.failure;
  }

  /** A whole signed file: what kind it says it is decides who reads it, and that one checks the signature. */
  async #takeFile(file: Uint8Array): Promise<Outcome> {
    const kind = file.length < headerBytes ? undefined : fileKinds[(file[kindAt] ?? 0) - 1];
    if (kind === 'revocation') return this.#revoke(file);
    if (kind === 'order') return this.#parts.host.obey(file);
    return kind === undefined ? 'malformed' : 'wrongKind';
  }

  async #revoke(file: Uint8Array): Promise<Outcome> {
    const { table, host, revoked } = this.#parts;
    const answer = host.table().isKeyed ? await table.revoke(file) : ({ ok: false, failure: 'notKeyed' } as const);
    if (!answer.ok) {
      host.tell({ code: 'table.refused', fields: { reason: answer.failure, kind: 'revocation' } });
      return answer.failure;
    }
    revoked(answer.value);
    host.tell({ code: 'table.revoked', fields: { number: answer.value.revocation } });
    return 'done';
  }
}

/** docs/table-profile.md §5: behind the magic and the format. */
const kindAt = 5;
