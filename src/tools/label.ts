/** The label that goes on a reader: its name, address and serial number, and a QR code of who it is. No key and no code is on it. */
import { encode } from 'uqr';
import { toHex } from './private-files.ts';
import type { ReaderPlace } from './provision-bundle.ts';

/** A module of the QR code in millimetres, and the quiet zone around it in modules (ISO/IEC 18004). */
const moduleMm = 0.7;
const quietModules = 4;
const [widthMm, heightMm] = [90, 36];
/** More of a name does not fit on a line. */
const maxNameCharacters = 24;

/** What the QR code says: identities, which are no secrets. `reader`: 16 bytes. */
export const labelText = ({ address, serial }: ReaderPlace, reader: Uint8Array): string =>
  `doorpad:reader=${toHex(reader)}&address=${address}${serial === undefined ? '' : `&serial=${serial}`}`;

/** SVG, in millimetres. */
export const labelOf = (place: ReaderPlace, reader: Uint8Array): string => {
  const { name, address, serial } = place;
  const { data: rows } = encode(labelText(place, reader), { ecc: 'L', boostEcc: false, border: 0 });
  const path = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x + quietModules} ${y + quietModules}h1v1h-1z`] : []))).join('');
  const shownName = [...name].length > maxNameCharacters ? `${[...name].slice(0, maxNameCharacters - 1).join('')}…` : name;
  const lines = [`Address ${address}`, ...(serial === undefined ? [] : [`Serial ${serial}`]), toHex(reader).slice(0, 8)];
  const left = (rows.length + 2 * quietModules) * moduleMm;
  const texts = lines.map((line, index) => `  <text x="${left.toFixed(1)}" y="${18 + index * 5}" font-size="3.5">${escaped(line)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${widthMm}mm" height="${heightMm}mm" viewBox="0 0 ${widthMm} ${heightMm}" font-family="sans-serif">
  <title>${escaped(`${name}, address ${address}`)}</title>
  <rect width="${widthMm}" height="${heightMm}" fill="#fff"/>
  <path transform="scale(${moduleMm})" d="${path}"/>
  <text x="${left.toFixed(1)}" y="11" font-size="4.5" font-weight="bold">${escaped(shownName)}</text>
${texts.join('\n')}
</svg>
`;
};

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
