/**
 * What the controller knows for good of its site and its readers: keys, numbers that only rise, which table is in force where, and how far
 * each journal was heard. On disk when a call returns. What follows from it is the controller's; SQL stands in the stores only.
 */
import type { TableState } from '../../src/ports/table-store.ts';
import { Fault } from '../../src/shared/faults.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import type { Database, Row } from './database.ts';
import type { SecretBox } from './secret-box.ts';

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

export interface KnownReader extends NewReader {
  readonly id: number;
  /** On disk before it was sent: the reader may have either key. */
  readonly pendingScbk: SecretBytes | undefined;
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
  readonly #database: Database;
  readonly #box: SecretBox;

  constructor(database: Database, box: SecretBox) {
    this.#database = database;
    this.#box = box;
  }

  /** Once in the life of a database. */
  found({ site, authoritySeed }: Site): Result<undefined, 'thereIsASite'> {
    const seed = this.#box.sealKey(placeOf.seed, authoritySeed);
    const made = this.#database.run('INSERT INTO site (id, site, authority_seed) VALUES (1, ?, ?) ON CONFLICT DO NOTHING', site, seed);
    return made === 1 ? ok(undefined) : failed('thereIsASite');
  }

  site(): Site | undefined {
    const row = this.#database.first('SELECT site, authority_seed FROM site');
    return row && { site: row.site as Uint8Array, authoritySeed: this.#key(placeOf.seed, row.authority_seed) };
  }

  addReader({ name, address, reader, tableKey, scbk }: NewReader): Result<number, 'addressInUse' | 'readerKnown'> {
    return this.#database.write(() => {
      if (this.#database.first('SELECT 1 FROM reader WHERE reader = ?', reader) !== undefined) return failed('readerKnown');
      if (this.#database.first('SELECT 1 FROM reader WHERE address = ?', address) !== undefined) return failed('addressInUse');
      const keys = [this.#box.sealKey(placeOf.tableKey(reader), tableKey), this.#box.sealKey(placeOf.scbk(reader), scbk)];
      this.#database.run('INSERT INTO reader (name, address, reader, table_key, scbk) VALUES (?, ?, ?, ?, ?)', name, address, reader, ...keys);
      return ok(Number(this.#database.first('SELECT id FROM reader WHERE reader = ?', reader)?.id));
    });
  }

  /** By address. */
  readers(): readonly KnownReader[] {
    return this.#database.all('SELECT * FROM reader ORDER BY address').map((row) => this.#reader(row));
  }

  /** A new key of the line, before it is sent; undefined: it was refused, and the old one stands. */
  keepPendingScbk({ id, reader }: KnownReader, scbk: SecretBytes | undefined): void {
    const sealed = scbk === undefined ? null : this.#box.sealKey(placeOf.scbk(reader), scbk);
    this.#database.run('UPDATE reader SET pending_scbk = ? WHERE id = ?', sealed, id);
  }

  /** The pending key has proven itself: the old one is forgotten. */
  promoteScbk({ id }: KnownReader): void {
    this.#database.run('UPDATE reader SET scbk = pending_scbk, pending_scbk = NULL WHERE id = ? AND pending_scbk IS NOT NULL', id);
  }

  /** The next number of an order: above every one before, and above what the reader says it obeyed. Undefined: there is none left. */
  takeOrderNumber(id: number, obeyed: number): number | undefined {
    return this.#rise('order_number', id, obeyed);
  }

  /** The next version for a reader, likewise. */
  takeVersion(id: number, inForce: number): number | undefined {
    return this.#rise('last_version', id, inForce);
  }

  /** Goes on above a version that was once in force there, whoever made it. */
  raiseVersion(id: number, atLeast: number): void {
    this.#database.run('UPDATE reader SET last_version = max(last_version, ?) WHERE id = ?', atLeast, id);
  }

  inForce(id: number): Edition | undefined {
    const row = this.#database.first('SELECT in_force FROM reader WHERE id = ?', id);
    return typeof row?.in_force === 'string' ? readEdition(row.in_force) : undefined;
  }

  outgoing(id: number): Outgoing | undefined {
    const row = this.#database.first('SELECT edition, file FROM outgoing WHERE reader = ?', id);
    return row && { edition: readEdition(row.edition as string), file: row.file as Uint8Array };
  }

  /** Undefined: whatever was to be sent is given up. */
  keepOutgoing(id: number, outgoing: Outgoing | undefined): void {
    this.#database.write(() => {
      this.#database.run('DELETE FROM outgoing WHERE reader = ?', id);
      if (outgoing === undefined) return;
      this.#database.run('INSERT INTO outgoing VALUES (?, ?, ?)', id, writeEdition(outgoing.edition), outgoing.file);
    });
  }

  /** What was outgoing is in force there; undefined: what is in force there is none of ours. */
  keepInForce(id: number, edition: Edition | undefined): void {
    this.#database.write(() => {
      this.#database.run('UPDATE reader SET in_force = ? WHERE id = ?', edition === undefined ? null : writeEdition(edition), id);
      this.#database.run('DELETE FROM outgoing WHERE reader = ?', id);
    });
  }

  heard(id: number): Heard | undefined {
    const row = this.#database.first('SELECT journal FROM reader WHERE id = ?', id);
    return typeof row?.journal === 'string' ? readHeard(row.journal) : undefined;
  }

  keepHeard(id: number, heard: Heard): void {
    this.#database.run('UPDATE reader SET journal = ? WHERE id = ?', writeHeard(heard), id);
  }

  #rise(column: 'order_number' | 'last_version', id: number, atLeast: number): number | undefined {
    return this.#database.write(() => {
      const last = Number(this.#database.first(`SELECT ${column} AS last FROM reader WHERE id = ?`, id)?.last);
      const next = Math.max(last, atLeast) + 1;
      if (next > maxNumber) return undefined;
      this.#database.run(`UPDATE reader SET ${column} = ? WHERE id = ?`, next, id);
      return next;
    });
  }

  #reader(row: Row): KnownReader {
    const reader = row.reader as Uint8Array;
    const pending = row.pending_scbk;
    return {
      id: Number(row.id),
      name: String(row.name),
      address: Number(row.address),
      reader,
      tableKey: this.#key(placeOf.tableKey(reader), row.table_key),
      scbk: this.#key(placeOf.scbk(reader), row.scbk),
      pendingScbk: pending === null || pending === undefined ? undefined : this.#key(placeOf.scbk(reader), pending),
    };
  }

  #key(place: string, sealed: unknown): SecretBytes {
    const key = sealed instanceof Uint8Array ? this.#box.openKey(place, sealed) : undefined;
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
