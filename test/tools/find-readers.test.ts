/** What the search for readers finds on lines of every kind, and what it says of them. */
import { describe, expect, it } from 'vitest';
import { FaultyLine } from '../../sim/line/faults.ts';
import { Random } from '../../sim/random.ts';
import { lineBaudRates } from '../../src/config/settings.ts';
import { commands } from '../../src/osdp/commands.ts';
import { encodeFrame } from '../../src/osdp/frame.ts';
import type { Line } from '../../src/ports/line.ts';
import { type Progress, ReaderSearch, type Search, type SearchOptions } from '../../src/tools/find-readers.ts';
import { lineStateOf, progressText, searchReport } from '../../src/tools/find-report.ts';
import { LineAsker } from '../../src/tools/line-asker.ts';
import { crypto } from '../osdp/secure-pair.ts';
import { LinePlace } from './line-place.ts';

const few: SearchOptions = { baudRates: [9_600, 38_400], addresses: [0, 1, 2, 3, 126], isThorough: false };

const search = async (place: LinePlace, options: Partial<SearchOptions> = {}, line: Line = place.near, told: Progress[] = []): Promise<Search> => {
  const asker = new LineAsker(line, place.clock, 9_600);
  await place.until(asker.attached);
  const found = await place.until(new ReaderSearch(asker, crypto, (progress) => told.push(progress)).run({ ...few, ...options }));
  asker.stop();
  return found;
};
const said = (found: Search): string => searchReport(found).join('\n');

