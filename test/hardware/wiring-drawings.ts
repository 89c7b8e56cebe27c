/** Draws the wires from the header to the parts, the line, and the circuits of a lock, from their tables. What is wired where is the tables'. */

import { type Circuit, type Element, lineUnits } from '../../hardware/wiring/circuits.ts';
import { wiredParts } from '../../src/config/wires.ts';
import { emsOf } from '../../src/tools/label.ts';
import { startOf } from '../../src/tools/provision-sheets.ts';
import { looks } from './pinout.ts';

const escaped = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const text = (x: number, y: number, size: number, words: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}"${more}>${escaped(words)}</text>`;
/** As large as asked for, or as fits into the room. */
const fitted = (words: string, size: number, room: number): number => Math.min(size, Math.floor((room / emsOf(words)) * 10) / 10);
const middle = ' text-anchor="middle"';
const bold = ' font-weight="bold"';
const line = (x1: number, y1: number, x2: number, y2: number, more = ''): string =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#000" stroke-width="0.6"${more}/>`;
const box = (x: number, y: number, width: number, height: number, fill = '#f4f4f4'): string =>
  `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" rx="1.5" fill="${fill}" stroke="#000" stroke-width="0.6"/>`;
const dot = (x: number, y: number): string => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="0.9"/>`;

/** In millimetres. */
const sheet = (title: string, height: number, parts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="${height}mm" viewBox="0 0 210 ${height}" font-family="sans-serif">
<title>${escaped(title)}</title>
<rect width="210" height="${height}" fill="#fff"/>
${text(10, 12, 6, title, bold)}
${parts.join('\n')}
</svg>
`;

const rowHeight = 6.6;
const partGap = 5;
const [boardX, boardWidth, partX, partWidth] = [10, 62, 132, 68];

export const wiresDrawing = (): string => {
  const drawn: string[] = [
    text(10, 18, 3.2, 'Left: place on the header and GPIO. Right: the terminal of the part. Over a wire: what stands between, or hangs at it.'),
  ];
  let y = 24;
  for (const { title, group, wires } of wiredParts) {
    const height = wires.length * rowHeight + 6.5;
    const look = group === undefined ? undefined : looks[group];
    const heading = `${look === undefined ? '' : `${look.sign}: `}${title}`;
    drawn.push(box(boardX, y, boardWidth, height), box(partX, y, partWidth, height));
    drawn.push(
      `<rect x="${partX}" y="${y.toFixed(1)}" width="${partWidth}" height="5.6" rx="1.5" fill="${look?.colour ?? '#dddddd'}" stroke="#000" stroke-width="0.6"/>`,
      text(partX + 2, y + 4.1, fitted(heading, 3.6, partWidth - 4), heading, bold),
      text(boardX + 2, y + 4.1, 3.2, group === undefined ? 'beside the board' : 'board, header', ' fill="#444"'),
    );
    for (const [index, wire] of wires.entries()) {
      const at = y + 6 + (index + 0.5) * rowHeight;
      drawn.push(
        text(boardX + boardWidth - 2, at + 1.2, 3.4, startOf(wire), ' text-anchor="end"'),
        line(boardX + boardWidth, at, partX, at),
        text(partX + 2, at + 1.2, 3.4, wire.terminal),
      );
      if (wire.through !== undefined) drawn.push(text((boardX + boardWidth + partX) / 2, at - 0.9, 2.9, wire.through, middle));
    }
    y += height + partGap;
  }
  return sheet('Wires of a reader', Math.ceil(y + 3), drawn);
};

const resistor = (x: number, top: number, bottom: number): string => {
  const centre = (top + bottom) / 2;
  return [
    line(x, top, x, bottom),
    `<rect x="${(x - 1.6).toFixed(1)}" y="${(centre - 3.5).toFixed(1)}" width="3.2" height="7" fill="#fff" stroke="#000" stroke-width="0.6"/>`,
    dot(x, top),
    dot(x, bottom),
    text(x + 2.6, centre + 1.2, 3.2, '120 Ω'),
  ].join('\n');
};

export const lineDrawing = (): string => {
  const [a, b, common, shield] = [62, 76, 84, 92];
  const [left, right] = [20, 196];
  const pitch = 46;
  const drawn = [
    text(10, 18, 3.2, 'One cable that passes every unit: no star, no long branches. A and B are one twisted pair.'),
    ...[a, b, common].map((y) => line(left, y, right, y)),
    line(left, shield, right, shield, ' stroke-dasharray="2 1.5"'),
    ...[
      [a, 'A'],
      [b, 'B'],
      [common, 'C'],
      [shield, 'shield'],
    ].map(([y, name]) => text(left - 1.5, Number(y) + 1.2, 3.2, String(name), ' text-anchor="end"')),
  ];
  for (const [index, { title, detail, isTerminated, isGrounded }] of lineUnits.entries()) {
    const x = 24 + index * pitch;
    drawn.push(box(x, 26, 32, 18), text(x + 16, 33, 4, title, middle + bold), text(x + 16, 39, 3.2, detail, middle));
    for (const [offset, y] of [
      [6, a],
      [12, b],
      [18, common],
    ] as const) {
      drawn.push(line(x + offset, 44, x + offset, y), dot(x + offset, y));
    }
    if (isTerminated) drawn.push(resistor(x + 24, a, b));
    if (isGrounded)
      drawn.push(line(x + 24, shield, x + 24, 99), line(x + 20.5, 99, x + 27.5, 99), text(x + 29.5, 100, 3.2, 'earth, at this end only'));
  }
  return sheet('The line', 106, drawn);
};

const element = ({ title, detail, across }: Element, x: number, width: number, y: number): string => {
  const [titleMm, detailMm] = [3.1, 2.7];
  const room = width - 2;
  const parts = [
    box(x, y - 8, width, 16),
    text(x + width / 2, y - 0.8, fitted(title, titleMm, room), title, middle + bold),
    text(x + width / 2, y + 4.4, fitted(detail, detailMm, room), detail, middle),
  ];
  if (across !== undefined) {
    const below = y + 24;
    parts.push(
      dot(x - 2, y),
      dot(x + width + 2, y),
      line(x - 2, y, x - 2, below),
      line(x + width + 2, y, x + width + 2, below),
      line(x - 2, below, x, below),
      line(x + width, below, x + width + 2, below),
      box(x, below - 8, width, 16, '#fff'),
      text(x + width / 2, below - 0.8, fitted(across.title, titleMm, room), across.title, middle + bold),
      text(x + width / 2, below + 4.4, fitted(across.detail, detailMm, room), across.detail, middle),
    );
  }
  return parts.join('\n');
};

export const circuitDrawing = ({ title, words, chain }: Circuit): string => {
  const [y, left, right] = [40, 16, 197];
  const pitch = (right - left) / chain.length;
  const width = Math.min(pitch - 5, 40);
  return sheet(title, 96, [
    text(10, 18, 3.2, words),
    line(left, y, right + 3, y),
    text(left - 6, y + 1.2, 5, '+', bold),
    line(right + 3, y, right + 3, 82),
    line(left, 82, right + 3, 82),
    text(left - 6, 83.6, 5, '−', bold),
    text(
      left,
      88,
      3.2,
      "The lock's own supply, with its battery, on the secure side. A lock for alternating current takes a varistor, and no diode.",
    ),
    ...chain.map((each, index) => element(each, left + index * pitch + (pitch - width) / 2, width, y)),
  ]);
};
