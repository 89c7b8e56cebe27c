/**
 * The private commands and replies between a doorpad controller and reader, one row each (docs/table-profile.md §14, §16), as the data of MFG
 * and MFGREP behind the maker's number. Every message has exactly one encoding; any other bytes are refused. What a message does is link.ts's.
 */
import { decode, encode, record, type Schema, u8, type ValueOf } from '../osdp/schema.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { orderModes } from '../table/orders.ts';
import { blocks, epoch, joined, named, piece, truth, u16, u32, u48 } from './fields.ts';
import { outcome } from './outcomes.ts';
import { statusOf, statusPage } from './status.ts';

export { type Outcome, outcomes } from './outcomes.ts';
export type { DoorStatus, JournalStatus, RulesStatus, SettingsStatus, Status, StatusPage, TableStatus, UpdateStatus } from './status.ts';

/** 02-44-50, locally administered, in every private message. The lowest byte goes first (OSDP.md, head), so that the line carries `02 44 50`. */
export const doorpadOui = 0x504402;
/** The type of a table file in FILETRANSFER. */
export const tableFileType = 0xd0;
/** The type of an update. */
export const updateFileType = 0xd1;
/** Longest signed file that `filePart` carries. */
export const maxFilePartsBytes = 65_536;
/** Entries in flight: sent, and not acknowledged. */
export const maxUnacknowledged = 64;

interface Row {
  readonly code: number;
  readonly payload: Schema<unknown>;
  readonly source: string;
}

/** Codes below 0x80. */
export const linkCommands = {
  status: { code: 0x01, payload: record({ page: statusPage }), source: 'docs/table-profile.md §15' },
  acknowledge: { code: 0x02, payload: record({ tag: u16, epoch, through: u48 }), source: 'docs/table-profile.md §18' },
  filePart: { code: 0x03, payload: joined(record({ tag: u16 }), piece(u32, maxFilePartsBytes)), source: 'docs/table-profile.md §19' },
  setTime: { code: 0x04, payload: record({ tag: u16, wallMs: u48 }), source: 'docs/table-profile.md §20' },
  setMode: { code: 0x05, payload: record({ tag: u16, mode: named(orderModes, 1) }), source: 'docs/table-profile.md §20' },
  released: { code: 0x06, payload: record({ id: u16, isReleased: truth }), source: 'docs/table-profile.md §21' },
} as const satisfies Readonly<Record<string, Row>>;

/** Codes from 0x80 on. */
export const linkReplies = {
  status: { code: 0x81, payload: record({ status: statusOf }), source: 'docs/table-profile.md §15' },
  done: { code: 0x82, payload: record({ tag: u16, outcome }), source: 'docs/table-profile.md §16' },
  events: { code: 0x83, payload: record({ entries: blocks }), source: 'docs/table-profile.md §18' },
  eventPart: { code: 0x84, payload: piece(u16, 0xffff), source: 'docs/table-profile.md §18' },
  table: { code: 0x85, payload: record({ outcome, version: u32 }), source: 'docs/table-profile.md §17' },
  release: { code: 0x86, payload: record({ id: u16, holdMs: u32, epoch, sequence: u48, person: u32 }), source: 'docs/table-profile.md §21' },
} as const satisfies Readonly<Record<string, Row>>;

type Messages<Rows extends Readonly<Record<string, Row>>> = { [Name in keyof Rows]: { readonly name: Name } & ValueOf<Rows[Name]['payload']> };
type CommandsByName = Messages<typeof linkCommands>;
type RepliesByName = Messages<typeof linkReplies>;

export type LinkCommandName = keyof CommandsByName;
export type LinkReplyName = keyof RepliesByName;
export type LinkCommand = CommandsByName[LinkCommandName];
export type LinkReply = RepliesByName[LinkReplyName];

/** `unknown`: a code that has no row here. `malformed`: no code, another length, or a value that may not be. */
export type LinkRefusal = 'malformed' | 'unknown';

interface Message {
  readonly name: string;
}

const read = <M extends Message>(rows: Readonly<Record<string, Row>>, bytes: Uint8Array): Result<M, LinkRefusal> => {
  if (bytes.length === 0) return failed('malformed');
  const found = Object.entries(rows).find(([, { code }]) => code === bytes[0]);
  if (found === undefined) return failed('unknown');
  const [name, row] = found;
  const payload = decode(row.payload, bytes.subarray(1));
  return payload.ok ? ok({ name, ...(payload.value as object) } as unknown as M) : failed('malformed');
};

const write = (row: Row, message: Message): Uint8Array =>
  encode(joined(record({ code: u8 }), row.payload as Schema<object>), { code: row.code, ...message });

/** A private command as the data of MFG. */
export const readLinkCommand = (bytes: Uint8Array): Result<LinkCommand, LinkRefusal> => read(linkCommands, bytes);
export const writeLinkCommand = (command: LinkCommand): Uint8Array => write(linkCommands[command.name], command);

/** A private reply as the data of MFGREP. */
export const readLinkReply = (bytes: Uint8Array): Result<LinkReply, LinkRefusal> => read(linkReplies, bytes);
export const writeLinkReply = (reply: LinkReply): Uint8Array => write(linkReplies[reply.name], reply);
