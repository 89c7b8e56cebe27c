/**
 * The reader's end of the line (docs/table-profile.md part 2): binds a wire and a clock to one OSDP session, and that to the table, the journal
 * and the reader. Decides when the controller is there, and when a line is dead. Frames and keys are osdp/'s; what a private message does is
 * link-commands.ts's; what the reader makes of an order is the reader's.
 */
import type { Facts } from '../journal/facts.ts';
import type { Journal } from '../journal/journal.ts';
import { offlineMs, type PdEvent, type PdOptions, PdSession } from '../osdp/pd.ts';
import { nak } from '../osdp/pd-answer.ts';
import type { PdDescription } from '../osdp/pd-device.ts';
import type { MfgAnswer } from '../osdp/pd-handlers.ts';
import type { Report, StatusName } from '../osdp/pd-reports.ts';
import type { Clock } from '../ports/clock.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { Line } from '../ports/line.ts';
import type { Subscription } from '../ports/subscription.ts';
import type { TableState, TableStore } from '../ports/table-store.ts';
import type { UpdateStore } from '../ports/update-store.ts';
import { formatVersion, type Trust } from '../table/header.ts';
import { EventFeed } from './event-feed.ts';
import { FileParts } from './file-parts.ts';
import { FileSync, FileSyncs } from './file-sync.ts';
import { LinkCommands } from './link-commands.ts';
import type { LinkEvent, LinkHost } from './link-host.ts';
import { doorpadOui, type Status, type StatusPage } from './messages.ts';
import type { RemoteStrike } from './remote-strike.ts';
import { ReplyPause } from './reply-pause.ts';
import { heldBy, standOf } from './status.ts';
import { TableIntake } from './table-intake.ts';
import { Tasks } from './tasks.ts';
import { UpdateIntake } from './update-intake.ts';

/** A line on which nothing but noise came for so long is dead, and is opened anew (SECURITY A20). */
export const silentMs = 30_000;
/** A fact that could not be written is written again after this. */
const factRetryMs = 5_000;

/** Another maker's panel, as far as the session is its (src/link/panel.ts). */
export interface LinkPanel {
  use(session: PdSession): void;
  told(event: PdEvent): void;
  polled(): void;
}

export interface LinkParts {
  readonly line: Line;
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly table: TableStore;
  /** Of a reader that runs from a card which takes updates. */
  readonly updates?: UpdateStore | undefined;
  readonly journal: Journal;
  readonly facts: Facts;
  readonly trust: Trust | undefined;
  readonly host: LinkHost;
  readonly pd: Pick<PdOptions, 'line' | 'keepLine' | 'policy'>;
  readonly description: PdDescription;
  readonly remoteStrike?: RemoteStrike | undefined;
  readonly panel?: LinkPanel | undefined;
  /** Opens the line anew, at once. */
  readonly reopen?: (() => void) | undefined;
}

export class Link {
  readonly #parts: LinkParts;
  readonly #pause: ReplyPause;
  readonly #files: FileSyncs;
  readonly #commands: LinkCommands;
  readonly #subscription: Subscription;
  #session: PdSession;
  #deadline: unknown;
  #absence: unknown;
  #silence: unknown;
  #factRetry: unknown;
  #isUp = false;
  /** Something that is no frame came with the bytes that are being read. */
  #isNoise = false;
  #isSilenceTold = false;
  #isStopped = false;

