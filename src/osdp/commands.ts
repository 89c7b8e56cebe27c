/**
 * Every command of the protocol, one row each (OSDP.md §5), and how its payload is read and written. What a command does is for its
 * handler; whether it may come now is for the session, by the row.
 */
import { failed, ok, type Result } from '../shared/result.ts';
import { type NakReason, nakReasonFor } from './nak.ts';
import { authenticationPart, biometricSample, buzzer, fileFragment, led, oneOrTwoBytes, oui, output, template } from './records.ts';
import { scbkField } from './scbk.ts';
import {
  arrayOf,
  bytes,
  countedText,
  decode,
  encode,
  nothing,
  oneOf,
  orElse,
  record,
  rest,
  type Schema,
  u8,
  u16,
  u32,
  type ValueOf,
} from './schema.ts';

/** When a command may pass outside a session (SECURITY §11c). */
export type Clear =
  | 'always'
  /** Until the reader has a key; after that only if a setting says so. */
  | 'ifSet'
  /** Until the reader has a key. */
  | 'beforeKeying'
  | 'never';

interface CommandRow {
  readonly code: number;
  /** Undefined: withdrawn from the protocol, answered as an unknown command. */
  readonly payload: Schema<unknown> | undefined;
  readonly clear: Clear;
  readonly source: string;
}

export const commands = {
  poll: { code: 0x60, payload: nothing, clear: 'beforeKeying', source: 'OSDP.md §5' },
  id: { code: 0x61, payload: record({ form: orElse(oneOf({ standard: 0, extended: 1 }), 'standard') }), clear: 'always', source: 'OSDP.md §5' },
  cap: { code: 0x62, payload: record({ form: orElse(u8, 0) }), clear: 'always', source: 'OSDP.md §5' },
  diag: { code: 0x63, payload: undefined, clear: 'never', source: 'OSDP.md §5, withdrawn' },
  lstat: { code: 0x64, payload: nothing, clear: 'beforeKeying', source: 'OSDP.md §5' },
  istat: { code: 0x65, payload: nothing, clear: 'beforeKeying', source: 'OSDP.md §5' },
  ostat: { code: 0x66, payload: nothing, clear: 'beforeKeying', source: 'OSDP.md §5' },
  rstat: { code: 0x67, payload: nothing, clear: 'beforeKeying', source: 'OSDP.md §5' },
  out: { code: 0x68, payload: arrayOf(output, 1), clear: 'beforeKeying', source: 'OSDP.md §7' },
  led: { code: 0x69, payload: arrayOf(led, 1), clear: 'beforeKeying', source: 'OSDP.md §7' },
  buz: { code: 0x6a, payload: buzzer, clear: 'beforeKeying', source: 'OSDP.md §7' },
  text: {
    code: 0x6b,
    payload: record({
      reader: u8,
      form: oneOf({ permanent: 1, permanentWrapped: 2, temporary: 3, temporaryWrapped: 4 }),
      // Peers disagree on its unit: docs/decisions/0012-where-peers-disagree-on-the-wire.md.
      temporaryS: u8,
      row: u8,
      column: u8,
      text: countedText,
    }),
    clear: 'beforeKeying',
    source: 'OSDP.md §7',
  },
  rmode: { code: 0x6c, payload: undefined, clear: 'never', source: 'OSDP.md §5, withdrawn' },
  tdset: { code: 0x6d, payload: undefined, clear: 'never', source: 'OSDP.md §5, withdrawn' },
  comset: { code: 0x6e, payload: record({ address: u8, baudRate: u32 }), clear: 'ifSet', source: 'OSDP.md §11' },
  data: { code: 0x6f, payload: undefined, clear: 'never', source: 'OSDP.md §5, withdrawn' },
  bioread: { code: 0x73, payload: record(biometricSample), clear: 'beforeKeying', source: 'OSDP.md §5' },
  biomatch: { code: 0x74, payload: record({ ...biometricSample, template }), clear: 'beforeKeying', source: 'OSDP.md §5' },
  keyset: { code: 0x75, payload: record({ scbk: scbkField }), clear: 'never', source: 'OSDP.md §11' },
  chlng: { code: 0x76, payload: record({ rndA: bytes(8) }), clear: 'always', source: 'OSDP.md §12' },
  scrypt: { code: 0x77, payload: record({ serverCryptogram: bytes(16) }), clear: 'always', source: 'OSDP.md §12' },
  acurxsize: { code: 0x7b, payload: record({ maxReplyBytes: u16 }), clear: 'beforeKeying', source: 'OSDP.md §5' },
  filetransfer: { code: 0x7c, payload: fileFragment, clear: 'beforeKeying', source: 'OSDP.md §9' },
  mfg: { code: 0x80, payload: record({ oui, data: rest }), clear: 'beforeKeying', source: 'OSDP.md §5' },
  xwr: { code: 0xa1, payload: record({ mode: u8, command: u8, data: rest }), clear: 'beforeKeying', source: 'OSDP.md §6' },
  abort: { code: 0xa2, payload: nothing, clear: 'beforeKeying', source: 'OSDP.md §5, §9' },
  pivdata: {
    code: 0xa3,
    payload: record({ objectId: bytes(3), element: u8, offset: oneOrTwoBytes }),
    clear: 'beforeKeying',
    source: 'OSDP.md §5',
  },
  genauth: { code: 0xa4, payload: authenticationPart, clear: 'beforeKeying', source: 'OSDP.md §10' },
  crauth: { code: 0xa5, payload: authenticationPart, clear: 'beforeKeying', source: 'OSDP.md §10' },
  keepactive: { code: 0xa7, payload: record({ forMs: u16 }), clear: 'beforeKeying', source: 'OSDP.md §5' },
} as const satisfies Readonly<Record<string, CommandRow>>;

type Rows = typeof commands;
/** A command that is not withdrawn. */
export type CommandName = { [Name in keyof Rows]: Rows[Name]['payload'] extends undefined ? never : Name }[keyof Rows];
export type CommandPayload<Name extends CommandName> = ValueOf<Rows[Name]['payload']>;
export type Command = { [Name in CommandName]: { readonly name: Name; readonly payload: CommandPayload<Name> } }[CommandName];
/** One for every command there is: a missing one does not compile. */
export type CommandHandlers<Reply> = { readonly [Name in CommandName]: (payload: CommandPayload<Name>) => Reply };

type Known = CommandRow & { readonly name: CommandName; readonly payload: Schema<unknown> };
const byCode = new Map<number, Known>();
for (const [name, row] of Object.entries<CommandRow>(commands)) {
  if (row.payload !== undefined) byCode.set(row.code, { ...row, payload: row.payload, name: name as CommandName });
}

/** Undefined for a code that is unknown or withdrawn. */
export const commandNameOf = (code: number): CommandName | undefined => byCode.get(code)?.name;

/** The command in these (plain) data, or the NAK it earns. */
export const decodeCommand = (code: number, data: Uint8Array): Result<Command, NakReason> => {
  const row = byCode.get(code);
  if (row === undefined) return failed('unknownCommand');
  const payload = decode(row.payload, data);
  return payload.ok ? ok({ name: row.name, payload: payload.value } as Command) : failed(nakReasonFor(payload.failure));
};

/** The (plain) data of a command; its code is `commands[name].code`. */
export const encodeCommand = <Name extends CommandName>(name: Name, payload: CommandPayload<Name>): Uint8Array =>
  encode<CommandPayload<Name>>(commands[name].payload as unknown as Schema<CommandPayload<Name>>, payload);
