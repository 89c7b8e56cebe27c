/**
 * What a reader says of itself when it is asked, page by page (docs/table-profile.md §15). Each page fits into the shortest frame an ACU
 * may insist on. Where the facts come from is the reader's.
 */
import { bytes, record, type Schema, u8, type ValueOf } from '../osdp/schema.ts';
import type { TableStore } from '../ports/table-store.ts';
import { orderModes } from '../table/orders.ts';
import { epoch, flags, joined, named, text, u32, u48 } from './fields.ts';
import { rules } from './status-rules.ts';

/** In the order of their codes, from 0 on. */
export const statusPages = ['table', 'journal', 'door', 'settings', 'rules'] as const;
export type StatusPage = (typeof statusPages)[number];

/** In the order of their codes, from 1 on: the models of access/mode.ts. */
export const statusModels = ['RPK40', 'RP10', 'RP15', 'RP40'] as const;

/** Who decides at this moment, in the order of their codes, from 1 on. */
export const deciders = ['reader', 'panel'] as const;

const tableFlags = flags([
  /** The authority and the table key were given to it. */
  'isKeyed',
  /** Something of the table on disk is not what was written: only a snapshot mends it. */
  'isDamaged',
  /** Nothing can be written to the table's disk. */
  'isReadOnly',
]);
const journalFlags = flags(['isWallTrusted']);
const doorFlags = flags(['isDoorOpen', 'isTampered', 'isUnlocked', 'isLockedOut', 'isLowSecurity']);

const table = joined(
  record({
    /** The highest file format that it takes. */
    format: u8,
    /** Version and content hash in force, and the revocations it includes or that came since; 0 and zeros: no table. */
    version: u32,
    revocation: u32,
    contentHash: bytes(32),
    persons: u32,
    /** SHA-256 of the header of the file being received; zeros: none. */
    stagedHeaderHash: bytes(32),
    stagedBytes: u32,
    /** Of the last order that was obeyed; 0: none yet. */
    orderNumber: u32,
  }),
  tableFlags,
);

const journal = joined(
  record({
    /** Of the entry written last; before there is one, of this start. */
    epoch,
    boot: u32,
    acknowledged: u48,
    newest: u48,
    /** The link of the hash chain behind the newest entry. */
    headLink: bytes(16),
    /** Entries that were not acknowledged. */
    pending: u32,
    monotonicMs: u48,
    wallMs: u48,
  }),
  journalFlags,
);

const door = joined(
  record({
    mode: named(orderModes, 1),
    deciding: named(deciders, 1),
    model: named(statusModels, 1),
    /** 0: none. */
    lockoutMs: u32,
    settingsHash: bytes(32),
    /** Name and version of the program. */
    software: text(24),
  }),
  doorFlags,
);

const settings = record({
  /** The door runs with these, and these wait for an order to accept them; zeros: none do. */
  inForce: bytes(32),
  waiting: bytes(32),
});

export type TableStatus = { readonly page: 'table' } & ValueOf<typeof table>;
export type JournalStatus = { readonly page: 'journal' } & ValueOf<typeof journal>;
export type DoorStatus = { readonly page: 'door' } & ValueOf<typeof door>;
export type SettingsStatus = { readonly page: 'settings' } & ValueOf<typeof settings>;
export type RulesStatus = { readonly page: 'rules' } & ValueOf<typeof rules>;
export type Status = TableStatus | JournalStatus | DoorStatus | SettingsStatus | RulesStatus;

/** What the page of a table says of what is in force, and of what is being received. */
export const heldBy = (
  table: Pick<TableStore, 'state' | 'staged'>,
): Pick<TableStatus, 'version' | 'revocation' | 'contentHash' | 'persons' | 'stagedHeaderHash' | 'stagedBytes'> => {
  const [state, staged] = [table.state(), table.staged()];
  return {
    version: state?.version ?? 0,
    revocation: state?.revocation ?? 0,
    contentHash: state?.contentHash ?? new Uint8Array(32),
    persons: state?.persons ?? 0,
    stagedHeaderHash: staged?.headerHash ?? new Uint8Array(32),
    stagedBytes: staged?.receivedBytes ?? 0,
  };
};

/** One for every page: a missing one does not compile. */
const pages: { readonly [Page in StatusPage]: Schema<Omit<Extract<Status, { page: Page }>, 'page'>> } = {
  table,
  journal,
  door,
  settings,
  rules,
};

export const statusPage: Schema<StatusPage> = named(statusPages);

/** A page behind its code. */
export const statusOf: Schema<Status> = {
  read: (source) => {
    const page = statusPage.read(source);
    return { page, ...pages[page].read(source) } as Status;
  },
  write: (target, status) => {
    statusPage.write(target, status.page);
    (pages[status.page] as Schema<Status>).write(target, status);
  },
};