  constructor(parts: LinkParts) {
    const { line, clock, journal, updates } = parts;
    this.#parts = parts;
    this.#pause = new ReplyPause(line, clock, parts.pd.line.baudRate);
    const tell = (event: LinkEvent): void => parts.host.tell(event);
    const table = new TableIntake({
      ...parts,
      seen: () => parts.facts.seenTable,
      applied: (state) => this.#keepSeen(state),
      ended: (outcome) => this.#commands.tableEnded(outcome),
      tell,
    });
    const isTrusted = (): boolean => this.#session.isSecure;
    const intakes = updates === undefined ? [table] : [table, new UpdateIntake({ updates, isTrusted, tell })];
    this.#files = new FileSyncs(intakes.map((intake) => new FileSync(clock, intake)));
    this.#commands = new LinkCommands({
      ...parts,
      strike: parts.remoteStrike,
      tasks: new Tasks(),
      fileParts: new FileParts(),
      feed: new EventFeed(journal, clock),
      statusOf: (page) => this.#statusOf(page),
      revoked: (state) => this.#keepSeen(state),
    });
    this.#session = this.#open(parts.pd.line, parts.description);
    this.#meetTable();
    this.#subscription = line.listen({
      received: (bytes, atMs) => this.#received(bytes, atMs),
      attached: (isAttached) => {
        if (isAttached) return;
        this.#pause.drop();
        this.#session.resetLine();
      },
    });
    this.#watchSilence();
  }

  /** Somebody polls, in a session or in clear. */
  get isOnline(): boolean {
    return this.#session.isOnline;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Something to say at the next POLL: a card that is being enrolled. Old news is dropped. */
  report(report: Report): void {
    this.#session.report(report, this.#parts.clock.nowMs());
  }

  /** A contact: it goes up as it stands when it is told, if anybody is there; whoever comes later asks. */
  statusChanged(name: StatusName): void {
    this.#session.statusChanged(name);
  }

  /** The reader is another device on the line from now on: the session ends, and a new one has this description. */
  describe(description: PdDescription): void {
    const { lineSettings } = this.#session;
    this.#session.end();
    this.#setUp(false);
    this.#session = this.#open(lineSettings, description);
    this.#schedule();
  }

  /** Nothing is heard, said or put in force any more. */
  stop(): void {
    this.#isStopped = true;
    this.#subscription.stop();
    this.#pause.drop();
    this.#files.stop();
    for (const timer of [this.#deadline, this.#absence, this.#silence, this.#factRetry]) this.#parts.clock.clearTimeout(timer);
    this.#parts.remoteStrike?.linkChanged(false);
  }

  #open(line: PdOptions['line'], description: PdDescription): PdSession {
    const { crypto, host, panel, pd } = this.#parts;
    const session: PdSession = new PdSession(
      {
        send: (bytes) => this.#pause.send(bytes),
        event: (event) => this.#happened(event),
      },
      {
        ...pd,
        crypto,
        line,
        description,
        files: { sink: this.#files, manners: { mayInterleave: true, maxMessageBytes: 0 } },
        hands: {
          localStatus: () => host.localStatus(),
          inputs: () => host.inputs(),
          readers: () => new Array<number>(description.readers).fill(0),
          showText: () => undefined,
          // In clear, or on the key that everyone knows, private commands are unknown.
          mfg: new Map([[doorpadOui, (data, room) => (session.isSecure ? this.#commands.command(data, room) : unknownCommand)]]),
          urgentReport: () => this.#commands.nextRelease(),
          nextReport: (room) => this.#commands.next(room),
          polled: () => panel?.polled(),
        },
      },
    );
    panel?.use(session);
    return session;
  }

  #received(bytes: Uint8Array, atMs: number): void {
    this.#isNoise = false;
    this.#pause.heard(atMs);
    this.#session.receive(bytes, atMs);
    this.#commands.prepare();
    if (!this.#isNoise) {
      this.#isSilenceTold = false;
      this.#watchSilence();
    }
    this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.#parts;
    clock.clearTimeout(this.#deadline);
    const dueMs = this.#session.deadlineMs;
    if (dueMs === undefined || this.#isStopped) return;
    this.#deadline = clock.setTimeout(
      () => {
        this.#session.expire(clock.nowMs());
        this.#schedule();
      },
      Math.ceil(dueMs - clock.nowMs()),
    );
  }

  #happened(event: PdEvent): void {
    const { host, panel } = this.#parts;
    switch (event.type) {
      case 'session.opened':
        this.#commands.restart();
        if (event.key === 'own') this.#setUp(true);
        break;
      case 'session.closed':
        this.#commands.restart();
        this.#awaitSession();
        break;
      case 'session.failing':
        host.tell({ code: 'line.guessed' });
        break;
      case 'key.proven':
        host.tell({ code: 'line.keyChanged' });
        break;
      case 'offline':
        this.#setUp(false);
        break;
      case 'line.switched':
      case 'line.reverted':
        this.#pause.setBaudRate(event.settings.baudRate);
        break;
      case 'line.kept':
      case 'line.failed':
        host.tell({ code: 'line.moved', fields: { ...event.settings, ...(event.type === 'line.failed' && { reason: 'notKept' }) } });
        break;
      case 'bytes.dropped':
        this.#isNoise = true;
        break;
      default:
    }
    panel?.told(event);
  }

  /** A session may be closed only to open another one; but whoever talks on in clear is not the controller. */
  #awaitSession(): void {
    const { clock, remoteStrike } = this.#parts;
    remoteStrike?.linkChanged(false);
    clock.clearTimeout(this.#absence);
    this.#absence = clock.setTimeout(() => this.#setUp(false), offlineMs);
  }

  #setUp(isUp: boolean): void {
    const { clock, host, remoteStrike } = this.#parts;
    clock.clearTimeout(this.#absence);
    remoteStrike?.linkChanged(isUp);
    if (isUp === this.#isUp) return;
    this.#isUp = isUp;
    host.linkChanged(isUp);
  }

  #watchSilence(): void {
    const { clock, host, reopen } = this.#parts;
    clock.clearTimeout(this.#silence);
    this.#silence = clock.setTimeout(() => {
      if (!this.#isSilenceTold) host.tell({ code: 'line.silent' });
      this.#isSilenceTold = true;
      reopen?.();
      this.#watchSilence();
    }, silentMs);
  }

  /** What was in force at the start may be older than what was seen (SECURITY C10). It serves, offline there is no telling which is right; it is told. */
  #meetTable(): void {
    const { table, facts, host } = this.#parts;
    const state = table.state();
    const { version, revocation } = facts.seenTable;
    const present = { version: state?.version ?? 0, revocation: state?.revocation ?? 0 };
    if (present.version < version || present.revocation < revocation) {
      host.tell({
        code: 'table.rolledBack',
        fields: { version: present.version, seenVersion: version, revocation: present.revocation, seenRevocation: revocation },
      });
    }
    if (state !== undefined) this.#keepSeen(state);
  }

  #keepSeen({ version, revocation }: Pick<TableState, 'version' | 'revocation'>): void {
    const { clock, facts, journal } = this.#parts;
    clock.clearTimeout(this.#factRetry);
    const changes = facts.setSeenTable(version, revocation);
    if (changes.length === 0 || this.#isStopped) return;
    journal.record(changes).catch(() => {
      this.#factRetry = clock.setTimeout(() => this.#keepSeen({ version, revocation }), factRetryMs);
    });
  }

  #statusOf(page: StatusPage): Status {
    const { clock, facts, host, journal, table } = this.#parts;
    switch (page) {
      case 'table':
        return { page, format: formatVersion, ...heldBy(table), orderNumber: Math.min(facts.orderNumber, maxU32), ...host.table() };
      case 'journal': {
        const { head, acknowledged, boot, pending } = journal;
        const wall = host.wall();
        return {
          page,
          epoch: head.epoch,
          boot,
          acknowledged,
          newest: head.sequence,
          headLink: head.link,
          pending: Math.min(pending, maxU32),
          monotonicMs: wholeOf(clock.nowMs()),
          wallMs: wholeOf(wall.ms),
          isWallTrusted: wall.trusted,
        };
      }
      case 'door':
        return { page, ...host.door() };
      case 'settings':
        return { page, ...host.settings() };
      case 'rules':
        return { page, ...host.rules() };
      case 'update':
        return { page, ...standOf(this.#parts.updates?.stand()) };
    }
  }
}

const unknownCommand = nak('unknownCommand').reply as MfgAnswer;

const maxU32 = 2 ** 32 - 1;
/** A clock may stand at anything; a field holds 48 bits. */
const wholeOf = (ms: number): number => Math.min(Math.max(0, Math.floor(ms)), 2 ** 48 - 1);
