/**
 * One exchange between a controller and a reader, frame by frame, from fixed keys and random values: what link-exchange.json and the last
 * section of docs/table-profile.md show. Made by the codecs alone; that a reader answers so is for the tests.
 */
import { encodeEntry, linkBytes } from '../../src/journal/entry.ts';
import {
  doorpadOui,
  type LinkCommand,
  type LinkReply,
  type Status,
  tableFileType,
  writeLinkCommand,
  writeLinkReply,
} from '../../src/link/messages.ts';
import { type Command, type CommandName, type CommandPayload, commands, encodeCommand } from '../../src/osdp/commands.ts';
import { dataRoom, encodeFrame, leastFrameBytes, type SecurityBlock, scs } from '../../src/osdp/frame.ts';
import type { PdDescription } from '../../src/osdp/pd-device.ts';
import { fileStatus } from '../../src/osdp/records.ts';
import { encodeReply, type Reply, type ReplyName, type ReplyPayload, replies } from '../../src/osdp/replies.ts';
import { AcuSecureChannel, PdSecureChannel } from '../../src/osdp/secure-channel.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, hexOf, joined } from '../osdp/bytes.ts';
import { crypto, frameOf, taken, withRandom } from '../osdp/secure-pair.ts';
import { vectors } from '../table/vectors.ts';

export const scbkHex = '7a21c90e5b13f4d8068c3be792a540df';
const rndA = bytesOf('a0b1c2d3e4f50617');
export const rndB = bytesOf('1829304152637485');
export const identity: PdDescription['identity'] = {
  oui: doorpadOui,
  model: 1,
  version: 1,
  serial: 7,
  firmware: { major: 0, minor: 1, build: 0 },
};
const cuid = encodeReply('pdid', identity).subarray(0, 8);
const address = 1;
const none = new Uint8Array(0);

/** A command of the open session and what answers it, both in plain, and what a person would say of them. */
export interface Turn {
  readonly says: string;
  readonly command: Command;
  readonly answers: string;
  readonly reply: Reply;
}

export interface ExchangeFrame {
  readonly from: 'controller' | 'reader';
  readonly says: string;
  /** As on the line, from 0x53 to the check. */
  readonly hex: string;
  /** The data behind the code, decrypted and without padding. */
  readonly plain: string;
}

const epoch = '5eb10c77a90d4f26';
const boot = 3;
const wallMs = 1_900_000_000_123;

/** So long after the reader wrote the first journal page. */
const stampAt = (afterMs: number) => ({ monotonicMs: 61_250 + afterMs, wallMs: wallMs + afterMs, wallTrusted: true });
const applied = encodeEntry({ ...stampAt(700), epoch, sequence: 42, boot, code: 'table.applied', fields: { version: 1, persons: 2 } });
const granted = encodeEntry({
  ...stampAt(9_400),
  epoch,
  sequence: 43,
  boot,
  code: 'access.granted',
  person: 1,
  fields: { by: 'pin', mode: 'cardOrPin' },
});

const released = encodeEntry({ ...stampAt(31_000), epoch, sequence: 44, boot, code: 'order.released', fields: {} });

const linkAfter = (previous: Uint8Array, entry: Uint8Array): Uint8Array => crypto.sha256(joined(previous, entry)).subarray(0, linkBytes);
const headBefore = bytesOf('d0d1d2d3d4d5d6d7d8d9dadbdcdddedf');
const headAfter = linkAfter(linkAfter(headBefore, applied), granted);

const { file: snapshotHex, after } = vectors.files.snapshot;
export const snapshot = bytesOf(snapshotHex);
const { contentHash } = after as { readonly contentHash: string };
export const order = bytesOf(vectors.orders.find(({ order: { kind } }) => kind === 'release')?.file ?? '');

