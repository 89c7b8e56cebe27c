/** Private messages as values and as bytes, at least one of every row: what messages.test.ts reads and writes, and what is published as vectors. */
import type { LinkCommand, LinkCommandName, LinkReply, LinkReplyName, Status } from '../../src/link/messages.ts';
import { bytesOf } from '../osdp/bytes.ts';

export interface Sample<Message> {
  readonly value: Message;
  readonly hex: string;
  /** Lengths at which the beginning of these bytes, or they with zeros behind them, are a message too. */
  readonly alsoAt?: (length: number) => boolean;
}

type Samples<Message extends { readonly name: string }> = {
  readonly [Name in Message['name']]: readonly Sample<Extract<Message, { readonly name: Name }>>[];
};

const between =
  (least: number, most: number) =>
  (length: number): boolean =>
    length >= least && length <= most;

const bytes16 = 'd0d1d2d3d4d5d6d7d8d9dadbdcdddedf';
const bytes32 = `e0e1e2e3e4e5e6e7e8e9eaebecedeeef${bytes16}`;
const none32 = '00'.repeat(32);
const doorBudget = { attempts: 5, withinMs: 0, attemptsAfterWait: 1, firstWaitMs: 60_000, longestWaitMs: 900_000, quietMs: 900_000 };
const doorBudgetHex = '05 00000000 01 0000ea60 000dbba0 000dbba0';
const personBudget = {
  attempts: 5,
  withinMs: 600_000,
  attemptsAfterWait: 5,
  firstWaitMs: 300_000,
  longestWaitMs: 3_600_000,
  quietMs: 3_600_000,
};
const personBudgetHex = '05 000927c0 05 000493e0 0036ee80 0036ee80';
const epoch = '5eb10c77a90d4f26';

/** `value`, and a page behind its code. */
const statusSample = (status: Status, hex: string): Sample<Extract<LinkReply, { name: 'status' }>> => ({
  value: { name: 'status', status },
  hex: `81 ${hex}`,
});

export const commandSamples: Samples<LinkCommand> = {
  status: [
    { value: { name: 'status', page: 'table' }, hex: '01 00' },
    { value: { name: 'status', page: 'journal' }, hex: '01 01' },
    { value: { name: 'status', page: 'door' }, hex: '01 02' },
    { value: { name: 'status', page: 'settings' }, hex: '01 03' },
    { value: { name: 'status', page: 'rules' }, hex: '01 04' },
    { value: { name: 'status', page: 'update' }, hex: '01 05' },
  ],
  acknowledge: [
    { value: { name: 'acknowledge', tag: 0x0102, epoch, through: 0x0304_0506_0708 }, hex: `02 0102 ${epoch} 030405060708` },
    { value: { name: 'acknowledge', tag: 0, epoch: '0000000000000000', through: 2 ** 48 - 1 }, hex: '02 0000 0000000000000000 ffffffffffff' },
  ],
  filePart: [
    {
      value: { name: 'filePart', tag: 7, totalBytes: 246, offset: 194, data: bytesOf('aabbccdd') },
      hex: '03 0007 000000f6 000000c2 aabbccdd',
      alsoAt: between(12, 11 + 246 - 194),
    },
    { value: { name: 'filePart', tag: 0xffff, totalBytes: 65_536, offset: 65_535, data: bytesOf('01') }, hex: '03 ffff 00010000 0000ffff 01' },
  ],
  setTime: [{ value: { name: 'setTime', tag: 3, wallMs: 1_900_000_000_123 }, hex: '04 0003 01ba60d3387b' }],
  setMode: [
    { value: { name: 'setMode', tag: 4, mode: 'cardOnly' }, hex: '05 0004 01' },
    { value: { name: 'setMode', tag: 4, mode: 'locked' }, hex: '05 0004 06' },
  ],
  released: [
    { value: { name: 'released', id: 9, isReleased: true }, hex: '06 0009 01' },
    { value: { name: 'released', id: 9, isReleased: false }, hex: '06 0009 00' },
  ],
};

