/** The files of listening: keys to decrypt with, and captures, ours and those other tools share. What is heard in them is listen-line.ts's. */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { readCapture } from '../osdp/capture.ts';
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
}

export const readRecordedLine = (bytes: Uint8Array): Result<RecordedLine, string> => {
  const text = new TextDecoder().decode(bytes);
  const [first = ''] = text.split('\n', 1);
  const header = v.safeParse(v.object({ type: v.literal('header') }), parseJson(first));
  return header.success ? ownCapture(text) : sharedCapture(text);
};

const ownCapture = (text: string): Result<RecordedLine, string> => {
  const capture = readCapture(text);
  if (!capture.ok) return failed(`Line ${capture.failure.line}: ${capture.failure.sentence}.`);
  const { records, keys } = capture.value;
  return ok({ keys, bursts: records.flatMap((record) => (record.kind === 'bytes' ? [{ atMs: record.atUs / 1_000, bytes: record.bytes }] : [])) });
};

const sharedCapture = (text: string): Result<RecordedLine, string> => {
  const records = readOsdpcap(text);
  if (!records.ok) return failed(`Line ${records.failure.line}: ${records.failure.sentence}.`);
  const startMs = records.value[0]?.atMs ?? 0;
  return ok({ keys: [], bursts: records.value.map(({ atMs, bytes }) => ({ atMs: atMs - startMs, bytes })) });
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