describe('a search for readers', () => {
  it('finds one reader among all addresses and rates, and says who it is', async () => {
    const place = new LinePlace();
    place.add({ address: 77, baudRate: 38_400, serial: 0x1234 });
    const told: Progress[] = [];
    const found = await search(
      place,
      { baudRates: [...lineBaudRates], addresses: Array.from({ length: 127 }, (_, address) => address) },
      place.near,
      told,
    );
    expect(said(found)).toBe(
      'Reader at address 77, 38400 baud: maker 0C-1B-2A, model 40, version 11, serial 00001234, firmware 1.2.3. It speaks without a key.',
    );
    expect(told.filter(({ what }) => what === 'asking').map(({ baudRate }) => baudRate)).toEqual(Array<number>(127).fill(38_400));
    expect(place.clock.nowMs()).toBeLessThan(40_000);
  });

  it('finds several, each with its own address, though they garble each other when all are called', async () => {
    const place = new LinePlace();
    place.add({ address: 0, serial: 1 });
    place.add({ address: 126, serial: 2, isKeyed: true });
    place.add({ address: 2, serial: 3, policy: { allowInstall: () => true } });
    const found = await search(place);
    expect(found.readers.map(({ address, takesDefaultKey, speaksClear }) => [address, takesDefaultKey, speaksClear])).toEqual([
      [0, false, true],
      [2, true, true],
      [126, false, false],
    ]);
    expect(said(found)).toContain('It speaks only with its own key.');
    expect(said(found)).toContain('It takes the default key that everybody knows');
    expect(found.conflicts).toEqual([]);
    expect(lineStateOf(found.noise)).toBe('quiet');
  });

  it('looks at every rate for readers that do not answer when all are called, and when asked to be thorough', async () => {
    const place = new LinePlace();
    place.add({ address: 3, serial: 1 });
    place.add({ address: 3, serial: 2, baudRate: 38_400 });
    expect((await search(place)).readers.map(({ baudRate }) => baudRate)).toEqual([9_600, 38_400]);
    const mute = new LinePlace();
    const isForAll = (bytes: Uint8Array): boolean => bytes[1] === 0xff || bytes[2] === 0xff;
    mute.add({ address: 3, baudRate: 38_400, saying: (bytes) => (isForAll(bytes) ? undefined : bytes) });
    mute.add({ address: 1, serial: 5, saying: (bytes) => (isForAll(bytes) ? undefined : bytes) });
    expect((await search(mute)).readers.map(({ address }) => address)).toEqual([1, 3]);
    const one = new LinePlace();
    one.add({ address: 3 });
    const told: Progress[] = [];
    await search(one, { isThorough: true }, one.near, told);
    expect(new Set(told.filter(({ what }) => what === 'asking').map(({ baudRate }) => baudRate))).toEqual(new Set([9_600, 38_400]));
  });

  it('looks at one rate only where the same reader answers at each, as on a pty', async () => {
    const place = new LinePlace();
    place.add({ address: 3, serial: 1 });
    place.add({ address: 3, serial: 1, baudRate: 38_400 });
    const found = await search(place);
    expect([found.ratesAlike, found.readers.map(({ baudRate }) => baudRate)]).toEqual([9_600, [9_600]]);
    expect((await search(place, { isThorough: true })).readers.map(({ baudRate }) => baudRate)).toEqual([9_600, 38_400]);
  });

  it('names two readers at one address, whether both are heard or they garble each other', async () => {
    const apart = new LinePlace();
    apart.add({ address: 2, serial: 0xa });
    apart.add({ address: 2, serial: 0xb, thinksMs: 30 });
    const heard = await search(apart);
    expect(heard.conflicts).toMatchObject([{ address: 2, identities: [{ serial: 0xa }, { serial: 0xb }] }]);
    expect(said(heard)).toMatch(/^Two readers answer at address 2, 9600 baud: .*serial 0000000A.*; and .*serial 0000000B.*another address\.$/);
    const together = new LinePlace();
    together.add({ address: 2, serial: 0xa });
    together.add({ address: 2, serial: 0xb });
    together.add({ address: 3, serial: 0xc });
    const garbled = await search(together);
    expect(garbled.conflicts).toEqual([{ baudRate: 9_600, address: 2, identities: [] }]);
    expect(garbled.readers.map(({ address }) => address)).toEqual([3]);
    expect(said(garbled)).toContain('two readers with the same address, most likely');
    expect(said(garbled)).not.toContain('noise');
  });

  it('says when nothing is there, and what to look at', async () => {
    expect(said(await search(new LinePlace()))).toBe(
      'No reader was found.\nNot a byte came back: check the power of the reader, the wires, and that A and B are not swapped; and that this is the right port.',
    );
  });

  it('says nothing on a line on which a controller speaks', async () => {
    const place = new LinePlace();
    place.add({ address: 1 });
    const other = place.wire.end();
    const poll = encodeFrame({
      address: 1,
      isReply: false,
      sequence: 0,
      check: 'crc16',
      security: undefined,
      code: commands.poll.code,
      data: new Uint8Array(),
    });
    const speak = (): void => {
      other.send(poll);
      place.clock.setTimeout(speak, 200);
    };
    speak();
    const told: Progress[] = [];
    const found = await search(place, {}, place.near, told);
    expect(found).toMatchObject({ controller: { baudRate: 9_600, address: 1 }, readers: [] });
    expect(told.every(({ what }) => what === 'listening')).toBe(true);
    expect(said(found)).toContain('nothing was asked');
  });

  it.each([
    ['noisy', (random: Random) => random.between(1, 254), 'There is noise on the line'],
    ['swapped', () => 0, 'A and B look swapped'],
  ] as const)('knows a line that is %s', async (state, byteOf, sentence) => {
    const place = new LinePlace();
    const random = new Random(7);
    const other = place.wire.end();
    const babble = (): void => {
      other.send(Uint8Array.from({ length: 3 }, () => byteOf(random)));
      place.clock.setTimeout(babble, 50);
    };
    babble();
    const found = await search(place);
    expect(lineStateOf(found.noise)).toBe(state);
    expect(said(found)).toContain('No reader was found.');
    expect(said(found)).toContain(sentence);
  });

  it('finds a reader through some noise, and says that there is noise', async () => {
    const place = new LinePlace();
    place.add({ address: 2 });
    const line = new FaultyLine(place.near, place.clock, new Random(3), { bitErrorRate: 0.002 });
    expect((await search(place, {}, line)).readers.map(({ address }) => address)).toEqual([2]);
  });

  it('does not take its own voice for an answer', async () => {
    const place = new LinePlace();
    place.add({ address: 2 });
    const line = new FaultyLine(place.near, place.clock, new Random(3), { echoes: true });
    const found = await search(place, {}, line);
    expect([found.readers.length, found.conflicts.length, lineStateOf(found.noise)]).toEqual([1, 0, 'quiet']);
  });

  it('tells of a reader that answers only when all are called', async () => {
    const place = new LinePlace();
    place.add({ address: 9 });
    const found = await search(place);
    expect(said(found)).toContain('A reader answers at 9600 baud when everybody is called, but at no address of its own: maker');
  });

  it('takes a reader that refuses or says nothing to its questions as it is', async () => {
    const place = new LinePlace();
    let answers = 0;
    place.add({
      address: 2,
      saying: (bytes) => {
        answers += 1;
        // Two for the call to all and its repeat at most, three identities; then it falls silent.
        return answers > 4 ? undefined : bytes;
      },
    });
    const found = await search(place, { baudRates: [9_600] });
    expect(found.readers).toMatchObject([{ address: 2, takesDefaultKey: false, speaksClear: undefined }]);
    expect(said(found)).toContain('It did not say whether it needs a key.');
  });

  it('forgets an address that answers, but never says who it is', async () => {
    const place = new LinePlace();
    const other = place.wire.end();
    const nak = encodeFrame({ address: 3, isReply: true, sequence: 0, check: 'crc16', security: undefined, code: 0x41, data: Uint8Array.of(3) });
    other.listen({
      received: (bytes) => {
        if (bytes.includes(0x61) && bytes[2] === 3) place.clock.setTimeout(() => other.send(nak), 1);
      },
      attached: () => undefined,
    });
    const found = await search(place, { baudRates: [9_600] });
    expect(found).toMatchObject({ readers: [], conflicts: [], noise: { damaged: 0 } });
  });

  it('tells how far it is', () => {
    expect(progressText({ what: 'listening', baudRate: 9_600 })).toBe('Listening at 9600 baud …');
    expect(progressText({ what: 'calling', baudRate: 9_600 })).toBe('Calling everybody at 9600 baud …');
    expect(progressText({ what: 'asking', baudRate: 9_600, address: 5 })).toBe('Asking address 5 at 9600 baud …');
    expect(progressText({ what: 'asking', baudRate: 9_600 })).toBe('Asking each address at 9600 baud …');
  });
});
