/** Private messages as bytes: there and back, one encoding each, and every other string of bytes refused without a throw. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { models, modes } from '../../src/access/mode.ts';
import type { AcknowledgeRefusal } from '../../src/journal/journal.ts';
import {
  doorpadOui,
  type LinkCommand,
  type LinkRefusal,
  type LinkReply,
  linkCommands,
  linkReplies,
  type Outcome,
  outcomes,
  readLinkCommand,
  readLinkReply,
  tableFileType,
  writeLinkCommand,
  writeLinkReply,
} from '../../src/link/messages.ts';
import { statusModels } from '../../src/link/status.ts';
import { dataRoom, leastFrameBytes } from '../../src/osdp/frame.ts';
import { encodeReply } from '../../src/osdp/replies.ts';
import type { TableRefusal } from '../../src/ports/table-store.ts';
import type { UpdateRefusal } from '../../src/ports/update-store.ts';
import type { OrderFailure } from '../../src/reader/orders.ts';
import type { Result } from '../../src/shared/result.ts';
import { orderModes } from '../../src/table/orders.ts';
import { bytesOf, hexOf } from '../osdp/bytes.ts';
import { allCommands, allReplies, commandNames, commandSamples, replyNames, replySamples, type Sample } from './messages-samples.ts';

type Message = LinkCommand | LinkReply;

interface Codec {
  readonly read: (bytes: Uint8Array) => Result<Message, LinkRefusal>;
  readonly write: (message: never) => Uint8Array;
}
const commandCodec: Codec = { read: readLinkCommand, write: writeLinkCommand };
const replyCodec: Codec = { read: readLinkReply, write: writeLinkReply };

const bare = (hex: string): string => hex.replaceAll(' ', '');

/** Bytes that are taken, and are not what would be written of them. */
const secondEncoding = ({ read, write }: Codec, bytes: Uint8Array): string | undefined => {
  const message = read(bytes);
  return message.ok && hexOf(write(message.value as never)) !== hexOf(bytes) ? hexOf(bytes) : undefined;
};

const wrongLengths = ({ read }: Codec, { hex, alsoAt }: Sample<Message>): number[] => {
  const whole = bytesOf(hex);
  const lengths = Array.from({ length: whole.length + 120 }, (_, length) => length);
  return lengths.filter((length) => {
    const bytes = new Uint8Array(length);
    bytes.set(whole.subarray(0, length));
    return read(bytes).ok !== (length === whole.length || (alsoAt?.(length) ?? false));
  });
};

describe.each([
  ['command', commandCodec, commandNames, commandSamples, linkCommands] as const,
  ['reply', replyCodec, replyNames, replySamples, linkReplies] as const,
])('a private %s', (_, codec, names, samples, rows) => {
  const all = names.flatMap((name) => (samples as Readonly<Record<string, readonly Sample<Message>[]>>)[name] ?? []);

  it('has samples for every row, and only for those', () => {
    expect(names).toEqual(Object.keys(rows));
  });

  it.each(all)('$value.name, sample %#, is written as it is published, and read again', ({ value, hex }) => {
    expect(hexOf(codec.write(value as never))).toBe(bare(hex));
    expect(codec.read(bytesOf(hex))).toEqual({ ok: true, value });
  });

  it.each(all)('$value.name, sample %#, is refused at every length that is none of its own', (sample) => {
    expect(wrongLengths(codec, sample)).toEqual([]);
  });

  it.each(all)('$value.name, sample %#, is another message or none with any one byte changed', ({ hex }) => {
    const whole = bytesOf(hex);
    const changed = Array.from(whole, (_byte, at) => Array.from({ length: 256 }, (_value, value) => whole.with(at, value))).flat();
    expect(changed.map((bytes) => secondEncoding(codec, bytes)).filter((hex) => hex !== undefined)).toEqual([]);
  });

  it('is unknown when its code has no row, and malformed without a code', () => {
    const codes = Object.values(rows).map(({ code }) => code as number);
    for (let code = 0; code < 256; code += 1) {
      const result = codec.read(Uint8Array.of(code));
      expect(result).toEqual({ ok: false, failure: codes.includes(code) ? 'malformed' : 'unknown' });
    }
    expect(codec.read(new Uint8Array(0))).toEqual({ ok: false, failure: 'malformed' });
  });

  it('of random bytes is refused, or is what these bytes are the encoding of', () => {
    const random = new Random(20_260_104);
    const codes = Object.values(rows).map(({ code }) => code as number);
    for (let run = 0; run < 20_000; run += 1) {
      const bytes = Uint8Array.from({ length: random.between(1, 130) }, () => random.int(256));
      bytes[0] = codes[run % codes.length] as number;
      // Most numbers are small in earnest, and most random ones are not.
      for (let at = 1; at < bytes.length; at += 1) if (random.chance(0.5)) bytes[at] = random.int(3);
      const second = secondEncoding(codec, bytes);
      if (second !== undefined) throw new Error(`seed ${random.seed}, run ${run}: ${second} is taken`);
    }
  });
});

