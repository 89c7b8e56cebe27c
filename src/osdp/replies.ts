/** Every reply of the protocol, one row each (OSDP.md §6), and how its payload is read and written. Which reply is due is a session's. */
import { failed, ok, type Result } from '../shared/result.ts';
import { capabilityList } from './capabilities.ts';
import { cardBits, fileAnswer, oui, part, template } from './records.ts';
import {
  arrayOf,
  bytes,
  counted,
  countedText,
  decode,
  encode,
  nothing,
  oneOf,
  type PayloadRefusal,
  record,
  rest,
  type Schema,
  u8,
  u32,
  type ValueOf,
} from './schema.ts';

interface ReplyRow {
  readonly code: number;
  readonly payload: Schema<unknown>;
  readonly source: string;
}

const normalOr = <Name extends string>(other: Name) => oneOf<'normal' | Name>({ normal: 0, [other]: 1 } as Record<'normal' | Name, number>);

export const replies = {
  ack: { code: 0x40, payload: nothing, source: 'OSDP.md §6' },
  // A code without a name is still a refusal: nakReasonOf() names those that have one.
  nak: { code: 0x41, payload: record({ code: u8, data: rest }), source: 'OSDP.md §4' },
  pdid: {
    code: 0x45,
    payload: record({ oui, model: u8, version: u8, serial: u32, firmware: record({ major: u8, minor: u8, build: u8 }) }),
    source: 'OSDP.md §6',
  },
  pdcap: { code: 0x46, payload: capabilityList, source: 'OSDP.md §8' },
  lstatr: { code: 0x48, payload: record({ tamper: normalOr('tampered'), power: normalOr('failed') }), source: 'OSDP.md §6' },
  // One number for each input: 0 inactive, 1 active; since 2.2.2 also 2 short, 3 open, 4 fault, 5 unknown.
  istatr: { code: 0x49, payload: arrayOf(u8), source: 'OSDP.md §6' },
  // One number for each output: 0 off, 1 on.
  ostatr: { code: 0x4a, payload: arrayOf(u8), source: 'OSDP.md §6' },
  // One number for each reader: 0 normal, 1 not connected, 2 tamper.
  rstatr: { code: 0x4b, payload: arrayOf(u8), source: 'OSDP.md §6' },
  raw: { code: 0x50, payload: record({ reader: u8, format: oneOf({ unspecified: 0, wiegand: 1 }), card: cardBits }), source: 'OSDP.md §6' },
  // Withdrawn in 2.2.2, so never sent by us; older PDs still send it.
  fmt: { code: 0x51, payload: record({ reader: u8, direction: oneOf({ forward: 0, reverse: 1 }), text: countedText }), source: 'OSDP.md §6' },
  keypad: { code: 0x53, payload: record({ reader: u8, keys: counted(u8) }), source: 'OSDP.md §6' },
  com: { code: 0x54, payload: record({ address: u8, baudRate: u32 }), source: 'OSDP.md §11' },
  bioreadr: { code: 0x57, payload: record({ reader: u8, status: u8, type: u8, quality: u8, template }), source: 'OSDP.md §6' },
  biomatchr: { code: 0x58, payload: record({ reader: u8, status: u8, score: u8 }), source: 'OSDP.md §6' },
  extPdid: { code: 0x59, payload: part, source: 'OSDP.md §6, §10' },
  ccrypt: { code: 0x76, payload: record({ cuid: bytes(8), rndB: bytes(8), clientCryptogram: bytes(16) }), source: 'OSDP.md §12' },
  rmacI: { code: 0x78, payload: record({ initialMac: bytes(16) }), source: 'OSDP.md §12' },
  busy: { code: 0x79, payload: nothing, source: 'OSDP.md §4' },
  ftstat: { code: 0x7a, payload: fileAnswer, source: 'OSDP.md §9' },
  pivdatar: { code: 0x80, payload: part, source: 'OSDP.md §10' },
  genauthr: { code: 0x81, payload: part, source: 'OSDP.md §10' },
  crauthr: { code: 0x82, payload: part, source: 'OSDP.md §10' },
  mfgstatr: { code: 0x83, payload: record({ data: rest }), source: 'OSDP.md §6' },
  mfgerrr: { code: 0x84, payload: record({ data: rest }), source: 'OSDP.md §6' },
  mfgrep: { code: 0x90, payload: record({ oui, data: rest }), source: 'OSDP.md §6' },
  xrd: { code: 0xb1, payload: record({ mode: u8, reply: u8, data: rest }), source: 'OSDP.md §6' },
} as const satisfies Readonly<Record<string, ReplyRow>>;

type Rows = typeof replies;
export type ReplyName = keyof Rows;
export type ReplyPayload<Name extends ReplyName> = ValueOf<Rows[Name]['payload']>;
export type Reply = { [Name in ReplyName]: { readonly name: Name; readonly payload: ReplyPayload<Name> } }[ReplyName];

const byCode = new Map(Object.entries<ReplyRow>(replies).map(([name, row]) => [row.code, { ...row, name: name as ReplyName }]));

/** Undefined for a code that is unknown. */
export const replyNameOf = (code: number): ReplyName | undefined => byCode.get(code)?.name;

/** The reply in these (plain) data. */
export const decodeReply = (code: number, data: Uint8Array): Result<Reply, PayloadRefusal | 'unknownReply'> => {
  const row = byCode.get(code);
  if (row === undefined) return failed('unknownReply');
  const payload = decode(row.payload, data);
  return payload.ok ? ok({ name: row.name, payload: payload.value } as Reply) : payload;
};

/** The (plain) data of a reply; its code is `replies[name].code`. */
export const encodeReply = <Name extends ReplyName>(name: Name, payload: ReplyPayload<Name>): Uint8Array =>
  encode<ReplyPayload<Name>>(replies[name].payload as unknown as Schema<ReplyPayload<Name>>, payload);
