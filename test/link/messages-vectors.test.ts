/**
 * What is published of the line: vectors of every message, and one exchange frame by frame, which a real PD session answers byte for byte.
 * `npx vitest run test/link/messages-vectors.test.ts --update` writes the vectors and the last section of docs/table-profile.md anew.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeEntry, maxEntryBytes } from '../../src/journal/entry.ts';
import {
  doorpadOui,
  type LinkCommand,
  type LinkReply,
  linkCommands,
  linkReplies,
  maxFilePartsBytes,
  maxUnacknowledged,
  outcomes,
  readLinkCommand,
  readLinkReply,
  tableFileType,
} from '../../src/link/messages.ts';
import { encodeCommand } from '../../src/osdp/commands.ts';
import { dataRoom, decodeFrame, leastFrameBytes } from '../../src/osdp/frame.ts';
import { offlineMs } from '../../src/osdp/pd.ts';
import type { MfgAnswer } from '../../src/osdp/pd-handlers.ts';
import type { PdKeySet } from '../../src/osdp/pd-keys.ts';
import type { Report } from '../../src/osdp/pd-reports.ts';
import { maxSessionFrames, maxSessionMs } from '../../src/osdp/pd-security.ts';
import { maxHoldMs } from '../../src/ports/strike.ts';
import { present } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { bytesOf, hexOf, joined } from '../osdp/bytes.ts';
import { Disk, PdBench } from '../osdp/pd-bench.ts';
import { taken, withRandom } from '../osdp/secure-pair.ts';
import { type ExchangeFrame, exchange, finishingDelayMs, identity, order, rndB, scbkHex, snapshot, turns } from './messages-exchange.ts';
import { allCommands, allReplies, type Sample } from './messages-samples.ts';

const pageUrl = new URL('../../docs/table-profile.md', import.meta.url);
const page = readFileSync(pageUrl, 'utf8');

const inHex = (_: string, value: unknown): unknown => (value instanceof Uint8Array ? hexOf(value) : value);
const json = (value: unknown): string => `${JSON.stringify(value, inHex, 2)}\n`;

const vectorOf = ({ value, hex }: Sample<LinkCommand | LinkReply>) => {
  const { name, ...facts } = value;
  return { name, value: facts, hex: hex.replaceAll(' ', '') };
};

/** Lines of at most 32 bytes. */
const wrapped = (hex: string, indent: string): string => (hex.match(/.{1,64}/g) ?? ['']).join(`\n${indent}`);

/** A frame as its parts: header, security block, code, data, MAC, check. */
const parted = (hex: string, indent: string): string => {
  const frame = taken(decodeFrame(bytesOf(hex)));
  const block = frame.security === undefined ? '' : `${hex.slice(10, 10 + 2 * (2 + frame.security.data.length))} `;
  const code = frame.code.toString(16).padStart(2, '0');
  const end = `${frame.mac === undefined ? '' : `${hexOf(frame.mac)} `}${hex.slice(-4)}`;
  const head = `${hex.slice(0, 10)} ${block}${code}`;
  return frame.data.length === 0 ? `${head} ${end}` : `${head}\n${indent}${wrapped(hexOf(frame.data), indent)}\n${indent}${end}`;
};

const shown = ({ from, says, hex, plain }: ExchangeFrame, index: number): string[] => {
  const isSession = index >= 4;
  return [
    `    ${index + 1} ${from}, ${says}`,
    `      frame ${parted(hex, '            ')}`,
    ...(isSession && plain !== '' ? [`      plain ${wrapped(plain, '            ')}`] : []),
  ];
};

/** Where the printed exchange begins; it goes on to the end of the page. */
const marker = '<!-- Written by test/link/messages-vectors.test.ts -->\n';
const section = `${marker}\n${exchange.frames.flatMap(shown).join('\n')}\n`;

describe('the published vectors of the line', () => {
  it('of messages are what this program makes', async () => {
    await expect(json({ commands: allCommands.map(vectorOf), replies: allReplies.map(vectorOf) })).toMatchFileSnapshot(
      '../vectors/link-messages.json',
    );
  });

  it('of an exchange are what this program makes', async () => {
    await expect(json(exchange)).toMatchFileSnapshot('../vectors/link-exchange.json');
  });

  it('of an exchange stand at the end of docs/table-profile.md', async () => {
    expect(page.split(marker).length).toBe(2);
    await expect(page.slice(0, page.indexOf(marker)) + section).toMatchFileSnapshot('../../docs/table-profile.md');
  });
});

