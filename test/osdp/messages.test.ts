/** Every row of commands and replies: there and back, every other length refused, and every code there is answered for. */
import { describe, expect, it } from 'vitest';
import {
  type Command,
  type CommandHandlers,
  type CommandName,
  commandNameOf,
  commands,
  decodeCommand,
  encodeCommand,
} from '../../src/osdp/commands.ts';
import { decodeReply, encodeReply, type ReplyName, replies, replyNameOf } from '../../src/osdp/replies.ts';
import { bytesOf, hexOf } from './bytes.ts';
import { commandSamples, replySamples, type Sample } from './samples.ts';
import { taken } from './secure-pair.ts';

/** Payloads with bytes in hexadecimal; a key shows as a tag, and is compared by what is written of it. */
const shown = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (_, inner: unknown) => (inner instanceof Uint8Array ? hexOf(inner) : inner)));

/** The lengths at which the sample, cut or with zeros behind it, is taken although it should not be, or the other way round. */
const wrongLengths = ({ hex, alsoAt }: Sample<unknown>, decode: (data: Uint8Array) => { readonly ok: boolean; readonly failure?: string }) => {
  const whole = bytesOf(hex);
  const wrong: string[] = [];
  for (let length = 0; length <= whole.length + 40; length += 1) {
    const data = new Uint8Array(length);
    data.set(whole.subarray(0, length));
    const result = decode(data);
    const isPayload = length === whole.length || (alsoAt?.(length) ?? false);
    const isTaken = result.ok || result.failure === 'wrongRecord' || result.failure === 'value';
    if (isPayload ? !isTaken : result.ok || isTaken) wrong.push(`${length}: ${result.ok ? 'taken' : result.failure}`);
  }
  return wrong;
};

const commandNames = Object.keys(commandSamples) as CommandName[];
const replyNames = Object.keys(replySamples) as ReplyName[];

describe.each(commandNames)('the command %s', (name) => {
  const sample = commandSamples[name] as Sample<never>;
  const { code } = commands[name];

  it('is written as it stands in OSDP.md, and read again', () => {
    expect(hexOf(encodeCommand(name, sample.payload))).toBe(sample.hex.replaceAll(' ', ''));
    const read = taken(decodeCommand(code, bytesOf(sample.hex)));
    expect(read.name).toBe(name);
    expect(shown(read.payload)).toEqual(shown(sample.payload));
    expect(hexOf(encodeCommand(name, read.payload as never))).toBe(sample.hex.replaceAll(' ', ''));
  });

  it('is refused at every length that is none of its own', () => {
    expect(wrongLengths(sample, (data) => decodeCommand(code, data))).toEqual([]);
  });
});

describe.each(replyNames)('the reply %s', (name) => {
  const sample = replySamples[name] as Sample<never>;
  const { code } = replies[name];

  it('is written as it stands in OSDP.md, and read again', () => {
    expect(hexOf(encodeReply(name, sample.payload))).toBe(sample.hex.replaceAll(' ', ''));
    const read = taken(decodeReply(code, bytesOf(sample.hex)));
    expect(read.name).toBe(name);
    expect(shown(read.payload)).toEqual(shown(sample.payload));
  });

  it('is refused at every length that is none of its own', () => {
    expect(wrongLengths(sample, (data) => decodeReply(code, data))).toEqual([]);
  });
});

describe('the codes', () => {
  it('of OSDP.md §5 all have a row, and each other code is an unknown command', () => {
    const inTables = '60 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 73 74 75 76 77 7b 7c 80 a1 a2 a3 a4 a5 a7'
      .split(' ')
      .map((hex) => Number.parseInt(hex, 16));
    expect(Object.values(commands).map(({ code }) => code)).toEqual(inTables);
    for (let code = 0; code < 256; code += 1) {
      const isWithdrawn = [0x63, 0x6c, 0x6d, 0x6f].includes(code);
      expect(commandNameOf(code) !== undefined).toBe(inTables.includes(code) && !isWithdrawn);
      if (commandNameOf(code) === undefined) expect(decodeCommand(code, bytesOf('0000'))).toEqual({ ok: false, failure: 'unknownCommand' });
    }
  });

  it('of OSDP.md §6 all have a row, and each other code is an unknown reply', () => {
    const inTables = '40 41 45 46 48 49 4a 4b 50 51 53 54 57 58 59 76 78 79 7a 80 81 82 83 84 90 b1'
      .split(' ')
      .map((hex) => Number.parseInt(hex, 16));
    expect(Object.values(replies).map(({ code }) => code)).toEqual(inTables);
    for (let code = 0; code < 256; code += 1) {
      expect(replyNameOf(code) !== undefined).toBe(inTables.includes(code));
      if (replyNameOf(code) === undefined) expect(decodeReply(code, bytesOf(''))).toEqual({ ok: false, failure: 'unknownReply' });
    }
  });

  it('that pass in clear once a reader is keyed are four, and a fifth by a setting', () => {
    const passing = (clear: string) => commandNames.filter((name) => commands[name].clear === clear);
    expect([passing('always'), passing('ifSet'), passing('never')]).toEqual([['id', 'cap', 'chlng', 'scrypt'], ['comset'], ['keyset']]);
  });
});

