/**
 * What the controller knows for good of its site and its readers: keys, numbers that only rise, which table is in force where, and how far
 * each journal was heard. On disk when a call resolves. What follows from it is the controller's; SQL stands in the stores only.
 */
import type { Selectable, Updateable } from 'kysely';
import type { TableState } from '../../src/ports/table-store.ts';
import { Fault } from '../../src/shared/faults.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import type { Access } from './database.ts';
import type { SecretBox } from './secret-box.ts';
import type { Tables } from './tables.ts';
import type { ToldDoor } from './told-door.ts';

export interface Site {
  /** 16 bytes. */
  readonly site: Uint8Array;
  /** 32 bytes. */
  readonly authoritySeed: SecretBytes;
}

export interface NewReader {
  readonly name: string;
  /** 0..126. */
  readonly address: number;
  /** 16 bytes. */
  readonly reader: Uint8Array;
  /** 32 bytes. */
  readonly tableKey: SecretBytes;
  /** 16 bytes. */
  readonly scbk: SecretBytes;
}

/** Those without a keypad ask for no PIN. */
export const readerModels = ['RPK40', 'RP10', 'RP15', 'RP40'] as const;
export type ReaderModel = (typeof readerModels)[number];

/** What people and plans say of a reader. */
export interface ReaderFacts {
  readonly name: string;
  readonly model: ReaderModel;
  /** Of its modes. */
  readonly schedule: number | undefined;
}

export interface KnownReader extends NewReader, ReaderFacts {
  readonly id: number;
  /** On disk before it was sent: the reader may have either key. */
  readonly pendingScbk: SecretBytes | undefined;
  /** What it said of its door last, in whatever life of this program. */
  readonly told: ToldDoor | undefined;
}

/** A table that was published for one reader. */
export interface Edition {
  readonly state: TableState;
  /** Every change of people up to this number is in it. */
  readonly throughChange: number;
  /** The version it changes; 0: it is a snapshot. */
  readonly baseVersion: number;
}

export interface Outgoing {
  readonly edition: Edition;
  readonly file: Uint8Array;
}

/** How far one journal was heard. */
export interface Heard {
  readonly epoch: string;
  readonly sequence: number;
  /** 16 bytes, the link behind that entry; undefined: not known, because entries are missing before it. */
  readonly link: Uint8Array | undefined;
  /** The newest entry the reader has told of, and the link behind it (SECURITY D13). */
  readonly told: { readonly sequence: number; readonly link: Uint8Array } | undefined;
  /** Numbers that did not come, and that no entry has explained. */
  readonly missing: readonly { readonly from: number; readonly to: number }[];
}

const maxNumber = 0xffff_ffff;

export class SiteStore {
  readonly #access: Access;
  readonly #box: SecretBox;

  constructor(access: Access, box: SecretBox) {
    this.#access = access;
    this.#box = box;
  }

