/**
 * What a reader says of itself when it is asked, page by page (docs/table-profile.md §15). Each page fits into the shortest frame an ACU
 * may insist on. Where the facts come from is the reader's.
 */
import { bytes, record, type Schema, u8, type ValueOf } from '../osdp/schema.ts';
import type { TableStore } from '../ports/table-store.ts';
import type { UpdateStand } from '../ports/update-store.ts';
import { orderModes } from '../table/orders.ts';
import { epoch, flags, joined, named, text, u32, u48 } from './fields.ts';
import { outcome } from './outcomes.ts';
import { rules } from './status-rules.ts';

/** In the order of their codes, from 0 on. */
export const statusPages = ['table', 'journal', 'door', 'settings', 'rules', 'update'] as const;
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
const updateFlags = flags([
  /** All of it is there, and is being put into its slot. */
  'isWhole',
]);
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

const update = joined(
  record({
    /** That runs; 0: this reader takes no updates. */
    release: u32,
    /** Nothing below it is taken. */
    floor: u32,
    /** SHA-256 of the first 162 bytes of the update that is there; zeros: none. */
    headHash: bytes(32),
    receivedBytes: u32,
    /** Why the last one was refused; `done`: none was. */
    refused: outcome,
  }),
  updateFlags,
);

export type TableStatus = { readonly page: 'table' } & ValueOf<typeof table>;
export type JournalStatus = { readonly page: 'journal' } & ValueOf<typeof journal>;
export type DoorStatus = { readonly page: 'door' } & ValueOf<typeof door>;
export type SettingsStatus = { readonly page: 'settings' } & ValueOf<typeof settings>;
export type RulesStatus = { readonly page: 'rules' } & ValueOf<typeof rules>;
export type UpdateStatus = { readonly page: 'update' } & ValueOf<typeof update>;
export type Status = TableStatus | JournalStatus | DoorStatus | SettingsStatus | RulesStatus | UpdateStatus;

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

/** Of a reader that takes updates; undefined: it takes none. */
export const standOf = (stand: UpdateStand | undefined): Omit<UpdateStatus, 'page'> => ({
  release: stand?.release ?? 0,
  floor: stand?.floor ?? 0,
  headHash: stand?.headHash ?? new Uint8Array(32),
  receivedBytes: stand?.receivedBytes ?? 0,
  refused: stand?.refused ?? 'done',
  isWhole: stand?.isWhole ?? false,
});

/** One for every page: a missing one does not compile. */
const pages: { readonly [Page in StatusPage]: Schema<Omit<Extract<Status, { page: Page }>, 'page'>> } = {
  table,
  journal,
  door,
  settings,
  rules,
  update,
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
