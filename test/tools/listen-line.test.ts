/** What is told of a line: every frame by name, right or wrong, and nobody's secrets. */
import { describe, expect, it } from 'vitest';
import { type LinkCommand, writeLinkCommand } from '../../src/link/messages.ts';
import { commands, encodeCommand } from '../../src/osdp/commands.ts';
import { encodeFrame } from '../../src/osdp/frame.ts';
import { encodeReply, replies } from '../../src/osdp/replies.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { entryJson, entryLine, type HeardEntry, Transcript } from '../../src/tools/listen-line.ts';
import { wordsOf } from '../../src/tools/listen-words.ts';
import { bytesOf } from '../osdp/bytes.ts';
import { captureNamed } from '../osdp/captured.ts';
import { crypto, scbk } from '../osdp/secure-pair.ts';

const heardIn = (name: string, { isRevealed = false, hasKeys = true } = {}): readonly HeardEntry[] => {
  const told: HeardEntry[] = [];
  const capture = captureNamed(name);
  const keys: readonly SecretBytes[] = hasKeys ? capture.keys : [];
  const transcript = new Transcript({ crypto, keys, isRevealed, told: (entry) => told.push(entry) });
  for (const record of capture.records) if (record.kind === 'bytes') transcript.receive(record.bytes, record.atUs / 1_000);
  transcript.end();
  return told;
};
const linesOf = (entries: readonly HeardEntry[], columns?: number): string => entries.map((entry) => entryLine(entry, columns)).join('');
const text = new TextEncoder();

describe('what is told of a line', () => {
  it('names each frame of a recorded exchange, with its time and who it is for', () => {
    const lines = linesOf(heardIn('plain')).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '     0.000 s  to     1  #0  id: form standard',
      '     0.002 s  from   1  #0  pdid: maker 0C-1B-2A, model 40, version 11, serial 44332211, firmware 1.2.3',
      '     0.004 s  to     1  #1  cap: form 0',
      expect.stringContaining('     0.005 s  from   1  #1  pdcap: contact inputs (level 1, number 2), outputs (level'),
    ]);
  });

  it('masks digits and card numbers, in clear and decrypted, unless it is asked to show them', () => {
    for (const name of ['plain', 'sc_scbk']) {
      const [shut, open] = [linesOf(heardIn(name)), linesOf(heardIn(name, { isRevealed: true }))];
      expect(shut).toMatch(/keypad: \d+ keys?/);
      expect(shut).toMatch(/raw: a card of 26 bits, …[0-9a-f]{2}(?: \[secure\])?\n/);
      expect(shut).not.toMatch(/keypad: .*(?:\d.*\d|#)|raw: .*0x/);
      expect(open).toMatch(/keypad: \d+#?/);
      expect(open).toMatch(/raw: a card of 26 bits, 26:0x[0-9A-F]+/);
    }
  });

  it('says which frames a key opens, and which it does not', () => {
    const [opened, shut] = [linesOf(heardIn('sc_scbk')), linesOf(heardIn('sc_scbk', { hasKeys: false }))];
    expect(opened).toMatch(/ccrypt \[secure\]/);
    // The other implementation sends some status replies in clear inside a session (OSDP.md §13).
    expect(opened).toMatch(/lstatr: a secured reply, \d+ bytes; it cannot be read \[WRONG SECURITY BLOCK\]/);
    expect(opened).toMatch(/poll \[secure\]\n/);
    expect(opened).not.toContain('WRONG MAC');
    expect(shut).toContain('ccrypt [a key that is not known here]');
    expect(shut).toContain('poll [secure, not checked]\n');
    expect(shut).toMatch(/led: a secured command, \d+ bytes; give --key-file to read it\n/);
    expect(shut).toMatch(/keypad: a secured reply, \d+ bytes; give --key-file/);
    const told: HeardEntry[] = [];
    const transcript = new Transcript({ crypto, keys: [scbk], isRevealed: false, told: (entry) => told.push(entry) });
    for (const record of captureNamed('sc_install').records) if (record.kind === 'bytes') transcript.receive(record.bytes, record.atUs / 1_000);
    expect(linesOf(told)).toContain('; its session began before, or has another key\n');
  });

  it('tells programs in one word that a key is unknown', () => {
    const shut = heardIn('sc_scbk', { hasKeys: false });
    const ccrypt = shut.find((entry) => entry.kind === 'frame' && entry.name === 'ccrypt');
    expect(ccrypt).toMatchObject({ verdict: 'unknownKey' });
  });

  it('cuts what a message holds where the terminal ends, never its verdict', () => {
    const lines = linesOf(heardIn('sc_scbk'), 60).trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('…')).length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.includes('  led: '))[0]).toMatch(/^.{50}… \[secure\]$/u);
    for (const line of lines.filter((entry) => entry.includes('… ['))) expect(line).toMatch(/\]$/);
    expect(linesOf(heardIn('sc_scbk'), 10)).toContain('led: … [secure]\n');
  });

  it('never shows a key that is sent, even when asked to show everything', () => {
    const [shut, open] = [linesOf(heardIn('sc_install')), linesOf(heardIn('sc_install', { isRevealed: true }))];
    expect(shut).toMatch(/keyset \[secure\]\n/);
    expect(open).toContain('keyset: scbk ‹secret› [secure]\n');
    for (const key of captureNamed('sc_install').keys) expect(shut).not.toContain(Buffer.from(key.reveal()).toString('hex'));
  });

  it('tells of bytes that are no frame, and of why', () => {
    expect(linesOf(heardIn('cp_badcrc'))).toContain('a frame that was damaged');
    const told: HeardEntry[] = [];
    const transcript = new Transcript({ crypto, keys: [scbk], isRevealed: false, told: (entry) => told.push(entry) });
    transcript.receive(bytesOf('41'), 5);
    transcript.receive(bytesOf('5301'), 10);
    expect(transcript.deadlineMs).toBe(30);
    transcript.expire(30);
    expect(linesOf(told)).toBe('     0.005 s  1 byte: belong to no frame\n     0.010 s  2 bytes: a frame that was cut off\n');
    expect(entryJson(told[0] as HeardEntry)).toBe('{"kind":"dropped","atMs":5,"reason":"noise","bytes":1}\n');
  });

  it('follows each reader of a line by itself, and hands on every frame', () => {
    const told: HeardEntry[] = [];
    const framed: number[] = [];
    const transcript = new Transcript({
      crypto,
      keys: [],
      isRevealed: false,
      told: (entry) => told.push(entry),
      framed: ({ address }) => framed.push(address),
    });
    for (const address of [1, 2, 1])
      transcript.receive(
        encodeFrame({ address, isReply: false, sequence: 1, check: 'crc16', security: undefined, code: 0x60, data: new Uint8Array() }),
        address,
      );
    expect(framed).toEqual([1, 2, 1]);
    expect(told.map(entryJson)[1]).toBe(
      '{"kind":"frame","atMs":2,"isReply":false,"address":2,"sequence":1,"name":"poll","detail":"","verdict":"clear"}\n',
    );
  });
});

