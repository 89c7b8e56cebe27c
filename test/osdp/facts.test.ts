/** The small tables of the protocol: NAK reasons, PDCAP functions, keypad codes. */
import { describe, expect, it } from 'vitest';
import { bytesOf, capabilitiesFrom, capabilityListOf, capabilityOfBytes, functionCodes } from '../../src/osdp/capabilities.ts';
import { lineKeyOf, lineKeys } from '../../src/osdp/keypad-codes.ts';
import { nakCodes, nakReasonFor, nakReasonOf } from '../../src/osdp/nak.ts';
import { colors, identityTags } from '../../src/osdp/records.ts';

describe('the capabilities of a PD', () => {
  it('are written in the order of their codes and read again', () => {
    const capabilities = { readers: { level: 0, number: 1 }, check: { level: 1, number: 0 }, receiveBuffer: capabilityOfBytes(1440) };
    const list = capabilityListOf(capabilities);
    expect(list).toEqual([
      { function: 8, level: 1, number: 0 },
      { function: 10, level: 0xa0, number: 0x05 },
      { function: 13, level: 0, number: 1 },
    ]);
    expect(capabilitiesFrom(list)).toEqual(capabilities);
  });

  it('that nobody knows are skipped, wherever they stand', () => {
    const known = { function: 8, level: 1, number: 0 };
    for (const unknown of [0, 18, 200, 255]) {
      const stranger = { function: unknown, level: 9, number: 9 };
      expect(capabilitiesFrom([stranger, known, stranger])).toEqual({ check: { level: 1, number: 0 } });
    }
  });

  it('count the first time when they are said twice', () => {
    const twice = [1, 2].map((level) => ({ function: functionCodes.leds, level, number: 1 }));
    expect(capabilitiesFrom(twice)).toEqual({ leds: { level: 1, number: 1 } });
  });

  it('of sizes are one number in two bytes', () => {
    for (const size of [0, 128, 255, 256, 1440, 65_535]) expect(bytesOf(capabilityOfBytes(size))).toBe(size);
  });

  it('are the seventeen of OSDP.md §8', () => {
    expect(Object.values(functionCodes)).toEqual(Array.from({ length: 17 }, (_, index) => index + 1));
  });
});

describe('the keys on the line', () => {
  it('have one code each, and no other byte is a key', () => {
    const named = Array.from({ length: 256 }, (_, byte) => lineKeyOf(byte)).filter((key) => key !== undefined);
    expect(named.toSorted()).toEqual(Object.keys(lineKeys).toSorted());
    for (const key of named) expect(lineKeyOf(lineKeys[key])).toBe(key);
  });

  it('are digits in ASCII, # as enter and * as delete', () => {
    for (const digit of '0123456789') expect(lineKeyOf(digit.charCodeAt(0))).toBe(digit);
    expect([lineKeys['#'], lineKeys['*']]).toEqual([0x0d, 0x7f]);
  });
});

describe('the numbers of names', () => {
  it('are those of OSDP.md §6 and §7: tags of an extended identity, colours', () => {
    expect(Object.values(identityTags)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(Object.keys(colors)).toEqual(['black', 'red', 'green', 'amber', 'blue', 'magenta', 'cyan', 'white']);
    expect(Object.values(colors)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('a NAK', () => {
  it('has a name for the reasons 1 to 9, and for no other code', () => {
    for (let code = 0; code < 256; code += 1) {
      const reason = nakReasonOf(code);
      expect(reason !== undefined).toBe(code >= 1 && code <= 9);
      if (reason !== undefined) expect(nakCodes[reason]).toBe(code);
    }
  });

  it('of a payload that cannot be read is about its length or its record', () => {
    expect([nakReasonFor('length'), nakReasonFor('value')]).toEqual(['wrongLength', 'wrongRecord']);
  });
});