  /** Once in the life of a database. */
  async found({ site, authoritySeed }: Site): Promise<Result<undefined, 'thereIsASite'>> {
    const row = { id: 1, site, authority_seed: this.#box.sealKey(placeOf.seed, authoritySeed), has_tags: 1 };
    const made = await this.#access.sql
      .insertInto('site')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return made.numInsertedOrUpdatedRows === 1n ? ok(undefined) : failed('thereIsASite');
  }

  async site(): Promise<Site | undefined> {
    const row = await this.#access.sql.selectFrom('site').select(['site', 'authority_seed']).executeTakeFirst();
    return row && { site: row.site, authoritySeed: this.#key(placeOf.seed, row.authority_seed) };
  }

  addReader({ name, address, reader, tableKey, scbk }: NewReader): Promise<Result<number, 'addressInUse' | 'readerKnown'>> {
    return this.#access.write(async ({ sql }) => {
      const others = await sql
        .selectFrom('reader')
        .select('reader')
        .where(({ or, eb }) => or([eb('reader', '=', reader), eb('address', '=', address)]))
        .execute();
      if (others.some((other) => hexOf(other.reader) === hexOf(reader))) return failed('readerKnown');
      if (others.length > 0) return failed('addressInUse');
      const keys = { table_key: this.#box.sealKey(placeOf.tableKey(reader), tableKey), scbk: this.#box.sealKey(placeOf.scbk(reader), scbk) };
      const { id } = await sql
        .insertInto('reader')
        .values({ name, address, reader, ...keys })
        .returning('id')
        .executeTakeFirstOrThrow();
      return ok(id);
    });
  }

  /** What is named of them is so from here on. */
  async changeReader(id: number, facts: Partial<ReaderFacts>): Promise<void> {
    const { name, model, schedule } = facts;
    await this.#set(id, {
      ...('name' in facts && { name }),
      ...('model' in facts && { model }),
      ...('schedule' in facts && { schedule: schedule ?? null }),
    });
  }

  /** The reader speaks at another address from here on: `addressInUse` where it is somebody else's. */
  moveReader(id: number, address: number): Promise<Result<undefined, 'addressInUse'>> {
    return this.#access.write(async (within) => {
      const other = await within.sql.selectFrom('reader').select('id').where('address', '=', address).where('id', '!=', id).executeTakeFirst();
      if (other !== undefined) return failed('addressInUse');
      await within.sql.updateTable('reader').set({ address }).where('id', '=', id).execute();
      return ok(undefined);
    });
  }

  /** New hardware in the place of a reader: its keys are new, it has no table and another journal; name, address, plans and events stay. */
  replaceReader(id: number, { reader, tableKey, scbk }: Pick<NewReader, 'reader' | 'tableKey' | 'scbk'>): Promise<Result<undefined, 'readerKnown'>> {
    return this.#access.write(async ({ sql }) => {
      const other = await sql.selectFrom('reader').select('id').where('reader', '=', reader).executeTakeFirst();
      if (other !== undefined) return failed('readerKnown');
      const keys = { table_key: this.#box.sealKey(placeOf.tableKey(reader), tableKey), scbk: this.#box.sealKey(placeOf.scbk(reader), scbk) };
      await sql
        .updateTable('reader')
        .set({ reader, ...keys, pending_scbk: null, in_force: null, journal: null, told: null })
        .where('id', '=', id)
        .execute();
      await sql.deleteFrom('outgoing').where('reader', '=', id).execute();
      return ok(undefined);
    });
  }

  /** By address. */
  async readers(): Promise<readonly KnownReader[]> {
    const rows = await this.#access.sql.selectFrom('reader').selectAll().orderBy('address').execute();
    return rows.map((row) => this.#reader(row));
  }

  /** A new key of the line, before it is sent: false where one is under way. */
  async keepPendingScbk({ id, reader }: KnownReader, scbk: SecretBytes): Promise<boolean> {
    const kept = await this.#access.sql
      .updateTable('reader')
      .set({ pending_scbk: this.#box.sealKey(placeOf.scbk(reader), scbk) })
      .where('id', '=', id)
      .where('pending_scbk', 'is', null)
      .executeTakeFirst();
    return kept.numUpdatedRows === 1n;
  }

  /** The pending key was refused, and the old one stands. */
  async forgetPendingScbk({ id }: KnownReader): Promise<void> {
    await this.#set(id, { pending_scbk: null });
  }

  /** The pending key has proven itself: the old one is forgotten. */
  async promoteScbk({ id }: KnownReader): Promise<void> {
    await this.#access.sql
      .updateTable('reader')
      .set(({ ref }) => ({ scbk: ref('pending_scbk').$notNull(), pending_scbk: null }))
      .where('id', '=', id)
      .where('pending_scbk', 'is not', null)
      .execute();
  }

  /** The next number of an order: above every one before, and above what the reader says it obeyed. Undefined: there is none left. */
  takeOrderNumber(id: number, obeyed: number): Promise<number | undefined> {
    return this.#rise('order_number', id, obeyed);
  }

  /** The next version for a reader, likewise. */
  takeVersion(id: number, inForce: number): Promise<number | undefined> {
    return this.#rise('last_version', id, inForce);
  }

  /** Goes on above a version that was once in force there, whoever made it. */
  async raiseVersion(id: number, atLeast: number): Promise<void> {
    await this.#access.sql.updateTable('reader').set({ last_version: atLeast }).where('id', '=', id).where('last_version', '<', atLeast).execute();
  }

  async inForce(id: number): Promise<Edition | undefined> {
    const row = await this.#access.sql.selectFrom('reader').select('in_force').where('id', '=', id).executeTakeFirst();
    return typeof row?.in_force === 'string' ? readEdition(row.in_force) : undefined;
  }

  /** Of every reader; undefined where nothing of ours is known to be. */
  async editionsInForce(): Promise<readonly (Edition | undefined)[]> {
    const rows = await this.#access.sql.selectFrom('reader').select('in_force').execute();
    return rows.map(({ in_force }) => (in_force === null ? undefined : readEdition(in_force)));
  }

  async outgoing(id: number): Promise<Outgoing | undefined> {
    const row = await this.#access.sql.selectFrom('outgoing').select(['edition', 'file']).where('reader', '=', id).executeTakeFirst();
    return row && { edition: readEdition(row.edition), file: row.file };
  }

  /** In place of whatever was to be sent. */
  keepOutgoing(id: number, { edition, file }: Outgoing): Promise<void> {
    return this.#access.write(async ({ sql }) => {
      await sql.deleteFrom('outgoing').where('reader', '=', id).execute();
      await sql
        .insertInto('outgoing')
        .values({ reader: id, edition: writeEdition(edition), file })
        .execute();
    });
  }

  /** What was outgoing is in force there. */
  keepInForce(id: number, edition: Edition): Promise<void> {
    return this.#access.write(async ({ sql }) => {
      await sql
        .updateTable('reader')
        .set({ in_force: writeEdition(edition) })
        .where('id', '=', id)
        .execute();
      await sql.deleteFrom('outgoing').where('reader', '=', id).execute();
    });
  }

  async heard(id: number): Promise<Heard | undefined> {
    const row = await this.#access.sql.selectFrom('reader').select('journal').where('id', '=', id).executeTakeFirst();
    return typeof row?.journal === 'string' ? readHeard(row.journal) : undefined;
  }

  async keepHeard(id: number, heard: Heard): Promise<void> {
    await this.#set(id, { journal: writeHeard(heard) });
  }

  async keepTold(id: number, told: ToldDoor): Promise<void> {
    await this.#set(id, { told: JSON.stringify(told) });
  }

  async #set(id: number, values: Updateable<Tables['reader']>): Promise<void> {
    await this.#access.sql.updateTable('reader').set(values).where('id', '=', id).execute();
  }

  #rise(column: 'order_number' | 'last_version', id: number, atLeast: number): Promise<number | undefined> {
    return this.#access.write(async ({ sql }) => {
      const { last } = await sql.selectFrom('reader').select(`${column} as last`).where('id', '=', id).executeTakeFirstOrThrow();
      const next = Math.max(last, atLeast) + 1;
      if (next > maxNumber) return undefined;
      await sql
        .updateTable('reader')
        .set({ [column]: next })
        .where('id', '=', id)
        .execute();
      return next;
    });
  }

  #reader(row: Selectable<Tables['reader']>): KnownReader {
    const { id, name, address, reader, pending_scbk: pending } = row;
    return {
      id,
      name,
      address,
      reader,
      tableKey: this.#key(placeOf.tableKey(reader), row.table_key),
      scbk: this.#key(placeOf.scbk(reader), row.scbk),
      pendingScbk: pending === null ? undefined : this.#key(placeOf.scbk(reader), pending),
      model: row.model as ReaderModel,
      schedule: row.schedule ?? undefined,
      told: row.told === null ? undefined : (JSON.parse(row.told) as ToldDoor),
    };
  }

  #key(place: string, sealed: Uint8Array): SecretBytes {
    const key = this.#box.openKey(place, sealed);
    if (key === undefined) throw new Fault('disk.damaged', 'a key in the database was not sealed with the key of this site');
    return key;
  }
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