const turn = <C extends CommandName, R extends ReplyName>(
  says: string,
  [command, commandPayload]: readonly [C, CommandPayload<C>],
  answers: string,
  [reply, replyPayload]: readonly [R, ReplyPayload<R>],
): Turn => ({
  says,
  command: { name: command, payload: commandPayload } as Command,
  answers,
  reply: { name: reply, payload: replyPayload } as Reply,
});

const mfg = (command: LinkCommand) => ['mfg', { oui: doorpadOui, data: writeLinkCommand(command) }] as const;
const mfgrep = (reply: LinkReply) => ['mfgrep', { oui: doorpadOui, data: writeLinkReply(reply) }] as const;
const ack = ['ack', undefined] as const;

const asks = (says: string, status: Status): Turn =>
  turn(`status: asks for the page ${status.page}`, mfg({ name: 'status', page: status.page }), `status: ${says}`, mfgrep({ name: 'status', status }));
const poll = (answers: string, reply: LinkReply): Turn => turn('POLL', ['poll', undefined], answers, mfgrep(reply));

const noTable: Status = {
  page: 'table',
  format: 1,
  version: 0,
  revocation: 0,
  contentHash: new Uint8Array(32),
  persons: 0,
  stagedHeaderHash: new Uint8Array(32),
  stagedBytes: 0,
  orderNumber: 1,
  isKeyed: true,
  isDamaged: false,
  isReadOnly: false,
};
const heard: Status = {
  page: 'journal',
  epoch,
  boot,
  acknowledged: 41,
  newest: 41,
  headLink: headBefore,
  pending: 0,
  monotonicMs: 61_250,
  wallMs,
  isWallTrusted: true,
};
const door: Status = {
  page: 'door',
  mode: 'cardOrPin',
  deciding: 'reader',
  model: 'RPK40',
  lockoutMs: 0,
  settingsHash: crypto.sha256(none),
  software: 'doorpad 0.1.0',
  isDoorOpen: false,
  isTampered: false,
  isUnlocked: false,
  isLockedOut: false,
  isLowSecurity: false,
};

const room = dataRoom(leastFrameBytes, 'crc16', true);
const pieces = (file: Uint8Array, most: number): readonly { readonly offset: number; readonly data: Uint8Array }[] =>
  Array.from({ length: Math.ceil(file.length / most) }, (_, index) => ({
    offset: index * most,
    data: file.subarray(index * most, (index + 1) * most),
  }));

const fragments = pieces(snapshot, room - 11);
const fragmentOf = (offset: number, data: Uint8Array) =>
  ['filetransfer', { type: tableFileType, totalBytes: snapshot.length, offset, fragmentBytes: data.length, data }] as const;
const fileAnswer = (status: keyof typeof fileStatus, delayMs: number) =>
  [
    'ftstat',
    {
      action: { mayInterleave: true, leaveSecureChannel: false, pollWaiting: false },
      delayMs,
      status: fileStatus[status],
      maxMessageBytes: 0,
    },
  ] as const;

/** What the reader asks the controller to wait while it verifies and applies. */
export const finishingDelayMs = 200;

const transfer: readonly Turn[] = [
  ...fragments.map(({ offset, data }, index) =>
    turn(
      `FILETRANSFER: bytes ${offset} to ${offset + data.length - 1} of the snapshot of §12`,
      fragmentOf(offset, data),
      index === fragments.length - 1 ? `FTSTAT: finishing; ask again in ${finishingDelayMs} ms` : 'FTSTAT: go on',
      index === fragments.length - 1 ? fileAnswer('finishing', finishingDelayMs) : fileAnswer('goOn', 0),
    ),
  ),
  turn('FILETRANSFER: nothing more, is it done?', fragmentOf(snapshot.length, none), 'FTSTAT: processed', fileAnswer('processed', 0)),
];

const orderTurns = pieces(order, room - 3 - 11).map(({ offset, data }) =>
  turn(
    `filePart: bytes ${offset} to ${offset + data.length - 1} of the order "release", number 2`,
    mfg({ name: 'filePart', tag: 2, totalBytes: order.length, offset, data }),
    'ACK',
    ack,
  ),
);

