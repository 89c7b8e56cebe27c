/** The files of listening: keys to decrypt with, and captures, ours and those other tools share. What is heard in them is listen-line.ts's. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { type CaptureFault, readCapture } from '../osdp/capture.ts';
import { readOsdpcap } from '../osdp/osdpcap.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import type { SecretBytes } from '../shared/secret-bytes.ts';
import { checked, loosenessOf, parseJson, privateFileMode, secretFromHex } from './private-files.ts';

export const maxCaptureBytes = 256 * 1024 * 1024;

/** One burst of bytes, in milliseconds since the first. */
export interface Burst {
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

export interface RecordedLine {
  readonly bursts: readonly Burst[];
  /** Those the file itself names. */
  readonly keys: readonly SecretBytes[];
  /** Of the first burst, since 1970; 0 where the file does not say. */
  readonly startMs: number;
  /** Why nothing was read beyond these bursts, a sentence; undefined: the file is whole. */
  readonly fault: string | undefined;
}

type Read = Omit<RecordedLine, 'fault'>;
const nothingRecorded: Read = { bursts: [], keys: [], startMs: 0 };

/** What can be read of a capture, up to the first record that cannot: one that was cut off is of use as far as it goes. */
export const readRecordedLine = (bytes: Uint8Array): RecordedLine => {
  const text = new TextDecoder().decode(bytes);
  const lines = text.trimEnd().split('\n');
  const header = v.safeParse(v.object({ type: v.literal('header') }), parseJson(lines[0] ?? ''));
  const read = header.success ? ownCapture : sharedCapture;
  const recorded = read(text);
  if (recorded.ok) return { ...recorded.value, fault: undefined };
  const { line, sentence } = recorded.failure;
  const before = read(lines.slice(0, line - 1).join('\n'));
  const found = before.ok ? before.value : nothingRecorded;
  return { ...found, fault: faultText(found.bursts.length, line, line === lines.length, sentence) };
};

const faultText = (records: number, line: number, isLast: boolean, sentence: string): string => {
  if (records === 0) return `Line ${line}: ${sentence}.`;
  const where = isLast ? `The file breaks off in line ${line}, which ${sentence}` : `Line ${line} ${sentence}`;
  return `${where}. ${records === 1 ? '1 record was' : `${records} records were`} read before it${isLast ? '' : ', and none after it'}.`;
};

const ownCapture = (text: string): Result<Read, CaptureFault> => {
  const capture = readCapture(text);
  if (!capture.ok) return capture;
  const { records, keys } = capture.value;
  const bursts = records.flatMap((record) => (record.kind === 'bytes' ? [{ atMs: record.atUs / 1_000, bytes: record.bytes }] : []));
  return ok({ bursts, keys, startMs: 0 });
};

const sharedCapture = (text: string): Result<Read, CaptureFault> => {
  const records = readOsdpcap(text);
  if (!records.ok) return records;
  const startMs = records.value[0]?.atMs ?? 0;
  return ok({ keys: [], startMs, bursts: records.value.map(({ atMs, bytes }) => ({ atMs: atMs - startMs, bytes })) });
};

const scbkHex = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/i));
/** A site's list for its controller, or the keys of one reader. */
const siteShape = v.object({ readers: v.array(v.object({ scbk: scbkHex })) });
const readerShape = v.object({ scbk: v.nullable(scbkHex), pendingScbk: v.nullable(scbkHex) });

/** The keys in a private file: a site's controller.json, a reader's reader.json, or lines of 32 hexadecimal digits. */
export const readKeyFile = (path: string): Result<readonly SecretBytes[], string> =>
  checked(path, () => {
    const loose = loosenessOf(path, privateFileMode);
    if (loose !== undefined) return failed(loose);
    const hexes = hexesIn(readFileSync(path, 'utf8'));
    return hexes === undefined || hexes.length === 0
      ? failed(`${path} holds no keys: it must be a site's controller.json, a reader's reader.json, or lines of 32 hexadecimal digits.`)
      : ok(hexes.map(secretFromHex));
  });

const hexesIn = (text: string): readonly string[] | undefined => {
  const json = parseJson(text);
  const site = v.safeParse(siteShape, json);
  if (site.success) return site.output.readers.map(({ scbk }) => scbk);
  const reader = v.safeParse(readerShape, json);
  if (reader.success) return [reader.output.scbk, reader.output.pendingScbk].filter((hex) => hex !== null);
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.every((line) => v.is(scbkHex, line)) ? lines : undefined;
};