const placeOf = {
  seed: 'doorpad/controller/authority',
  tableKey: (reader: Uint8Array): string => `doorpad/controller/table/${hexOf(reader)}`,
  scbk: (reader: Uint8Array): string => `doorpad/controller/scbk/${hexOf(reader)}`,
};

const writeEdition = ({ state, ...rest }: Edition): string => JSON.stringify({ ...rest, state: { ...state, contentHash: hexOf(state.contentHash) } });
const readEdition = (text: string): Edition => {
  const { state, ...rest } = JSON.parse(text) as Omit<Edition, 'state'> & {
    readonly state: Omit<TableState, 'contentHash'> & { readonly contentHash: string };
  };
  return { ...rest, state: { ...state, contentHash: bytesOf(state.contentHash) } };
};

interface HeardText {
  readonly epoch: string;
  readonly sequence: number;
  readonly link?: string;
  readonly told?: { readonly sequence: number; readonly link: string };
  readonly missing: Heard['missing'];
}

const writeHeard = ({ epoch, sequence, link, told, missing }: Heard): string =>
  JSON.stringify({
    epoch,
    sequence,
    missing,
    ...(link && { link: hexOf(link) }),
    ...(told && { told: { sequence: told.sequence, link: hexOf(told.link) } }),
  } satisfies HeardText);
const readHeard = (text: string): Heard => {
  const { epoch, sequence, link, told, missing } = JSON.parse(text) as HeardText;
  return {
    epoch,
    sequence,
    link: link === undefined ? undefined : bytesOf(link),
    told: told && { sequence: told.sequence, link: bytesOf(told.link) },
    missing,
  };
};
