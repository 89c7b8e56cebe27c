/** The label that goes on a reader: its name, address and serial number, and a QR code of who it is. No key and no code is on it. */
import { encode } from 'uqr';
import { toHex } from './private-files.ts';
import type { ReaderPlace } from './provision-bundle.ts';
import { charactersOf, isWide, wordsOf } from './text-width.ts';

/** A module of the QR code in millimetres, and the quiet zone around it in modules (ISO/IEC 18004). */
const moduleMm = 0.7;
const quietModules = 4;
const [widthMm, heightMm] = [90, 36];
/** Right of the text. */
const marginMm = 2;
/** Of letters, from the wanted to the smallest that can be read. */
const nameSizesMm = [4.5, 4, 3.5, 3];
const detailSizesMm = [3.5, 3, 2.5, 2, 1.5];
/** Where the lines of a name stand: of one, and of two. */
const nameLinesMm: Readonly<Record<number, readonly number[]>> = { 1: [11], 2: [7.5, 12.5] };

/** What the QR code says: identities, which are no secrets. `reader`: 16 bytes. */
export const labelText = ({ address, serial }: ReaderPlace, reader: Uint8Array): string =>
  `doorpad:reader=${toHex(reader)}&address=${address}${serial === undefined ? '' : `&serial=${serial}`}`;

/** SVG, in millimetres. */
export const labelOf = (place: ReaderPlace, reader: Uint8Array): string => {
  const { name, address, serial } = place;
  const { data: rows } = encode(labelText(place, reader), { ecc: 'L', boostEcc: false, border: 0 });
  const path = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x + quietModules} ${y + quietModules}h1v1h-1z`] : []))).join('');
  const lines = [`Address ${address}`, ...(serial === undefined ? [] : [`Serial ${serial}`]), toHex(reader).slice(0, 8)];
  const left = (rows.length + 2 * quietModules) * moduleMm;
  const roomMm = widthMm - left - marginMm;
  const shown = fittedName(name, roomMm);
  const names = shown.lines.map((line, index) =>
    textAt(left, nameLinesMm[shown.lines.length]?.[index] ?? 0, shown.sizeMm, line, ' font-weight="bold"'),
  );
  const texts = lines.map((line, index) => textAt(left, 18 + index * 5, sizeOf([line], detailSizesMm, roomMm) ?? 1.5, line));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthMm}mm" height="${heightMm}mm" viewBox="0 0 ${widthMm} ${heightMm}" font-family="sans-serif">
  <title>${escaped(`${name}, address ${address}`)}</title>
  <rect width="${widthMm}" height="${heightMm}" fill="#fff"/>
  <path transform="scale(${moduleMm})" d="${path}"/>
${[...names, ...texts].join('\n')}
</svg>
`;
};

const textAt = (x: number, y: number, sizeMm: number, text: string, more = ''): string =>
  `  <text x="${x.toFixed(1)}" y="${y}" font-size="${sizeMm}"${more}>${escaped(text)}</text>`;

/** In sizes of the letters, in bold: as wide as a character is in the fonts that `sans-serif` stands for, or a little wider. */
export const emsOf = (text: string): number => charactersOf(text).reduce((sum, character) => sum + emOf(character), 0);

const emOf = (character: string): number => {
  if (isWide(character)) return 1.35;
  if (/^[MWmw@%&…—]$/u.test(character)) return 1;
  if (/^[ijl.,:;'|!() -]$/u.test(character)) return 0.42;
  return /^\p{Lu}/u.test(character) ? 0.79 : 0.7;
};

/** The largest in which every line fits. */
const sizeOf = (lines: readonly string[], sizesMm: readonly number[], roomMm: number): number | undefined =>
  sizesMm.find((sizeMm) => lines.every((line) => emsOf(line) * sizeMm <= roomMm));

/** On one line, or on two, as large as it fits; cut only where it does not fit on two lines of the smallest letters. */
const fittedName = (name: string, roomMm: number): { readonly lines: readonly string[]; readonly sizeMm: number } => {
  for (const sizeMm of nameSizesMm) {
    if (emsOf(name) * sizeMm <= roomMm) return { lines: [name], sizeMm };
    const lines = twoLines(name, roomMm / sizeMm);
    if (lines !== undefined) return { lines, sizeMm };
  }
  const sizeMm = nameSizesMm.at(-1) ?? 3;
  const first = beginningOf(charactersOf(name), roomMm / sizeMm);
  const second = beginningOf(charactersOf(name.slice(first.length).trimStart()), roomMm / sizeMm - emOf('…'));
  return { lines: [first, `${second}…`], sizeMm };
};

/** Broken between words. */
const twoLines = (name: string, roomEms: number): readonly string[] | undefined => {
  const first = beginningOf(wordsOf(name), roomEms);
  const rest = name.slice(first.length).trimStart();
  return first !== '' && emsOf(rest) <= roomEms ? [first.trimEnd(), rest] : undefined;
};

/** As many of these as fit, spaces at the end aside. */
const beginningOf = (parts: readonly string[], roomEms: number): string => {
  let beginning = '';
  for (const part of parts) {
    if (emsOf((beginning + part).trimEnd()) > roomEms) break;
    beginning += part;
  }
  return beginning;
};

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