const waits = '0000ea60 000dbba0 000dbba0';
const budgetHex = `05 00000000 01 ${waits}`;
/** The page of rules with something else in one place. */
const rulesHex = ({ window = '00003a98', tries = '03', pause = '00001388', door = budgetHex, offline = '00'.repeat(12), flags = '00' }): string =>
  `81 04 ${window} ${tries} ${pause} 00007530 00002710 ${door} ${budgetHex} ${offline} ${flags}`;

describe('a private message', () => {
  it.each([
    ['a page that does not exist', '01 06'],
    ['a mode below the first', '05 0004 00'],
    ['a mode above the last', '05 0004 07'],
    ['a truth that is neither', '06 0009 02'],
    ['a part without bytes', '03 0007 000000f6 000000c2'],
    ['a part that ends behind the file', '03 0007 00000004 00000001 aabbccdd'],
    ['a part of a file that is too long', '03 0007 00010001 00000000 aa'],
  ])('that is a command is malformed with %s', (_, hex) => {
    expect(readLinkCommand(bytesOf(hex))).toEqual({ ok: false, failure: 'malformed' });
  });

  it.each([
    ['an outcome that does not exist', '82 0001 21'],
    ['no event', '83'],
    ['an event of no bytes', '83 0000'],
    ['an event that ends too early', '83 0004 aabbcc'],
    ['half a length', '83 0001 aa 00'],
    ['a part that ends behind the event', '84 0003 0002 aabb'],
    ['a page that does not exist', '81 06'],
    ['a window of no time', rulesHex({ window: '00000000' })],
    ['a pause of more than an hour', rulesHex({ pause: '0036ee81' })],
    ['no tries', rulesHex({ tries: '00' })],
    ['a budget without attempts', rulesHex({ door: `00 00000000 01 ${waits}` })],
    ['a budget of 21 attempts', rulesHex({ door: `15 00000000 01 ${waits}` })],
    ['a budget without attempts after a wait', rulesHex({ door: `05 00000000 00 ${waits}` })],
    ['a wait below 30 s', rulesHex({ door: '05 00000000 01 0000752f 000dbba0 000dbba0' })],
    ['a first wait above the longest', rulesHex({ door: '05 00000000 01 000dbba1 000dbba0 000dbba0' })],
    ['a quiet time of more than a day', rulesHex({ door: '05 00000000 01 0000ea60 000dbba0 05265c01' })],
    ['service for priority people behind one without a limit', rulesHex({ offline: '000000000000 000000000001' })],
    ['service offline for more than 100 years', rulesHex({ offline: '02de41353001 000000000000' })],
    ['an unnamed flag of the rules', rulesHex({ flags: '02' })],
    ['a software text of 25 characters', `81 02 01 01 01 00000000 ${'00'.repeat(32)} 19 ${'41'.repeat(25)} 00`],
    ['a software text that is not printable', `81 02 01 01 01 00000000 ${'00'.repeat(32)} 01 0a 00`],
    ['a reserved bit', `81 02 01 01 01 00000000 ${'00'.repeat(32)} 01 41 20`],
  ])('that is a reply is malformed with %s', (_, hex) => {
    expect(readLinkReply(bytesOf(hex))).toEqual({ ok: false, failure: 'malformed' });
  });

  it.each([
    { name: 'setTime', tag: 65_536, wallMs: 0 },
    { name: 'setTime', tag: 0, wallMs: 2 ** 48 },
    { name: 'setTime', tag: 0, wallMs: 0.5 },
    { name: 'setTime', tag: -1, wallMs: 0 },
    { name: 'acknowledge', tag: 0, epoch: '5EB10C77A90D4F26', through: 1 },
    { name: 'acknowledge', tag: 0, epoch: '5eb1', through: 1 },
    { name: 'filePart', tag: 0, totalBytes: 4, offset: 4, data: new Uint8Array(0) },
    { name: 'filePart', tag: 0, totalBytes: 65_537, offset: 0, data: new Uint8Array(1) },
    { name: 'setMode', tag: 0, mode: 'open' as 'unlocked' },
  ] as const satisfies readonly LinkCommand[])('of our own that cannot be sent is our mistake, and throws: $name', (command) => {
    expect(() => writeLinkCommand(command)).toThrow();
  });

  it('is told apart from one of the other direction by its code', () => {
    for (const { hex } of allReplies) expect(readLinkCommand(bytesOf(hex))).toEqual({ ok: false, failure: 'unknown' });
    for (const { hex } of allCommands) expect(readLinkReply(bytesOf(hex))).toEqual({ ok: false, failure: 'unknown' });
  });
});

