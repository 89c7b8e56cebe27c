/** What is shown of a line: words for each message, and no byte that could be a digit or a card number in clear. */
import { expect, it } from 'vitest';
import { type LineMessage, TappedLine } from '../../../sim/bench/line-words.ts';
import { Wire } from '../../../sim/line/wire.ts';
import { VirtualClock } from '../../../sim/virtual-clock.ts';
import { commands } from '../../../src/osdp/commands.ts';
import { encodeFrame } from '../../../src/osdp/frame.ts';
import { encodeReply, type ReplyName, type ReplyPayload, replies } from '../../../src/osdp/replies.ts';
import { crypto } from './rig.ts';

const frameOf = (isReply: boolean, code: number, data: Uint8Array): Uint8Array =>
  encodeFrame({ address: 1, isReply, sequence: 1, check: 'crc16', security: undefined, code, data });
const replyOf = <Name extends ReplyName>(name: Name, payload: ReplyPayload<Name>): Uint8Array =>
  frameOf(true, replies[name].code, encodeReply(name, payload));

const tapped = () => {
  const clock = new VirtualClock();
  const wire = new Wire({ clock, baudRate: 38_400 });
  const told: LineMessage[] = [];
  const attachments: boolean[] = [];
  const line = new TappedLine(wire.end(), { clock, crypto, keys: [], told: (message) => told.push(message) });
  line.setBaudRate(38_400);
  line.listen({ received: () => undefined, attached: (isAttached) => attachments.push(isAttached) });
  return { clock, told, line, other: wire.end(), attachments };
};

it('shows only the head of what was typed or read in clear, and all of what holds nothing', async () => {
  const { clock, told, line, other, attachments } = tapped();
  line.send(frameOf(false, commands.poll.code, new Uint8Array(0)));
  await clock.advance(50);
  other.send(replyOf('keypad', { reader: 0, keys: new TextEncoder().encode('0417') }));
  await clock.advance(50);
  expect(attachments).toEqual([true]);
  expect(told.map(({ from, hex, words }) => ({ from, hex, words }))).toEqual([
    { from: 'controller', hex: expect.stringMatching(/^53 01 08 00 05 60 .. ..$/), words: 'poll' },
    { from: 'reader', hex: '53 81 0e 00 05', words: 'keypad: 4 keys' },
  ]);
});

it('tells noise by its length, and that it came from a reader', async () => {
  const { clock, told, other } = tapped();
  for (const noise of [[0x11], [0x11, 0x12]]) {
    other.send(Uint8Array.from(noise));
    await clock.advance(100);
  }
  other.send(replyOf('keypad', { reader: 0, keys: new TextEncoder().encode('1') }));
  await clock.advance(100);
  expect(told.slice(0, 2)).toEqual([
    expect.objectContaining({ from: 'reader', hex: '', words: '1 byte: belong to no frame' }),
    expect.objectContaining({ from: 'reader', hex: '', words: '2 bytes: belong to no frame' }),
  ]);
});