describe('docs/table-profile.md', () => {
  const missing = (beginnings: readonly string[]): string[] => beginnings.filter((row) => !page.includes(`\n${row} |`));

  it('names every private command and reply with its code', () => {
    const rows = [...Object.entries(linkCommands), ...Object.entries(linkReplies)];
    expect(missing(rows.map(([name, { code }]) => `| \`${code.toString(16).padStart(2, '0')}\` | \`${name}\``))).toEqual([]);
  });

  it('names every outcome with its code', () => {
    expect(missing(outcomes.map((name, code) => `| ${code} | \`${name}\``))).toEqual([]);
  });

  it('says the limits that the program keeps', () => {
    const said = [
      `${dataRoom(leastFrameBytes, 'crc16', true) - 3} bytes`,
      `| 16 MiB; ${maxFilePartsBytes.toLocaleString('en')} bytes |`,
      `| events not acknowledged, under way | ${maxUnacknowledged} |`,
      `at most ${maxEntryBytes.toLocaleString('en')} bytes`,
      `1..${maxHoldMs.toLocaleString('en')}`,
      `| a PD is offline without a valid exchange | after ${offlineMs / 1_000} s |`,
      `after ${maxSessionMs / 3_600_000} h or 2^${Math.log2(maxSessionFrames)} frames`,
      `type 0x${tableFileType.toString(16)}`,
      `MFG, MFGREP data = ${hexOf(encodeCommand('mfg', { oui: doorpadOui, data: new Uint8Array(0) })).replaceAll(/(..)(?!$)/g, '$1 ')} ‖ message`,
    ];
    expect(said.filter((words) => !page.includes(words))).toEqual([]);
  });
});

/** A reader that says what the exchange has it say, in a real PD session. */
class ScriptedReader {
  readonly bench: PdBench;
  readonly commands: Uint8Array[] = [];
  reply: MfgAnswer | undefined;

  constructor() {
    this.bench = new PdBench({
      description: { identity, receiveBytes: leastFrameBytes },
      keys: new Disk<PdKeySet>({ current: new SecretBytes(bytesOf(scbkHex)), pending: undefined }),
      crypto: withRandom(rndB),
      hands: {
        mfg: new Map([
          [
            doorpadOui,
            (data: Uint8Array): MfgAnswer => {
              this.commands.push(data);
              return present(this.reply, 'an answer to a private command');
            },
          ],
        ]),
      },
    });
    this.bench.sink.finishing = [{ status: 'finishing', delayMs: finishingDelayMs }];
  }
}

describe('a PD session', () => {
  it('answers every frame of the published exchange byte for byte, and understands what it was told', () => {
    const reader = new ScriptedReader();
    const { bench } = reader;
    const { frames } = exchange;
    for (let index = 0; index < frames.length; index += 2) {
      const next = turns[index / 2 - 2];
      if (next?.command.name === 'mfg') reader.reply = next.reply as MfgAnswer;
      if (next?.command.name === 'poll' && next.reply.name !== 'ack') bench.pd.report(next.reply as Report, bench.nowMs);
      const replies = bench.raw(bytesOf(present(frames[index], 'a frame').hex)).map(hexOf);
      expect(replies, `frame ${index + 2}`).toEqual([frames[index + 1]?.hex]);
    }
    expect(bench.pd.isSecure).toBe(true);
    expect(hexOf(Uint8Array.from(bench.sink.bytes))).toBe(hexOf(snapshot));
    expect(bench.sink.story[0]).toBe(`begin ${tableFileType} ${snapshot.length} at 0`);
    const parts = reader.commands.map((bytes) => taken(readLinkCommand(bytes))).filter(({ name }) => name === 'filePart');
    expect(hexOf(joined(...parts.map((part) => (part.name === 'filePart' ? part.data : Uint8Array.of()))))).toBe(hexOf(order));
  });

  it('is shown only messages and entries that can be read', () => {
    const messages = turns.flatMap(({ reply }) => (reply.name === 'mfgrep' ? [taken(readLinkReply(reply.payload.data))] : []));
    const entries = messages.flatMap((message) => (message.name === 'events' ? message.entries : []));
    expect(entries.map((entry) => decodeEntry(entry)?.code)).toEqual(['table.applied', 'access.granted', 'order.released']);
  });
});
