/**
 * What two processes left on their disks, and whether anything of it is lost, doubled or half: events, openings, tables, orders. Reads only.
 * How the processes lived, and died, is kills.ts's.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { Entry } from '../../src/journal/entry.ts';
import type { ReaderKeys } from '../../src/reader/reader-keys.ts';
import { SqliteTableDisk } from '../../src/store/sqlite-table-disk.ts';
import { Table } from '../../src/table/table.ts';
import { readEvents } from '../../src/tools/event-list.ts';

const crypto = new NodeCrypto();
/** From a record to the line that says the strike is released, and the other way round by the rounding of clocks. */
const openingMs = { after: 3_000, before: 50 };
/** More than any trial makes. */
const mostEvents = 1_000_000;

export interface Places {
  /** Of the reader. */
  readonly data: string;
  /** Of the controller's database. */
  readonly database: string;
  readonly keys: ReaderKeys;
}

export interface Left {
  readonly faults: readonly string[];
  readonly events: number;
  readonly grants: number;
  readonly orders: number;
}

const read = <Value>(database: string, work: (open: DatabaseSync) => Value): Value => {
  const open = new DatabaseSync(join(database, 'controller.db'), { readOnly: true });
  try {
    return work(open);
  } finally {
    open.close();
  }
};

/** `acknowledged`: what the reader was told that the controller has. `releasedMs`: when it said that its strike was released, by its own clock. */
export const judge = ({ data, database }: Places, acknowledged: number, releasedMs: readonly number[]): Left => {
  const { entries, damaged } = readEvents(data, mostEvents, crypto);
  const heard = read(database, (open) => open.prepare('SELECT epoch, sequence, code FROM event ORDER BY id').all());
  const grants = entries.filter(({ code }) => code === 'access.granted');
  const orders = entries.filter(({ code }) => code === 'order.obeyed').map(({ fields }) => Number(fields.number));
  const faults = [
    ...(damaged === 0 ? [] : [`${damaged} events in the reader's journal are damaged`]),
    ...faultsOfHeard(entries, heard, acknowledged),
    ...faultsOfOpenings(grants, releasedMs),
    ...orders
      .filter((number, at) => at > 0 && number <= (orders[at - 1] ?? 0))
      .map((number) => `order number ${number} was obeyed after a higher one`),
  ];
  return { faults, events: heard.length, grants: grants.length, orders: orders.length };
};

type Row = Readonly<Record<string, unknown>>;

export const faultsOfHeard = (entries: readonly Entry[], heard: readonly Row[], acknowledged: number): readonly string[] => {
  const nameOf = ({ epoch, sequence, code }: Row | Entry): string => `${String(sequence)} ${String(code)} of ${String(epoch)}`;
  const here = new Set(heard.map(nameOf));
  const there = new Set(entries.map(nameOf));
  const lost = entries.filter((entry) => entry.sequence <= acknowledged && !here.has(nameOf(entry)));
  const unknown = heard.filter((row) => !there.has(nameOf(row)));
  const late = heard.filter((row, at) => at > 0 && Number(row.sequence) <= Number(heard[at - 1]?.sequence));
  return [
    ...lost.map((entry) => `event ${nameOf(entry)} was acknowledged, and the controller has it not`),
    ...unknown.map((row) => `event ${nameOf(row)} is at the controller only`),
    ...late.map((row) => `event ${nameOf(row)} came after a later one, or twice`),
    ...(here.size === heard.length ? [] : [`${heard.length - here.size} events are at the controller twice`]),
  ];
};

/** Each opening needs a grant of its own. */
export const faultsOfOpenings = (grants: readonly Entry[], releasedMs: readonly number[]): readonly string[] => {
  const free = grants.map(({ wallMs }) => wallMs);
  return releasedMs.flatMap((atMs) => {
    const found = free.findIndex((wallMs) => wallMs >= atMs - openingMs.after && wallMs <= atMs + openingMs.before);
    if (found < 0) return [`the strike was released at ${new Date(atMs).toISOString()}, and no event says why`];
    free.splice(found, 1);
    return [];
  });
};

/** Of a reader that does not run: undefined, or what is wrong with the table it will start with. */
export const faultOfTable = ({ data, database, keys }: Places): string | undefined => {
  const copy = mkdtempSync(join(tmpdir(), 'doorpad-table-'));
  try {
    for (const name of ['table.db', 'table.db-wal']) if (existsSync(join(data, name))) copyFileSync(join(data, name), join(copy, name));
    if (!existsSync(join(copy, 'table.db'))) return undefined;
    const disk = new SqliteTableDisk({ directory: copy });
    const table = new Table({ disk, crypto, ...keys });
    const state = table.state();
    const isWhole = table.scrub();
    const damage = disk.openedDamaged;
    disk.close();
    if (!isWhole || damage !== undefined) return `the table is not whole: ${damage ?? 'its content is not what its hash says'}`;
    if (state === undefined) return undefined;
    const hash = Buffer.from(state.contentHash).toString('hex');
    return publishedAt(database).has(`${state.version} ${hash}`) ? undefined : `version ${state.version} with content ${hash} was never published`;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

/** A reader has the version last seen in force there, or the one that was made after it. */
const publishedAt = (database: string): ReadonlySet<string> => {
  const rows = read(database, (open) => open.prepare('SELECT in_force AS edition FROM reader UNION SELECT edition FROM outgoing').all());
  const editions = rows.flatMap(({ edition }) => (typeof edition === 'string' ? [JSON.parse(edition) as Edition] : []));
  return new Set(editions.map(({ state }) => `${state.version} ${state.contentHash}`));
};

interface Edition {
  readonly state: { readonly version: number; readonly contentHash: string };
}
