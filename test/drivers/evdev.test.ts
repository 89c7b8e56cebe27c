/** Bytes of input devices to events, in both layouts and cut anywhere. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { EvdevDecoder, type EvdevEvent, type EvdevEventBytes, eventBytesOf } from '../../src/drivers/evdev.ts';
import { evKey, evMsc, evSw, evSyn, inputEvent, synDropped } from './evdev-fifo.ts';

/**
 * KEY_NUMERIC_1 pressed and released by a matrix keypad (scan code, key, report), in both layouts of struct input_event:
 * 24 bytes as a 64-bit process reads them, 16 as a 32-bit one does.
 */
const recorded: Readonly<Record<EvdevEventBytes, string>> = {
  24: [
    '806f5b690000000090d00300000000000400040011000000',
    '806f5b690000000090d00300000000000100010201000000',
    '806f5b690000000090d00300000000000000000000000000',
    '806f5b6900000000f0ba0400000000000400040011000000',
    '806f5b6900000000f0ba0400000000000100010200000000',
    '806f5b6900000000f0ba0400000000000000000000000000',
  ].join(''),
  16: [
    '806f5b6990d003000400040011000000',
    '806f5b6990d003000100010201000000',
    '806f5b6990d003000000000000000000',
    '806f5b69f0ba04000400040011000000',
    '806f5b69f0ba04000100010200000000',
    '806f5b69f0ba04000000000000000000',
  ].join(''),
};
const recordedEvents: readonly EvdevEvent[] = [
  { kind: 'key', code: 0x201, value: 1, atWallMs: 1_767_600_000_250 },
  { kind: 'key', code: 0x201, value: 0, atWallMs: 1_767_600_000_310 },
];
const layouts: readonly EvdevEventBytes[] = [24, 16];

function decode(eventBytes: EvdevEventBytes, chunks: readonly Uint8Array[]): (EvdevEvent | 'dropped')[] {
  const told: (EvdevEvent | 'dropped')[] = [];
  const decoder = new EvdevDecoder(eventBytes);
  for (const chunk of chunks) decoder.feed(chunk, { event: (event) => told.push(event), dropped: () => told.push('dropped') });
  return told;
}

const inChunks = (bytes: Uint8Array, random: Random): Uint8Array[] => {
  const chunks: Uint8Array[] = [];
  for (let taken = 0; taken < bytes.length; ) {
    const length = random.int(60);
    chunks.push(bytes.subarray(taken, taken + length));
    taken += length;
  }
  return chunks;
};

describe('EvdevDecoder', () => {
  it('knows the layout of each architecture Node runs on here', () => {
    expect(['x64', 'arm64', 'riscv64', 'arm', 'ia32'].map(eventBytesOf)).toEqual([24, 24, 24, 16, 16]);
  });

  it.each(layouts)('reads a key press and its release from a keypad in events of %i bytes', (eventBytes) => {
    expect(decode(eventBytes, [Buffer.from(recorded[eventBytes], 'hex')])).toEqual(recordedEvents);
  });

  it.each(layouts)('reads the same byte by byte (%i bytes an event)', (eventBytes) => {
    const bytes = Buffer.from(recorded[eventBytes], 'hex');
    expect(
      decode(
        eventBytes,
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
      ),
    ).toEqual(recordedEvents);
  });

  it.each(layouts)('reads the same however the bytes are cut (%i bytes an event)', (eventBytes) => {
    const seed = Date.now() >>> 0;
    const random = new Random(seed);
    const bytes = Buffer.from(recorded[eventBytes].repeat(20), 'hex');
    const whole = decode(eventBytes, [bytes]);
    for (let trial = 0; trial < 50; trial++) expect(decode(eventBytes, inChunks(bytes, random)), `seed ${seed}`).toEqual(whole);
  });

  it.each(layouts)('throws at nothing, and tells nothing but keys and switches, from any bytes (%i bytes an event)', (eventBytes) => {
    const seed = Date.now() >>> 0;
    const random = new Random(seed);
    for (let trial = 0; trial < 200; trial++) {
      for (const told of decode(eventBytes, inChunks(random.bytes(960), random))) {
        if (told !== 'dropped') expect(['key', 'switch'], `seed ${seed}`).toContain(told.kind);
      }
    }
  });

  it.each(layouts)('reads switches, negative values, and stamps after 2038 (%i bytes an event)', (eventBytes) => {
    const atWallMs = Date.UTC(2100, 1, 28);
    const bytes = [inputEvent(eventBytes, evSw, 0, 1, atWallMs), inputEvent(eventBytes, evKey, 2, -7, atWallMs)];
    expect(decode(eventBytes, bytes)).toEqual([
      { kind: 'switch', code: 0, value: 1, atWallMs },
      { kind: 'key', code: 2, value: -7, atWallMs },
    ]);
  });

  it('passes over everything from SYN_DROPPED up to and including the next report, then says once that events were lost', () => {
    const event = (type: number, code: number, value: number): Uint8Array => inputEvent(24, type, code, value);
    const told = decode(24, [
      event(evKey, 2, 1),
      event(evSyn, synDropped, 0),
      event(evKey, 3, 1),
      event(evSyn, synDropped, 0),
      event(evMsc, 4, 1),
      event(evKey, 2, 0),
      event(evSyn, 0, 0),
      event(evKey, 4, 1),
    ]);
    expect(told.map((each) => (each === 'dropped' ? each : `${each.code}=${each.value}`))).toEqual(['2=1', 'dropped', '4=1']);
  });
});