describe('a status page', () => {
  it('fits into the shortest frame that an ACU may insist on, as long as it can be', () => {
    const room = dataRoom(leastFrameBytes, 'crc16', true);
    expect(room).toBe(111);
    for (const { value } of replySamples.status) {
      const data = encodeReply('mfgrep', { oui: doorpadOui, data: writeLinkReply(value) });
      expect(data.length).toBeLessThanOrEqual(room);
    }
  });

  it('of rules is read where nothing in it is out of its range', () => {
    expect(readLinkReply(bytesOf(rulesHex({})))).toMatchObject({ ok: true, value: { status: { page: 'rules', windowMs: 15_000 } } });
  });

  it('is of 88, 59, at most 67, 66, 68, and 48 bytes', () => {
    const longest = (page: string): number =>
      Math.max(...replySamples.status.filter(({ value }) => value.status.page === page).map(({ hex }) => bytesOf(hex).length));
    expect(['table', 'journal', 'door', 'settings', 'rules', 'update'].map(longest)).toEqual([88, 59, 67, 66, 68, 48]);
  });
});

describe('the codes', () => {
  it('of outcomes stay what they are, and every refusal of a table, an update, an order or an acknowledgement has one', () => {
    expect(outcomes.join(' ')).toBe(
      'done failed malformed wrongFormat wrongSignature wrongSite wrongReader wrongKind staleVersion wrongBase wrongBody wrongContent ' +
        'contradiction tooLarge wrongOffset incomplete diskFull unknownOrder staleNumber expired timeUntrusted notKeyed notDone tooMany ' +
        'wrongEpoch beyondSent notStricter tooFar notWaiting alreadyThere triedBefore onTrial underWay',
    );
    const mustHave: Readonly<Record<TableRefusal | UpdateRefusal | OrderFailure | AcknowledgeRefusal, Outcome>> = {
      malformed: 'malformed',
      wrongFormat: 'wrongFormat',
      wrongSignature: 'wrongSignature',
      wrongSite: 'wrongSite',
      wrongReader: 'wrongReader',
      wrongKind: 'wrongKind',
      staleVersion: 'staleVersion',
      wrongBase: 'wrongBase',
      wrongBody: 'wrongBody',
      wrongContent: 'wrongContent',
      contradiction: 'contradiction',
      tooLarge: 'tooLarge',
      wrongOffset: 'wrongOffset',
      incomplete: 'incomplete',
      diskFull: 'diskFull',
      unknownOrder: 'unknownOrder',
      staleNumber: 'staleNumber',
      expired: 'expired',
      timeUntrusted: 'timeUntrusted',
      notKeyed: 'notKeyed',
      notDone: 'notDone',
      tooMany: 'tooMany',
      wrongEpoch: 'wrongEpoch',
      beyondSent: 'beyondSent',
      notWaiting: 'notWaiting',
      failed: 'failed',
      alreadyThere: 'alreadyThere',
      triedBefore: 'triedBefore',
      onTrial: 'onTrial',
      underWay: 'underWay',
    };
    for (const [refusal, outcome] of Object.entries(mustHave)) expect(outcome).toBe(refusal);
  });

  it('of modes and models are those of the rules', () => {
    expect(orderModes).toEqual(modes);
    expect(statusModels).toEqual(models);
  });

  it('of private messages are below 0x80 for commands and above it for replies, each once', () => {
    expect(Object.values(linkCommands).map(({ code }) => code)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(Object.values(linkReplies).map(({ code }) => code)).toEqual([0x81, 0x82, 0x83, 0x84, 0x85, 0x86]);
    expect([doorpadOui, tableFileType]).toEqual([0x504402, 0xd0]);
  });
});
