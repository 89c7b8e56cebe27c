/**
 * Events of all readers on disk, each once by (epoch, sequence), byte for byte as it came. What cannot be read is kept as well, without a
 * code. On disk when a call returns. Which events are taken, and when they are acknowledged, is event-intake.ts's.
 */
import { decodeEntry, type Entry } from '../../src/journal/entry.ts';
import type { Database, Row } from './database.ts';

export interface KeptEvent {
  /** Rises in the order of keeping. */
  readonly id: number;
  readonly reader: number;
  readonly epoch: string;
  readonly sequence: number;
  readonly receivedMs: number;
  /** Undefined: it could not be read, and was passed over. */
  readonly entry: Entry | undefined;
  readonly bytes: Uint8Array;
}

export type NewEvent = Omit<KeptEvent, 'id'>;
export type Kept = 'new' | 'repeated' | 'different';

export class EventStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** `different`: another was kept under this epoch and sequence, and stays. */
  keep({ reader, epoch, sequence, receivedMs, entry, bytes }: NewEvent): Kept {
    const sql = 'INSERT INTO event (reader, epoch, sequence, received_ms, code, person, bytes) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING';
    const values = [reader, epoch, sequence, Math.floor(receivedMs), entry?.code ?? null, entry?.person ?? null, bytes] as const;
    if (this.#database.run(sql, ...values) === 1) return 'new';
    const row = this.#database.first('SELECT bytes FROM event WHERE reader = ? AND epoch = ? AND sequence = ?', reader, epoch, sequence);
    return isSame(row?.bytes as Uint8Array, bytes) ? 'repeated' : 'different';
  }

  /** Where these very bytes, which are no entry, were kept last. */
  placeOfUnreadable(reader: number, bytes: Uint8Array): { readonly epoch: string; readonly sequence: number } | undefined {
    const sql = 'SELECT epoch, sequence FROM event WHERE reader = ? AND code IS NULL AND bytes = ? ORDER BY id DESC LIMIT 1';
    const row = this.#database.first(sql, reader, bytes);
    return row && { epoch: String(row.epoch), sequence: Number(row.sequence) };
  }

  /** At most `limit` above `afterId`, in the order of keeping. */
  list(afterId = 0, limit = 1_000): readonly KeptEvent[] {
    return this.#database.all('SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?', afterId, limit).map(eventOf);
  }

  count(): number {
    return Number(this.#database.first('SELECT count(*) AS n FROM event')?.n);
  }
}

const isSame = (left: Uint8Array, right: Uint8Array): boolean => left.length === right.length && left.every((byte, at) => byte === right[at]);

const eventOf = (row: Row): KeptEvent => {
  const bytes = row.bytes as Uint8Array;
  return {
    id: Number(row.id),
    reader: Number(row.reader),
    epoch: String(row.epoch),
    sequence: Number(row.sequence),
    receivedMs: Number(row.received_ms),
    entry: row.code === null ? undefined : decodeEntry(bytes),
    bytes,
  };
};
