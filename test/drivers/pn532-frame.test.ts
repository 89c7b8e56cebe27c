/** Frames of the PN532 against those of the user manual (UM0701-02), and everything that is none. */
import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/random.ts';
import { ackFrame, commandFrame, maxDataBytes, nackFrame, Pn532Decoder, wakeUp } from '../../src/drivers/pn532-frame.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const decode = (pieces: readonly Uint8Array[]): string[] => {
  const told: string[] = [];
  const decoder = new Pn532Decoder();
  const sink = {
    ack: () => told.push('ack'),
    nack: () => told.push('nack'),
    reply: (bytes: Uint8Array) => told.push(text(bytes)),
    refused: () => told.push('refused'),
    damaged: () => told.push('damaged'),
  };
  for (const piece of pieces) decoder.feed(piece, sink);
  return told;
};

const frame = (data: readonly number[], isExtended = data.length > 255): number[] => {
  const length = isExtended ? [0xff, 0xff, data.length >> 8, data.length & 0xff] : [data.length];
  const lengthCheck = -((data.length >> 8) + (data.length & 0xff)) & 0xff;
  return [0x00, 0x00, 0xff, ...length, lengthCheck, ...data, -data.reduce((total, byte) => total + byte, 0) & 0xff, 0x00];
};

describe('Frames to a PN532', () => {
  it.each([
    ['GetFirmwareVersion', '02', '0000ff 02fe d402 2a 00'],
    ['SAMConfiguration, normal mode', '1401', '0000ff 03fd d41401 17 00'],
    ['InListPassiveTarget, one card of 106 kbps type A', '4a0100', '0000ff 04fc d44a0100 e1 00'],
  ])('are those of the manual: %s', (_, command, bytes) => {
    expect(commandFrame(hex(command))).toEqual(hex(bytes));
  });

  it('are the acknowledgements of the manual', () => {
    expect(text(ackFrame)).toBe('0000ff00ff00');
    expect(text(nackFrame)).toBe('0000ffff0000');
  });

  it('wake a chip that sleeps without being a frame themselves', () => {
    expect(decode([wakeUp])).toEqual([]);
    expect(text(wakeUp.subarray(0, 4))).toBe('55550000');
  });

  it('hold 1 to 254 bytes', () => {
    expect(decode([commandFrame(new Uint8Array(254))])).toEqual([]);
    expect(() => commandFrame(new Uint8Array())).toThrow('1..254 bytes');
    expect(() => commandFrame(new Uint8Array(255))).toThrow('1..254 bytes');
  });
});

describe('Pn532Decoder', () => {
  const firmware = hex('0000ff 06fa d50332010607 e8 00');

  it.each([
    ['an acknowledgement', '0000ff00ff00', ['ack']],
    ['a request to repeat', '0000ffff0000', ['nack']],
    ['an error frame', '0000ff01ff7f8100', ['refused']],
    ['the answer of firmware 1.6', '0000ff06fad50332010607e800', ['0332010607']],
    ['an acknowledgement and an answer', '0000ff00ff00 0000ff02fed5151600', ['ack', '15']],
    ['a card of four bytes', '0000ff 0cf4 d54b010100040804fb0ee20b d8 00', ['4b010100040804fb0ee20b']],
    ['a frame without preamble and postamble', '00ff06fad50332010607e8', ['0332010607']],
  ])('takes %s', (_, bytes, told) => {
    expect(decode([hex(bytes)])).toEqual(told);
  });

  it('takes frames cut at every place, and with garbage before and after', () => {
    const bytes = Uint8Array.of(0x55, 0x00, 0xd5, ...ackFrame, 0xff, 0x00, ...firmware, 0x12, ...ackFrame);
    const told = ['ack', 'damaged', '0332010607', 'ack'];
    for (let at = 0; at <= bytes.length; at++) expect(decode([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(told);
    expect(decode([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(told);
  });

  it('takes an extended frame up to the longest, and none that is longer', () => {
    for (const length of [2, 255, 256, maxDataBytes]) {
      const data = [0xd5, ...Array.from({ length: length - 1 }, (_, index) => index & 0x7f)];
      const bytes = Uint8Array.from(frame(data, true));
      expect(decode([bytes, ackFrame])).toEqual([text(Uint8Array.from(data.slice(1))), 'ack']);
      for (let at = 1; at < 9; at++) expect(decode([bytes.subarray(0, at), bytes.subarray(at)])).toHaveLength(1);
    }
    const data = Array.from({ length: maxDataBytes + 1 }, () => 0xd5);
    expect(decode([Uint8Array.from(frame(data)), ackFrame])).toEqual(['damaged', 'ack']);
  });

  it('takes no answer with any one bit wrong', () => {
    for (let bit = 0; bit < firmware.length * 8; bit++) {
      const wrong = Uint8Array.from(firmware);
      const byte = wrong[bit >> 3] ?? 0;
      wrong[bit >> 3] = byte ^ (1 << (bit & 7));
      const told = decode([wrong]);
      // The first zero and the last one are no part of the frame.
      if (bit >> 3 === 0 || bit >> 3 === firmware.length - 1) expect(told).toEqual(['0332010607']);
      else expect(told).not.toContain('0332010607');
    }
  });

  it('finds a frame inside what looked like another', () => {
    expect(decode([Uint8Array.of(0x00, 0x00, 0xff, 0x20, 0xe0), firmware, new Uint8Array(40)])).toEqual(['damaged', '0332010607']);
  });

  it('passes over data that are of no answer', () => {
    expect(decode([[0xd4, 0x02], [0xd5], [0x7f, 0x00], [0x00]].map((data) => Uint8Array.from(frame(data))))).toEqual([]);
  });

  it('takes any bytes at all, holds no more than a frame, and still hears the next one', () => {
    const random = new Random(Date.now());
    const garbage = Array.from({ length: 300 }, () => {
      const bytes = random.bytes(random.int(400));
      return bytes.map((byte) => (random.chance(0.3) ? random.pick([0x00, 0xff]) : byte));
    });
    const told = decode([...garbage, new Uint8Array(maxDataBytes + 10), firmware]);
    expect(told.at(-1), `seed ${random.seed}`).toBe('0332010607');
  });

  it('forgets half a frame when it is told to', () => {
    const told: string[] = [];
    const sink = {
      ack: () => told.push('ack'),
      nack: () => undefined,
      reply: () => told.push('reply'),
      refused: () => undefined,
      damaged: () => told.push('damaged'),
    };
    const decoder = new Pn532Decoder();
    decoder.feed(firmware.subarray(0, 8), sink);
    decoder.forget();
    decoder.feed(firmware.subarray(8), sink);
    decoder.feed(ackFrame, sink);
    expect(told).toEqual(['ack']);
  });
});
