/**
 * Who may log in to a controller, with passwords as scrypt hashes (RFC 7914). Decides how a password is kept and compared, and that the last
 * manager stays; sessions, and how often somebody may try, are api/sessions.ts's.
 */
import { scrypt } from 'node:crypto';
import type { Selectable } from 'kysely';
import type { Crypto } from '../../src/ports/crypto.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { chunksOf } from './chunks.ts';
import type { Access } from './database.ts';
import type { Tables } from './tables.ts';
import { Turns } from './turns.ts';

/** N, with r = 8 and p = 1: 16 MB and some 50 ms. The OWASP cheat sheet on password storage asks for more than a small board has. */
const cost = 16_384;
const saltBytes = 16;
const hashBytes = 32;
/** Looked for together. */
const personsAtOnce = 500;
/** One at a time: the pool it works in also reads the line (DESIGN §4). As many as the server carries out calls: nobody is sent away by others. */
export const maxWaitingPasswords = 64;

export type UserRole = 'manager' | 'installer' | 'auditor' | 'tenant';

export interface NewUser {
  readonly name: string;
  readonly role: UserRole;
  /** Of a tenant: who they are. */
  readonly person?: number | undefined;
}

export interface KnownUser extends NewUser {
  readonly id: number;
}

export type HashedPassword = Pick<Selectable<Tables['user']>, 'cost' | 'salt' | 'hash'>;

const turns = new Turns(maxWaitingPasswords);

/** Rejects with a Fault `queue.full` where too many passwords wait to be hashed. */
export class UserStore {
  readonly #access: Access;
  readonly #crypto: Crypto;

  constructor(access: Access, crypto: Crypto) {
    this.#access = access;
    this.#crypto = crypto;
  }

  /** By name. */
  async list(): Promise<readonly KnownUser[]> {
    return (await this.#access.sql.selectFrom('user').selectAll().orderBy('name').execute()).map(userOf);
  }

  async user(id: number): Promise<KnownUser | undefined> {
    const row = await this.#access.sql.selectFrom('user').selectAll().where('id', '=', id).executeTakeFirst();
    return row && userOf(row);
  }

  /** As a password is kept: takes its time, so it is made before a commit begins. */
  async hashed(password: string): Promise<HashedPassword> {
    const salt = this.#crypto.randomBytes(saltBytes);
    return { cost, salt, hash: await hashOf(password, salt, cost) };
  }

  async add({ name, role, person }: NewUser, password: string | HashedPassword): Promise<Result<number, 'nameTaken'>> {
    const secret = typeof password === 'string' ? await this.hashed(password) : password;
    const row = await this.#access.sql
      .insertInto('user')
      .values({ name, role, person: person ?? null, ...secret })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('id')
      .executeTakeFirst();
    return row === undefined ? failed('nameTaken') : ok(row.id);
  }

  /** Takes as long for a name that nobody has. */
  async verify(name: string, password: string): Promise<KnownUser | undefined> {
    const row = await this.#access.sql.selectFrom('user').selectAll().where('name', '=', name).executeTakeFirst();
    const { salt, hash } = row ?? { salt: new Uint8Array(saltBytes), hash: new Uint8Array(hashBytes) };
    const isRight = this.#crypto.isEqual(await hashOf(password, salt, row?.cost ?? cost), hash);
    return row !== undefined && isRight ? userOf(row) : undefined;
  }

  async knows(name: string): Promise<boolean> {
    return (await this.#access.sql.selectFrom('user').select('id').where('name', '=', name).executeTakeFirst()) !== undefined;
  }

  async changePassword(id: number, password: string | HashedPassword): Promise<void> {
    const secret = typeof password === 'string' ? await this.hashed(password) : password;
    await this.#access.sql.updateTable('user').set(secret).where('id', '=', id).execute();
  }

  /** Tenants who are one of these people: nobody else comes to be them. Gives who they were. */
  async removeOfPersons(persons: readonly number[]): Promise<readonly KnownUser[]> {
    const gone: KnownUser[] = [];
    for (const chunk of chunksOf(persons, personsAtOnce))
      gone.push(...(await this.#access.sql.deleteFrom('user').where('person', 'in', chunk).returningAll().execute()).map(userOf));
    return gone;
  }

  remove(id: number): Promise<Result<undefined, 'unknownUser' | 'lastManager'>> {
    return this.#access.write(async ({ sql }) => {
      const managers = await sql.selectFrom('user').select('id').where('role', '=', 'manager').execute();
      if (managers.length === 1 && managers[0]?.id === id) return failed('lastManager');
      const { numDeletedRows } = await sql.deleteFrom('user').where('id', '=', id).executeTakeFirst();
      return numDeletedRows === 1n ? ok(undefined) : failed('unknownUser');
    });
  }
}

const hashOf = (password: string, salt: Uint8Array, N: number): Promise<Uint8Array> =>
  turns.take(
    () =>
      new Promise((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, hashBytes, { N, maxmem: 256 * N * 8 }, (error, hash) =>
          error === null ? resolve(Uint8Array.from(hash)) : reject(error),
        );
      }),
  );

const userOf = ({ id, name, role, person }: Selectable<Tables['user']>): KnownUser => ({
  id,
  name,
  role: role as UserRole,
  person: person ?? undefined,
});
