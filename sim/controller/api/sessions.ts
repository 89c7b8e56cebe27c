/**
 * Who is logged in: tokens of 128 bits from name and password, and the operator's token of this start. Decides how long a session lasts, how
 * often a name may be tried, and which tries are told of; users and their passwords are their book's, what a role may is the rows'.
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
  /** Whether somebody has this name. */
  knows(name: string): Promise<boolean>;
  /** Resolves once it is on disk, with a line of the audit; rejects with a Fault where it is not. */
  setPassword(id: number, password: string): Promise<void>;
  /** For the audit, on disk when it resolves; rejects with a Fault. `name`: undefined where nobody has it, since people type passwords into its field. */
  note(what: LogInNote, name: string | undefined): Promise<void>;
}

export type LogInNote = 'loggedIn' | 'wrongPassword';

/** A user at several devices; one more, and the one that is idle the longest ends. */
export const maxSessionsOfUser = 5;
export const maxSessions = 500;
/** Of those, tenants': whatever they do, who runs the site comes in. */
export const maxTenantSessions = 400;
/** SECURITY H4. */
export const maxWrongPasswords = 10;
/** Log-ins of a name, or tries that failed, in a minute: of more the audit is not told. */
export const maxLogInsTold = 10;
/** A user who changes while they log in is compared again; more often than this, they are told to try again. */
const maxComparisons = 3;
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
  /** Of names that nobody has: however many there are, nobody else waits for them. */
  readonly #unknown: Throttle;
  readonly #told: Throttle;
  readonly #sessions = new Map<number, Session>();
  #lastNumber = 0;
  /** How often sessions of a user were ended. */
  #endings = 0;

  constructor(options: SessionsOptions) {
    this.#options = options;
    const { clock } = options;
    this.#wrong = new Throttle({ clock, most: maxWrongPasswords, perMs: minuteMs });
    this.#unknown = new Throttle({ clock, most: maxWrongPasswords, perMs: minuteMs, whenFull: 'forget' });
    this.#told = new Throttle({ clock, most: maxLogInsTold, perMs: minuteMs, whenFull: 'forget' });
  }

  /** The operator's token, of the manager's role. Whoever starts the process shows it once; start-token.ts writes it down. */
  openForOperator(): string {
    return this.#open({ id: null, name: 'operator', role: 'manager', person: null }, true);
  }

  /** Rejects as the users' book does; a try of which nothing was compared does not count. */
  async logIn(name: string, password: string): Promise<Result<LoggedIn, Refusal>> {
    for (let comparisons = 0; comparisons < maxComparisons; comparisons += 1) {
      const endings = this.#endings;
      const known = await this.#verified(name, password);
      if (!known.ok) return known;
      await this.#note('loggedIn', name);
      // Whoever was removed meanwhile, or has another password, was compared with what they had.
      if (endings !== this.#endings) continue;
      const user = { id: known.value.id, name: known.value.name, role: known.value.role, person: known.value.person ?? null };
      return this.#hasRoomFor(user) ? ok({ token: this.#open(user, false), user }) : failed({ code: 'tooManySessions' });
    }
    return failed({ code: 'busy' });
  }

  /** Their own: whoever has but the session does not know the old one. Their other sessions end. */
  async changePassword({ user, session }: Caller, old: string, password: string): Promise<Result<undefined, Refusal>> {
    // The operator's token has none.
    if (user.id === null) return failed({ code: 'notAllowed' });
    const known = await this.#verified(user.name, old);
    if (!known.ok) return known;
    if (known.value.id !== user.id) return failed({ code: 'notAllowed' });
    await this.#options.users.setPassword(user.id, password);
    this.endOfUser(user.id, session);
    return ok(undefined);
  }

  /** Of the header `authorization`, and of nothing else. `isUse`: somebody is there, and the session is not idle. */
  callerOf(authorization: string | undefined, isUse = true): Caller | undefined {
    const token = bearer.exec(authorization ?? '')?.[1];
    if (token === undefined) return undefined;
    const { crypto, clock } = this.#options;
    const hash = crypto.sha256(Buffer.from(token));
    this.#endTheOld();
    // All of them, whichever it is: how long it takes says nothing (SECURITY H4).
    const found = [...this.#sessions.values()].filter(({ tokenHash }) => crypto.isEqual(tokenHash, hash))[0];
    if (found !== undefined && isUse) found.usedMs = clock.nowMs();
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

  /** Ends all of a user whose password changed, or who may not log in any more, but for one; on disk it is so by then. */
  endOfUser(id: number, but?: number): void {
    this.#endings += 1;
    for (const [number, { caller }] of this.#sessions) if (caller.user.id === id && number !== but) this.#sessions.delete(number);
  }

  async #verified(name: string, password: string): Promise<Result<LogInUser, Refusal>> {
    const { users } = this.#options;
    const isKnown = await users.knows(name);
    const tries = isKnown ? this.#wrong : this.#unknown;
    if (!tries.take(name)) return failed({ code: 'tooMany' });
    const known = await givenBack(users.verify(name, password), () => tries.giveBack(name));
    if (known === undefined) {
      await this.#note('wrongPassword', isKnown ? name : undefined);
      return failed({ code: 'wrongPassword' });
    }
    tries.giveBack(name);
    return ok(known);
  }

  async #note(what: LogInNote, name: string | undefined): Promise<void> {
    if (this.#told.take(`${what} ${name ?? ''}`)) await this.#options.users.note(what, name);
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

  #hasRoomFor({ id, role }: LoggedIn['user']): boolean {
    this.#endTheOld();
    const all = [...this.#sessions.values()];
    const own = all.filter(({ caller }) => caller.user.id === id).sort((left, right) => left.usedMs - right.usedMs);
    if (own.length >= maxSessionsOfUser && own[0] !== undefined) this.end(own[0].caller.session);
    const tenants = role === 'tenant' ? [...this.#sessions.values()].filter(({ caller }) => caller.user.role === 'tenant').length : 0;
    return this.#sessions.size < maxSessions && tenants < maxTenantSessions;
  }

  #endTheOld(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const [number, { isForGood, begunMs, usedMs }] of this.#sessions) {
      if (!isForGood && (nowMs - usedMs >= sessionIdleMs || nowMs - begunMs >= sessionLongestMs)) this.#sessions.delete(number);
    }
  }
}

/** Of a try of which nothing was compared. */
const givenBack = async <Answer>(compared: Promise<Answer>, giveBack: () => void): Promise<Answer> => {
  try {
    return await compared;
  } catch (fault) {
    giveBack();
    throw fault;
  }
};
