/** The capture format other tools share: what is written is read, in whatever way they write it. */
import { describe, expect, it } from 'vitest';
import { osdpcapLine, readOsdpcap } from '../../src/osdp/osdpcap.ts';
import { bytesOf } from './bytes.ts';

describe('a shared capture', () => {
  it('has one object a line, with the names other tools look for', () => {
    expect(osdpcapLine({ atMs: 1_580_342_115_984.5, bytes: bytesOf('ff530109') })).toBe(
      '{"timeSec":"1580342115","timeNano":"984500000","io":"trace","data":"ff 53 01 09","osdpTraceVersion":"1","osdpSource":"doorpad"}\n',
    );
  });

  it('is read as it was written', () => {
    const records = [
      { atMs: 0, bytes: bytesOf('53') },
      { atMs: 12_345.25, bytes: bytesOf('ff5380ab') },
      { atMs: 20_000, bytes: new Uint8Array() },
    ];
    expect(readOsdpcap(records.map(osdpcapLine).join(''))).toEqual({ ok: true, value: records });
  });

  it('is read as others write it: with dashes, spaces, capitals and numbers', () => {
    const text = '{ "timeSec" : 5, "timeNano" : 500000000, "io" : "input", "data" : "53-80-AB" }\r\n\n{"timeSec":"6","timeNano":"0","data":" ff 53"}';
    expect(readOsdpcap(text)).toEqual({
      ok: true,
      value: [
        { atMs: 5_500, bytes: bytesOf('5380ab') },
        { atMs: 6_000, bytes: bytesOf('ff53') },
      ],
    });
  });

  it.each([
    ['no json', 'is no JSON object'],
    ['7', 'is no JSON object'],
    ['null', 'is no JSON object'],
    ['{"timeSec":"x","timeNano":"0","data":""}', 'timeSec and timeNano must be numbers'],
    ['{"timeSec":"1","timeNano":-1,"data":""}', 'timeSec and timeNano must be numbers'],
    ['{"timeSec":"1","timeNano":"0","data":"5"}', 'data must be pairs of hexadecimal digits'],
    ['{"timeSec":"1","timeNano":"0","data":7}', 'data must be pairs of hexadecimal digits'],
  ])('that is none is refused with its line: %s', (line, sentence) => {
    expect(readOsdpcap(`\n${line}\n`)).toEqual({ ok: false, failure: { line: 2, sentence } });
  });
});