export const turns: readonly Turn[] = [
  asks('keyed, no table, order 1 obeyed', noTable),
  asks('everything up to 41 was acknowledged', heard),
  asks('an RPK40 that asks for a card or a PIN', door),
  ...transfer,
  poll('table: version 1 is in force', { name: 'table', outcome: 'done', version: 1 }),
  asks('version 1, with the content hash of §12', { ...noTable, version: 1, persons: 2, contentHash: bytesOf(contentHash) }),
  poll('events: 42, table.applied', { name: 'events', entries: [applied] }),
  poll('events: 43, access.granted to person 1 by PIN', { name: 'events', entries: [granted] }),
  turn('acknowledge: everything up to 43', mfg({ name: 'acknowledge', tag: 1, epoch, through: 43 }), 'ACK', ack),
  poll('done: request 1', { name: 'done', tag: 1, outcome: 'done' }),
  asks('newest is 43, and its link follows from the one before and the two entries', {
    ...heard,
    acknowledged: 43,
    newest: 43,
    headLink: headAfter,
    monotonicMs: 72_500,
    wallMs: wallMs + 11_250,
  }),
  ...orderTurns,
  poll('done: request 2, the order was carried out', { name: 'done', tag: 2, outcome: 'done' }),
  poll('events: 44, order.released', { name: 'events', entries: [released] }),
];

const makeFrames = (): readonly ExchangeFrame[] => {
  const scbk = new SecretBytes(bytesOf(scbkHex));
  const acu = new AcuSecureChannel(withRandom(rndA));
  const pd = new PdSecureChannel(withRandom(rndB));
  const made: ExchangeFrame[] = [];
  let sequence = 0;
  const show = (from: ExchangeFrame['from'], says: string, bytes: Uint8Array, plain: Uint8Array): void => {
    made.push({ from, says, hex: hexOf(bytes), plain: hexOf(plain) });
  };
  const shake = (from: ExchangeFrame['from'], says: string, code: number, type: number, data: Uint8Array): void => {
    const security: SecurityBlock = { type, data: Uint8Array.of(1) };
    show(from, says, encodeFrame({ address, isReply: from === 'reader', sequence, check: 'crc16', security, code, data }), data);
  };

  shake('controller', 'CHLNG: RND.A', commands.chlng.code, scs.challenge, acu.challenge(scbk).rndA);
  const { clientCryptogram } = pd.challenge(scbk, rndA);
  const ccrypt = encodeReply('ccrypt', { cuid, rndB, clientCryptogram });
  shake('reader', 'CCRYPT: cUID, RND.B, client cryptogram', replies.ccrypt.code, scs.clientCryptogram, ccrypt);
  sequence = 1;
  const { serverCryptogram } = taken(acu.answer(rndB, clientCryptogram));
  shake('controller', 'SCRYPT: server cryptogram', commands.scrypt.code, scs.serverCryptogram, serverCryptogram);
  const { initialMac } = taken(pd.confirm(serverCryptogram));
  shake('reader', 'RMAC_I: first R-MAC', replies.rmacI.code, scs.initialMac, initialMac);
  taken(acu.establish(initialMac));

  for (const { says, command, answers, reply } of turns) {
    sequence = (sequence % 3) + 1;
    const asked = encodeCommand(command.name, command.payload as never);
    const bytes = acu.seal({ address, sequence, check: 'crc16' }, commands[command.name].code, asked);
    show('controller', says, bytes, taken(pd.open(frameOf(bytes))));
    const answered = encodeReply(reply.name, reply.payload as never);
    const replyBytes = pd.seal({ address, sequence, check: 'crc16' }, replies[reply.name].code, answered);
    show('reader', answers, replyBytes, taken(acu.open(frameOf(replyBytes))));
  }
  return made;
};

export const exchange = {
  scbk: scbkHex,
  rndA: hexOf(rndA),
  rndB: hexOf(rndB),
  cuid: hexOf(cuid),
  frames: makeFrames(),
};