export const replySamples: Samples<LinkReply> = {
  status: [
    statusSample(
      {
        page: 'table',
        format: 1,
        version: 0x0102_0304,
        revocation: 5,
        contentHash: bytesOf(bytes32),
        persons: 250_000,
        stagedHeaderHash: bytesOf(bytes32),
        stagedBytes: 312,
        orderNumber: 77,
        isKeyed: true,
        isDamaged: false,
        isReadOnly: true,
      },
      `00 01 01020304 00000005 ${bytes32} 0003d090 ${bytes32} 00000138 0000004d 05`,
    ),
    statusSample(
      {
        page: 'table',
        format: 1,
        version: 0,
        revocation: 0,
        contentHash: new Uint8Array(32),
        persons: 0,
        stagedHeaderHash: new Uint8Array(32),
        stagedBytes: 0,
        orderNumber: 0,
        isKeyed: false,
        isDamaged: true,
        isReadOnly: false,
      },
      `00 01 00000000 00000000 ${none32} 00000000 ${none32} 00000000 00000000 02`,
    ),
    statusSample(
      {
        page: 'journal',
        epoch,
        boot: 3,
        acknowledged: 41,
        newest: 43,
        headLink: bytesOf(bytes16),
        pending: 2,
        monotonicMs: 61_250,
        wallMs: 1_900_000_000_123,
        isWallTrusted: true,
      },
      `01 ${epoch} 00000003 000000000029 00000000002b ${bytes16} 00000002 00000000ef42 01ba60d3387b 01`,
    ),
    statusSample(
      {
        page: 'door',
        mode: 'cardAndPin',
        deciding: 'reader',
        model: 'RPK40',
        lockoutMs: 60_000,
        settingsHash: bytesOf(bytes32),
        software: 'doorpad 0.1.0',
        isDoorOpen: true,
        isTampered: false,
        isUnlocked: false,
        isLockedOut: true,
        isLowSecurity: true,
      },
      `02 04 01 01 0000ea60 ${bytes32} 0d 646f6f7270616420302e312e30 19`,
    ),
    statusSample(
      {
        page: 'door',
        mode: 'locked',
        deciding: 'panel',
        model: 'RP40',
        lockoutMs: 2 ** 32 - 1,
        settingsHash: bytesOf(none32),
        software: '~'.repeat(24),
        isDoorOpen: true,
        isTampered: true,
        isUnlocked: true,
        isLockedOut: true,
        isLowSecurity: true,
      },
      `02 06 02 04 ffffffff ${none32} 18 ${'7e'.repeat(24)} 1f`,
    ),
    statusSample({ page: 'settings', inForce: bytesOf(bytes32), waiting: bytesOf(none32) }, `03 ${bytes32} ${none32}`),
    statusSample({ page: 'settings', inForce: bytesOf(none32), waiting: bytesOf(bytes32) }, `03 ${none32} ${bytes32}`),
    statusSample(
      {
        page: 'rules',
        windowMs: 15_000,
        windowTries: 3,
        interDigitMs: 5_000,
        extendedWindowMs: 30_000,
        extendedInterDigitMs: 10_000,
        door: doorBudget,
        person: personBudget,
        offlineFullMs: 0,
        offlinePriorityMs: 0,
        duress: false,
      },
      `04 00003a98 03 00001388 00007530 00002710 ${doorBudgetHex} ${personBudgetHex} 000000000000 000000000000 00`,
    ),
    statusSample(
      {
        page: 'rules',
        windowMs: 60_000,
        windowTries: 5,
        interDigitMs: 15_000,
        extendedWindowMs: 120_000,
        extendedInterDigitMs: 15_000,
        door: { ...doorBudget, attempts: 10 },
        person: { ...personBudget, attempts: 10 },
        offlineFullMs: 259_200_000,
        offlinePriorityMs: 31_536_000_000,
        duress: true,
      },
      `04 0000ea60 05 00003a98 0001d4c0 00003a98 0a${doorBudgetHex.slice(2)} 0a${personBudgetHex.slice(2)} 00000f731400 000757b12c00 01`,
    ),
    statusSample(
      {
        page: 'update',
        release: 1_002_003,
        floor: 1_002_004,
        headHash: bytesOf(bytes32),
        receivedBytes: 98_304,
        refused: 'onTrial',
        isWhole: true,
      },
      `05 000f4a13 000f4a14 ${bytes32} 00018000 1f 01`,
    ),
    statusSample(
      { page: 'update', release: 0, floor: 0, headHash: new Uint8Array(32), receivedBytes: 0, refused: 'done', isWhole: false },
      `05 00000000 00000000 ${none32} 00000000 00 00`,
    ),
  ],
  done: [
    { value: { name: 'done', tag: 0x0102, outcome: 'done' }, hex: '82 0102 00' },
    { value: { name: 'done', tag: 2, outcome: 'tooFar' }, hex: '82 0002 1b' },
  ],
  events: [
    { value: { name: 'events', entries: [bytesOf('a1a2a3'), bytesOf('b1')] }, hex: '83 0003 a1a2a3 0001 b1', alsoAt: (length) => length === 6 },
    { value: { name: 'events', entries: [new Uint8Array(256)] }, hex: `83 0100 ${'00'.repeat(256)}` },
  ],
  eventPart: [
    {
      value: { name: 'eventPart', totalBytes: 300, offset: 298, data: bytesOf('c1c2') },
      hex: '84 012c 012a c1c2',
      alsoAt: (length) => length === 6,
    },
    { value: { name: 'eventPart', totalBytes: 65_535, offset: 0, data: bytesOf('01') }, hex: '84 ffff 0000 01', alsoAt: (length) => length > 6 },
  ],
  table: [
    { value: { name: 'table', outcome: 'done', version: 18 }, hex: '85 00 00000012' },
    { value: { name: 'table', outcome: 'wrongBase', version: 17 }, hex: '85 09 00000011' },
  ],
  release: [
    {
      value: { name: 'release', id: 9, holdMs: 5_000, epoch, sequence: 42, person: 0 },
      hex: `86 0009 00001388 ${epoch} 00000000002a 00000000`,
    },
  ],
};

const every = <Message extends { readonly name: string }>(samples: Readonly<Record<string, readonly unknown[]>>): readonly Sample<Message>[] =>
  Object.values(samples).flat() as Sample<Message>[];

export const allCommands = every<LinkCommand>(commandSamples);
export const allReplies = every<LinkReply>(replySamples);
export const commandNames = Object.keys(commandSamples) as LinkCommandName[];
export const replyNames = Object.keys(replySamples) as LinkReplyName[];
