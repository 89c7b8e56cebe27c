/**
 * Who is logged in: tokens of 128 bits from name and password, and the operator's token of this start. Decides how long a session lasts and how
 * often a name may be tried; users and their passwords are their book's, what a role may is the rows'.
 */
import type { Clock } from '../../../src/ports/clock.ts';
import type { Crypto } from '../../../src/ports/crypto.ts';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { Refusal } from './refusals.ts';
import type { Caller, Role } from './route.ts';
import { Throttle } from './throttle.ts';

export interface LogInUser {
  readonly id: number;
  readonly name: string;
  readonly role: Role;
  /** Of a tenant: who they are. */
  readonly person?: number | undefined;
}

export interface UserBook {
  /** Undefined: the name or the password is wrong; takes as long for a name that nobody has. Rejects with a Fault: nothing was compared. */
  verify(name: string, password: string): Promise<LogInUser | undefined>;
}

/** A user at several devices; one more, and the one that is idle the longest ends. */
export const maxSessionsOfUser = 5;
export const maxSessions = 500;
/** SECURITY H4. */
export const maxWrongPasswords = 10;
export const sessionIdleMs = 30 * 60_000;
export const sessionLongestMs = 12 * 3_600_000;
const minuteMs = 60_000;
/** SECURITY H4: 128 bits, which are 22 characters. */
const tokenBytes = 16;
const bearer = /^Bearer ([\w-]{22})$/;

interface Session {
  readonly caller: Caller;
  readonly tokenHash: Uint8Array;
  readonly begunMs: number;
  /** The operator's lasts until the process ends. */
  readonly isForGood: boolean;
  usedMs: number;
}

export interface LoggedIn {
  readonly token: string;
  readonly user: Caller['user'] & { readonly id: number };
}

export interface SessionsOptions {
  readonly crypto: Crypto;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly users: UserBook;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #wrong: Throttle;
  readonly #sessions = new Map<number, Session>();
  #lastNumber = 0;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#wrong = new Throttle({ clock: options.clock, most: maxWrongPasswords, perMs: minuteMs });
  }

  /** The operator's token, of the manager's role. Whoever starts the process shows it once; start-token.ts writes it down. */
  openForOperator(): string {
    return this.#open({ id: null, name: 'operator', role: 'manager', person: null }, true);
  }

  /** Rejects as the users' book does; such a try does not count. */
  async logIn(name: string, password: string): Promise<Result<LoggedIn, Refusal>> {
    if (!this.#wrong.take(name)) return failed({ code: 'tooMany' });
    const known = await this.#verified(name, password);
    if (known === undefined) return failed({ code: 'wrongPassword' });
    this.#wrong.giveBack(name);
    const user = { id: known.id, name: known.name, role: known.role, person: known.person ?? null };
    return this.#hasRoomFor(user.id) ? ok({ token: this.#open(user, false), user }) : failed({ code: 'tooManySessions' });
  }

  /** Of the header `authorization`, and of nothing else. The call keeps the session from being idle. */
  callerOf(authorization: string | undefined): Caller | undefined {
    const token = bearer.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const { crypto, clock } = this.#options;
    const hash = crypto.sha256(Buffer.from(token));
    this.#endTheOld();
    // All of them, whichever it is: how long it takes says nothing (SECURITY H4).
    const found = [...this.#sessions.values()].filter(({ tokenHash }) => crypto.isEqual(tokenHash, hash))[0];
    if (found !== undefined) found.usedMs = clock.nowMs();
    return found?.caller;
  }

  /** Whether the session still lasts. */
  holds(session: number): boolean {
    this.#endTheOld();
    return this.#sessions.has(session);
  }

  end(session: number): void {
    this.#sessions.delete(session);
  }

  /** Ends all of a user whose role changed, or who may not log in any more. */
  endOfUser(id: number): void {
    for (const [number, { caller }] of this.#sessions) if (caller.user.id === id) this.#sessions.delete(number);
  }

  async #verified(name: string, password: string): Promise<LogInUser | undefined> {
    try {
      return await this.#options.users.verify(name, password);
    } catch (fault) {
      this.#wrong.giveBack(name);
      throw fault;
    }
  }

  #open(user: Caller['user'], isForGood: boolean): string {
    const { crypto, clock } = this.#options;
    const token = Buffer.from(crypto.randomBytes(tokenBytes)).toString('base64url');
    this.#lastNumber += 1;
    const caller = { user, session: this.#lastNumber };
    const nowMs = clock.nowMs();
    this.#sessions.set(caller.session, { caller, tokenHash: crypto.sha256(Buffer.from(token)), begunMs: nowMs, isForGood, usedMs: nowMs });
    return token;
  }

  #hasRoomFor(user: number): boolean {
    this.#endTheOld();
    const own = [...this.#sessions.values()].filter(({ caller }) => caller.user.id === user).sort((left, right) => left.usedMs - right.usedMs);
    if (own.length >= maxSessionsOfUser && own[0] !== undefined) this.end(own[0].caller.session);
    return this.#sessions.size < maxSessions;
  }

  #endTheOld(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const [number, { isForGood, begunMs, usedMs }] of this.#sessions) {
      if (!isForGood && (nowMs - usedMs >= sessionIdleMs || nowMs - begunMs >= sessionLongestMs)) this.#sessions.delete(number);
    }
  }
}
