/**
 * Tells every page that listens what is new (SECURITY H6, H9). Decides who hears what, how far a page may fall behind, and when one that reads
 * nothing is let go; what is told, and when, is its caller's.
 */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../src/ports/clock.ts';
import { neverKept, safetyHeaders } from './answers.ts';
import type { RefusalCode } from './refusals.ts';
import type { Caller, Role } from './route.ts';

export interface LiveLimits {
  /** SECURITY H6: 16. */
  readonly clients: number;
  /** Of those, one user's: nobody takes all places. */
  readonly clientsOfUser: number;
  /** Bytes that wait for one page; what comes beyond them it misses. */
  readonly bytesWaiting: number;
  readonly beatMs: number;
  /** A page that took nothing for that long after it missed something is let go. */
  readonly behindMs: number;
}

export const liveLimits: LiveLimits = { clients: 16, clientsOfUser: 6, bytesWaiting: 262_144, beatMs: 15_000, behindMs: 60_000 };

interface Client {
  readonly response: ServerResponse;
  readonly caller: Caller;
  /** Since when it misses what is told. */
  behindSinceMs: number | undefined;
}

export interface LiveFeedOptions<Message extends { readonly kind: string }> {
  readonly clock: Pick<Clock, 'nowMs' | 'setTimeout' | 'clearTimeout'>;
  /** Roles that hear a message. */
  readonly hearers: Readonly<Record<Message['kind'] | 'beat' | 'missed', readonly Role[]>>;
  readonly holds: (session: number) => boolean;
  readonly limits?: LiveLimits;
}

const lineOf = (message: { readonly kind: string }): string => `${JSON.stringify(message)}\n`;

export class LiveFeed<Message extends { readonly kind: string }> {
  readonly #options: LiveFeedOptions<Message>;
  readonly #limits: LiveLimits;
  readonly #clients = new Set<Client>();
  #beat: unknown;

  constructor(options: LiveFeedOptions<Message>) {
    this.#options = options;
    this.#limits = options.limits ?? liveLimits;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Keeps the answer open until the page goes or its session ends; a refusal leaves it unanswered. */
  join(response: ServerResponse, caller: Caller): RefusalCode | undefined {
    if (!this.#options.hearers.beat.includes(caller.user.role)) return 'notAllowed';
    const own = [...this.#clients].filter((client) => client.caller.user.id === caller.user.id);
    if (this.#clients.size >= this.#limits.clients || own.length >= this.#limits.clientsOfUser) return 'tooManyPages';
    const client: Client = { response, caller, behindSinceMs: undefined };
    this.#clients.add(client);
    response.writeHead(200, { ...safetyHeaders, ...neverKept, 'content-type': 'application/x-ndjson; charset=utf-8' });
    response.on('close', () => this.#clients.delete(client));
    response.on('error', () => this.#clients.delete(client));
    // At once: a page knows by it that it listens.
    this.#send(client, lineOf({ kind: 'beat' }));
    if (this.#beat === undefined) this.#armBeat();
    return undefined;
  }

  /** Nobody hears of it whose session has ended. */
  tell(message: Message): void {
    this.#letGo();
    const line = lineOf(message);
    const roles: readonly Role[] = this.#options.hearers[message.kind as Message['kind']];
    for (const client of this.#clients) if (roles.includes(client.caller.user.role)) this.#send(client, line);
  }

  /** Ends every answer. */
  close(): void {
    this.#options.clock.clearTimeout(this.#beat);
    this.#beat = undefined;
    for (const { response } of this.#clients) response.destroy();
    this.#clients.clear();
  }

  #send(client: Client, line: string): void {
    const { response } = client;
    if (client.behindSinceMs !== undefined) return;
    if (response.writableLength + line.length > this.#limits.bytesWaiting) client.behindSinceMs = this.#options.clock.nowMs();
    else response.write(line, () => this.#catchUp(client));
  }

  /** Something went out. Node's own `drain` comes only to who filled more than its own mark. */
  #catchUp(client: Client): void {
    if (client.behindSinceMs === undefined || client.response.writableLength > this.#limits.bytesWaiting / 2) return;
    client.behindSinceMs = undefined;
    this.#send(client, lineOf({ kind: 'missed' }));
  }

  #armBeat(): void {
    this.#beat = this.#options.clock.setTimeout(() => {
      this.#beat = undefined;
      this.#letGo();
      for (const client of this.#clients) this.#send(client, lineOf({ kind: 'beat' }));
      if (this.#clients.size > 0) this.#armBeat();
    }, this.#limits.beatMs);
  }

  /** Of pages that take nothing, and of people who are not logged in any more. */
  #letGo(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const client of this.#clients) {
      const { response, caller, behindSinceMs } = client;
      if (!this.#options.holds(caller.session)) {
        this.#clients.delete(client);
        response.end();
      } else if (behindSinceMs !== undefined && nowMs - behindSinceMs >= this.#limits.behindMs) response.destroy();
    }
  }
}
