/**
 * Recorded lines: one JSON object a line, a header first, then what was on the wire and notes between. Decides what a record is; the bytes in
 * it are framer.ts's and listener.ts's to read.
 */
import { failed, ok, type Result } from '../shared/result.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';
import { scbkBytes } from './scbk.ts';

/** One burst of bytes in one direction: marks, a frame, or whatever there was. */
export interface CapturedBytes {
  readonly kind: 'bytes';
  /** Microseconds since the first record. */
  readonly atUs: number;
  /** From PD to ACU. */
  readonly isReply: boolean;
  readonly bytes: Uint8Array;
}

export interface CapturedNote {
  readonly kind: 'note';
  readonly text: string;
}

export interface Capture {
  readonly scenario: string;
  /** Every SCBK the header names, each once: what a listener needs. */
  readonly keys: readonly SecretBytes[];
  readonly records: readonly (CapturedBytes | CapturedNote)[];
}

/** Line counted from 1, and what is wrong with it, a sentence. */
export interface CaptureFault {
  readonly line: number;
  readonly sentence: string;
}

/** Whether it is a reply, by the word of the file: CP is the ACU. */
const directions = new Map<unknown, boolean>([
  ['cp>pd', false],
  ['pd>cp', true],
]);

/** A whole capture file. Records of other kinds are left out. */
export const readCapture = (text: string): Result<Capture, CaptureFault> => {
  const lines = text.split('\n').map((line) => line.trim());
  const header = parsed(lines[0] as string);
  if (header?.type !== 'header' || typeof header.scenario !== 'string') return failed({ line: 1, sentence: 'a capture begins with a header' });
  const records: (CapturedBytes | CapturedNote)[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line === '') continue;
    const fields = parsed(line);
    const record = fields === undefined ? 'is no JSON object' : recordIn(fields);
    if (typeof record === 'string') return failed({ line: index + 1, sentence: record });
    if (record !== undefined) records.push(record);
  }
  return ok({ scenario: header.scenario, keys: keysIn(header), records });
};

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (line: string): Fields | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** A sentence when it cannot be read; undefined when it is of another kind. */
const recordIn = ({ hex, dir, t_us: atUs, note }: Fields): CapturedBytes | CapturedNote | string | undefined => {
  if (hex === undefined) return typeof note === 'string' ? { kind: 'note', text: note } : undefined;
  const bytes = typeof hex === 'string' ? bytesOfHex(hex) : undefined;
  if (bytes === undefined) return 'hex must be pairs of hexadecimal digits';
  const isReply = directions.get(dir);
  if (isReply === undefined) return 'dir must be cp>pd or pd>cp';
  if (typeof atUs !== 'number') return 't_us must be a number';
  return { kind: 'bytes', atUs, isReply, bytes };
};

/** Of the header and of each session it lists. */
const keysIn = ({ scbk, sessions }: Fields): readonly SecretBytes[] => {
  const named = [scbk, ...(Array.isArray(sessions) ? sessions.filter(isFields).map((session) => session.scbk) : [])];
  return [...new Set(named)]
    .map((hex) => (typeof hex === 'string' ? bytesOfHex(hex) : undefined))
    .filter((bytes) => bytes?.length === scbkBytes)
    .map((bytes) => new SecretBytes(bytes as Uint8Array));
};

const bytesOfHex = (hex: string): Uint8Array | undefined =>
  /^(?:[0-9a-f]{2})*$/i.test(hex)
    ? Uint8Array.from({ length: hex.length / 2 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16))
    : undefined;
