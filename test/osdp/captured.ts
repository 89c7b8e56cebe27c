/** The captures of test/vectors/osdp as frames, each with what a listener made of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Capture, readCapture } from '../../src/osdp/capture.ts';
import type { Frame } from '../../src/osdp/frame.ts';
import { Framer } from '../../src/osdp/framer.ts';
import { type Heard, Listener } from '../../src/osdp/listener.ts';
import { hexOf } from './bytes.ts';
import { crypto, taken } from './secure-pair.ts';

const folder = join(import.meta.dirname, '../vectors/osdp');

export const captureNames = readdirSync(folder)
  .filter((name) => name.endsWith('.jsonl'))
  .map((name) => name.replace('.jsonl', ''));

export const captureText = (name: string): string => readFileSync(join(folder, `${name}.jsonl`), 'utf8');
export const captureNamed = (name: string): Capture => taken(readCapture(captureText(name)));

/** What another implementation read in the same captures, a line for each burst of bytes; only of captures with sessions. */
export const decodedNames = readdirSync(join(folder, 'decoded')).map((name) => name.replace('.jsonl', ''));
export interface OtherReading {
  readonly hex: string;
  readonly check_ok: boolean;
  readonly data: string;
  readonly plain?: string;
  readonly mac_ok?: boolean;
  readonly cryptogram_ok?: boolean;
  readonly dec_err?: string;
  readonly retransmit?: boolean;
}
export const otherReadings = (name: string): readonly OtherReading[] =>
  readFileSync(join(folder, 'decoded', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as OtherReading)
    .filter(({ hex }) => hex !== undefined);

export interface HeardFrame {
  readonly frame: Frame;
  readonly heard: Heard;
  /** The last note before it. */
  readonly note: string;
}

/** One burst of bytes of a capture, and what was in it. */
export interface Burst {
  readonly hex: string;
  readonly frames: readonly HeardFrame[];
  readonly dropped: readonly string[];
}

export const burstsOf = (capture: Capture): readonly Burst[] => {
  const listener = new Listener(crypto, capture.keys);
  let note = '';
  let frames: HeardFrame[] = [];
  let dropped: string[] = [];
  const framer = new Framer({
    frame: (frame) => {
      frames.push({ frame, heard: listener.hear(frame), note });
    },
    dropped: (reason) => {
      dropped.push(reason);
    },
  });
  const bursts: Burst[] = [];
  for (const record of capture.records) {
    if (record.kind === 'note') note = record.text;
    else {
      framer.receive(record.bytes, record.atUs / 1000);
      // What a burst leaves unfinished stays so: both ends were silent after it.
      framer.expire(Number.POSITIVE_INFINITY);
      bursts.push({ hex: hexOf(record.bytes), frames, dropped });
      frames = [];
      dropped = [];
    }
  }
  return bursts;
};
