/** The label of a reader: what people read on it, and its QR code as drawn, read back module by module (ISO/IEC 18004). */
import { describe, expect, it } from 'vitest';
import { emsOf, labelOf, labelText } from '../../src/tools/label.ts';

type Rows = readonly (readonly boolean[])[];

const maskAt: readonly ((x: number, y: number) => number)[] = [
  (x, y) => (y + x) % 2,
  (_, y) => y % 2,
  (x) => x % 3,
  (x, y) => (y + x) % 3,
  (x, y) => (Math.trunc(y / 2) + Math.trunc(x / 3)) % 2,
  (x, y) => ((y * x) % 2) + ((y * x) % 3),
  (x, y) => (((y * x) % 2) + ((y * x) % 3)) % 2,
  (x, y) => (((y + x) % 2) + ((y * x) % 3)) % 2,
];
/** The format words of level L, by mask, as the standard's annex C lists them. */
const formatWords = [0x77c4, 0x72f3, 0x7daa, 0x789d, 0x662f, 0x6318, 0x6c41, 0x6976];
const dataWords = [19, 34, 55, 80, 108];

const bitAt = (rows: Rows, x: number, y: number): number => (rows[y]?.[x] === true ? 1 : 0);
const formatOf = (rows: Rows): readonly [number, number] => {
  const size = rows.length;
  const first = [...[0, 1, 2, 3, 4, 5, 7, 8].map((y) => [8, y] as const), ...[7, 5, 4, 3, 2, 1, 0].map((x) => [x, 8] as const)];
  const second = [
    ...Array.from({ length: 8 }, (_, i) => [size - 1 - i, 8] as const),
    ...Array.from({ length: 7 }, (_, i) => [8, size - 7 + i] as const),
  ];
  const word = (places: readonly (readonly [number, number])[]): number => places.reduce((sum, [x, y], bit) => sum | (bitAt(rows, x, y) << bit), 0);
  return [word(first), word(second)];
};

const isPattern = (size: number, x: number, y: number): boolean => {
  const isFinder = (x < 9 && y < 9) || (x >= size - 8 && y < 9) || (x < 9 && y >= size - 8);
  const isAlignment = size > 21 && x >= size - 9 && x <= size - 5 && y >= size - 9 && y <= size - 5;
  return isFinder || isAlignment || x === 6 || y === 6;
};

const codewordsOf = (rows: Rows, mask: number): readonly number[] => {
  const size = rows.length;
  const columns = Array.from({ length: size }, (_, x) => size - 1 - x).filter((x) => x !== 6);
  const bits: number[] = [];
  for (let pair = 0; pair < columns.length; pair += 2) {
    const down = Array.from({ length: size }, (_, y) => y);
    for (const y of pair % 4 === 0 ? down.toReversed() : down) {
      for (const x of [columns[pair] ?? 0, columns[pair + 1] ?? 0]) {
        if (!isPattern(size, x, y)) bits.push(bitAt(rows, x, y) ^ (maskAt[mask]?.(x, y) === 0 ? 1 : 0));
      }
    }
  }
  return Array.from({ length: Math.floor(bits.length / 8) }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8).join(''), 2));
};

const read = (rows: Rows): string => {
  const version = (rows.length - 17) / 4;
  const [first, second] = formatOf(rows);
  expect(first).toBe(second);
  const mask = formatWords.indexOf(first);
  const codewords = codewordsOf(rows, mask);
  const data = codewords.slice(0, dataWords[version - 1]);
  const nibbles = data.flatMap((word) => [word >> 4, word & 15]);
  expect(nibbles[0]).toBe(4);
  const count = ((nibbles[1] ?? 0) << 4) | (nibbles[2] ?? 0);
  const bytes = Uint8Array.from({ length: count }, (_, at) => ((nibbles[3 + at * 2] ?? 0) << 4) | (nibbles[4 + at * 2] ?? 0));
  return new TextDecoder().decode(bytes);
};

/** The modules as the label draws them, without the quiet zone. */
const drawnRows = (label: string): Rows => {
  const drawn = new Set([...label.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`));
  const places = [...drawn].flatMap((place) => place.split(' ').map(Number));
  const [first, last] = [Math.min(...places), Math.max(...places)];
  expect(first).toBe(4);
  const along = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return along.map((y) => along.map((x) => drawn.has(`${x} ${y}`)));
};

describe('a label', () => {
  const reader = Uint8Array.from({ length: 16 }, (_, at) => at);

  it('names the reader to people, and by its identity in the code', () => {
    const label = labelOf({ name: 'Gate <A> & "B"', address: 126, serial: 'x'.repeat(32) }, reader);
    expect(label).toContain('<title>Gate &lt;A&gt; &amp; &quot;B&quot;, address 126</title>');
    expect(label).toContain('>Address 126</text>');
    expect(label).toContain(`>Serial ${'x'.repeat(32)}</text>`);
    expect(labelText({ name: 'x', address: 5, serial: 'S1' }, reader)).toBe('doorpad:reader=000102030405060708090a0b0c0d0e0f&address=5&serial=S1');
  });

  it.each([undefined, 'S1', 'x'.repeat(32)])('is read by a scanner as it is told to people, with serial number %s', (serial) => {
    const place = { name: 'Gate', address: 126, serial };
    const rows = drawnRows(labelOf(place, reader));
    const finder = rows.slice(0, 7).map((row) => row.slice(0, 7).map(Number).join(''));
    expect(finder).toEqual(['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111']);
    expect(read(rows)).toBe(labelText(place, reader));
  });

  /** Each line of a label with the room it takes, and the room there is. */
  const measured = (name: string, serial?: string): readonly (readonly [text: string, mm: number, roomMm: number])[] =>
    [...labelOf({ name, address: 126, serial }, reader).matchAll(/<text x="([0-9.]+)" y="[0-9.]+" font-size="([0-9.]+)"[^>]*>([^<]*)</g)].map(
      ([, x, size, text = '']) => [text, emsOf(text) * Number(size), 90 - Number(x)],
    );

  it('has a long name on two lines, broken between words, in letters that fit', () => {
    const lines = measured('Haupteingang Parkhaus Nordseite');
    expect(lines.slice(0, 2).map(([text]) => text)).toEqual(['Haupteingang', 'Parkhaus Nordseite']);
    expect(measured('Gate').map(([text]) => text)).toEqual(['Gate', 'Address 126', '00010203']);
  });

  it.each([
    'A very long name of a very far gate',
    'W'.repeat(64),
    '正門'.repeat(32),
    '🚪'.repeat(32),
    'é'.repeat(64),
    '東京本社ビル地下駐車場北側入口ゲート',
  ])('runs off no edge with the name %s and the longest serial number', (name) => {
    for (const [text, mm, roomMm] of measured(name, 'W'.repeat(32)))
      expect([text, mm]).toEqual([text, expect.toSatisfy((wide: number) => wide <= roomMm)]);
  });

  it('cuts a name only where two lines of small letters do not hold it, and between characters', () => {
    const [first, second] = measured('👩‍🚒'.repeat(40)).map(([text]) => text);
    expect([(first ?? '').replaceAll('👩‍🚒', ''), (second ?? '').replaceAll('👩‍🚒', '')]).toEqual(['', '…']);
    expect(labelOf({ name: 'Gate', address: 0, serial: undefined }, reader)).not.toContain('Serial');
  });
});