describe('a command', () => {
  it('has a handler for every name, which is given that payload', () => {
    const handlers = Object.fromEntries(
      commandNames.map((name) => [name, (payload: unknown) => [name, payload]]),
    ) as unknown as CommandHandlers<unknown>;
    const handled = ({ name, payload }: Command): unknown => (handlers[name] as (of: typeof payload) => unknown)(payload);
    expect(handled(taken(decodeCommand(0x7b, bytesOf('8000'))))).toEqual(['acurxsize', { maxReplyBytes: 128 }]);
  });

  it('shows no key when it is printed', () => {
    const { payload } = taken(decodeCommand(0x75, bytesOf(commandSamples.keyset.hex)));
    expect(JSON.stringify(payload)).toBe('{"scbk":"‹secret›"}');
  });

  it.each([
    ['id', '02', 'wrongRecord'],
    ['out', '00 07 0000', 'wrongRecord'],
    ['led', '00 00 03 00 00 00 00 0000 01 01 00 01 00', 'wrongRecord'],
    ['led', '00 00 00 00 00 08 00 0000 01 01 00 01 00', 'wrongRecord'],
    ['led', `00 00 00 00 00 08 00 0000 01 01 00 01 00 ${'00'.repeat(14)}`, 'wrongRecord'],
    ['led', `00 00 00 00 00 08 00 0000 01 01 00 01 00 ${'00'.repeat(13)}`, 'wrongLength'],
    ['buz', '00 03 01 01 01', 'wrongRecord'],
    ['text', '00 05 00 01 01 01 41', 'wrongRecord'],
    ['text', '00 01 00 01 01 01 1f', 'wrongRecord'],
    ['text', '00 01 00 01 01 01 7f', 'wrongRecord'],
    ['keyset', `02 10 ${'11'.repeat(16)}`, 'wrongLength'],
    ['keyset', `01 0f ${'11'.repeat(16)}`, 'wrongLength'],
    ['genauth', '0300 0000 0400 01020304', 'wrongRecord'],
    ['genauth', '0800 0400 0400 0102 01020304', 'wrongLength'],
    ['crauth', '0400 0000 0400 0102 010203', 'wrongLength'],
  ] as const)('%s with %s is answered with %s', (name, hex, reason) => {
    expect(decodeCommand(commands[name].code, bytesOf(hex))).toEqual({ ok: false, failure: reason });
  });

  it('of authentication is read whether or not its first part counts algorithm and key', () => {
    const counted = taken(decodeCommand(0xa4, bytesOf('0600 0000 0600 0703 aabbccdd'))).payload;
    expect(counted).toMatchObject({ totalBytes: 6, uncountedBytes: 0, data: bytesOf('0703aabbccdd') });
    expect(taken(decodeCommand(0xa4, bytesOf(commandSamples.genauth.hex))).payload).toMatchObject({ totalBytes: 4, uncountedBytes: 2 });
  });

  it('PIVDATA is read with an offset of one byte or two, and written with as few as do', () => {
    expect(taken(decodeCommand(0xa3, bytesOf('5fc102 01 07'))).payload).toMatchObject({ offset: 7 });
    expect(taken(decodeCommand(0xa3, bytesOf('5fc102 01 0700'))).payload).toMatchObject({ offset: 7 });
    expect(hexOf(encodeCommand('pivdata', { objectId: bytesOf('5fc102'), element: 1, offset: 7 }))).toBe('5fc1020107');
  });
});

describe('a reply', () => {
  it.each([
    ['lstatr', '02 00', 'value'],
    ['raw', '00 02 0800 41', 'value'],
    ['fmt', '00 02 01 41', 'value'],
    ['fmt', '00 00 01 00', 'value'],
    ['pivdatar', '0300 0000 0400 01020304', 'value'],
    ['pivdatar', '0400 0000 0400 0703 01020304', 'length'],
  ] as const)('%s with %s is refused for its %s', (name, hex, reason) => {
    expect(decodeReply(replies[name].code, bytesOf(hex))).toEqual({ ok: false, failure: reason });
  });

  it('RAW has as many bytes as its bits need, and one value whatever fills up the last', () => {
    for (let bitCount = 0; bitCount <= 64; bitCount += 1) {
      const length = Math.ceil(bitCount / 8);
      const read = taken(decodeReply(0x50, bytesOf(`0001 ${bitCount.toString(16).padStart(2, '0')}00 ${'ff'.repeat(length)}`)));
      if (read.name !== 'raw') throw new Error('another reply');
      const { bits } = read.payload.card;
      expect([...bits].map((byte) => byte.toString(2).padStart(8, '0')).join('')).toBe('1'.repeat(bitCount).padEnd(length * 8, '0'));
    }
  });
});
