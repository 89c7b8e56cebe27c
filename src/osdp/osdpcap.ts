/**
 * The capture format other OSDP tools share (.osdpcap, version 1 of SIA's libosdp-conformance): one JSON object a line, with a time and the
 * bytes of a message. Writes whole frames; reads what there is. Our own recordings of both ends are capture.ts's.
 */
import { failed, ok, type Result } from '../shared/result.ts';
import type { CaptureFault } from './capture.ts';

export interface TracedBytes {
  /** Milliseconds, with a fraction; since 1970 where the tool that wrote it knew. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
}

const source = 'doorpad';
const nanosPerMs = 1_000_000;

/** One line, with its end. `trace`: heard, neither sent nor meant for who wrote it. */
export const osdpcapLine = ({ atMs, bytes }: TracedBytes): string => {
  const seconds = Math.floor(atMs / 1_000);
  const nanos = Math.floor((atMs - seconds * 1_000) * nanosPerMs);
  const data = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const fields = { timeSec: String(seconds), timeNano: String(nanos).padStart(9, '0'), io: 'trace', data };
  return `${JSON.stringify({ ...fields, osdpTraceVersion: '1', osdpSource: source })}\n`;
};

/** A whole file. */
export const readOsdpcap = (text: string): Result<readonly TracedBytes[], CaptureFault> => {
  const records: TracedBytes[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const record = recordIn(line);
    if (typeof record === 'string') return failed({ line: index + 1, sentence: record });
    records.push(record);
  }
  return ok(records);
};

const recordIn = (line: string): TracedBytes | string => {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return 'is no JSON object';
  }
  if (typeof fields !== 'object' || fields === null) return 'is no JSON object';
  const { timeSec, timeNano, data } = fields as Readonly<Record<string, unknown>>;
  const [seconds, nanos] = [numberOf(timeSec), numberOf(timeNano)];
  if (seconds === undefined || nanos === undefined) return 'timeSec and timeNano must be numbers';
  const bytes = typeof data === 'string' ? bytesOf(data) : undefined;
  if (bytes === undefined) return 'data must be pairs of hexadecimal digits';
  return { atMs: seconds * 1_000 + nanos / nanosPerMs, bytes };
};

/** Tools write numbers as text. */
const numberOf = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && /^[0-9]{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
};

/** With spaces or dashes between the bytes, or nothing. */
const bytesOf = (data: string): Uint8Array | undefined => {
  const digits = data.replaceAll(/[\s-]/g, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16));
};