describe('the words for a message', () => {
  const command = (name: 'mfg' | 'text' | 'filetransfer' | 'xwr', payload: never): ReturnType<typeof wordsOf> =>
    wordsOf(false, commands[name].code, encodeCommand(name, payload), false);

  it('tell of a file, of text and of private messages how much, not what', () => {
    const file = { type: 0xd0, totalBytes: 100, offset: 10, fragmentBytes: 1, data: Uint8Array.of(7) };
    expect(command('filetransfer', file as never).detail).toBe('type 208, 1 byte at 10 of 100');
    const shownText = { reader: 0, form: 'permanent', temporaryS: 0, row: 1, column: 1, text: '0417' };
    expect(command('text', shownText as never).detail).toBe('4 characters');
    expect(command('mfg', { oui: 0x2a1b0c, data: Uint8Array.of(1, 2) } as never).detail).toBe('maker 0C-1B-2A, 2 bytes');
    expect(command('xwr', { mode: 1, command: 1, data: text.encode('0417') } as never).detail).toBe('');
    const fmt = encodeReply('fmt', { reader: 0, direction: 'forward', text: '0417' });
    expect(wordsOf(true, replies.fmt.code, fmt, false).detail).toBe('a card of 4 characters');
    expect(wordsOf(true, replies.keypad.code, encodeReply('keypad', { reader: 0, keys: Uint8Array.of(0x30) }), false).detail).toBe('1 key');
  });

  it('show digits, cards and text to who asks for them, as a people file has them', () => {
    const reply = (name: 'keypad' | 'raw' | 'fmt', payload: never, isRevealed: boolean): string =>
      wordsOf(true, replies[name].code, encodeReply(name, payload), isRevealed).detail;
    const keys = { reader: 0, keys: bytesOf('30347f4161') };
    expect([reply('keypad', keys as never, false), reply('keypad', keys as never, true)]).toEqual(['5 keys', '04*[F1][0x61]']);
    const card = (bitCount: number, hex: string) => ({ reader: 0, format: 'wiegand', card: { bitCount, bits: bytesOf(hex) } }) as never;
    expect([reply('raw', card(26, 'aaf37bc0'), false), reply('raw', card(26, 'aaf37bc0'), true)]).toEqual([
      'a card of 26 bits, …c0',
      'a card of 26 bits, 26:0x2ABCDEF',
    ]);
    // Two digits of these would be nearly all of them.
    expect([reply('raw', card(1, '80'), false), reply('raw', card(7, 'fe'), false)]).toEqual(['a card of 1 bit', 'a card of 7 bits']);
    const number = { reader: 0, direction: 'forward', text: '12345678' } as never;
    expect([reply('fmt', number, false), reply('fmt', number, true)]).toEqual(['a card of 8 characters, …78', 'a card of 8 characters, 12345678']);
    const shownText = { reader: 0, form: 'permanent', temporaryS: 0, row: 1, column: 1, text: 'Press On' };
    expect(wordsOf(false, commands.text.code, encodeCommand('text', shownText as never), true).detail).toContain('text "Press On"');
  });

  it('name private messages of this make', () => {
    const status: LinkCommand = { name: 'status', page: 'table' };
    expect(command('mfg', { oui: 0x504402, data: writeLinkCommand(status) } as never).detail).toBe('doorpad status, 2 bytes');
    const reply = encodeReply('mfgrep', { oui: 0x504402, data: Uint8Array.of(0xee) });
    expect(wordsOf(true, replies.mfgrep.code, reply, false).detail).toBe('doorpad, 1 byte, not readable');
  });

  it('say what cannot be read, and which refusals have no name', () => {
    expect(wordsOf(false, 0x9f, Uint8Array.of(1), true)).toEqual({ name: '0x9f', detail: '1 byte, not readable: unknown command' });
    expect(wordsOf(true, replies.nak.code, Uint8Array.of(0xff), false).detail).toBe('code 255');
    expect(wordsOf(true, replies.nak.code, Uint8Array.of(6), false).detail).toBe('encryption required');
  });
});
