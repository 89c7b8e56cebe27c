/** Draws the 40-pin header, and prints its page, from the table of pins. Which pin is what is src/config/pins.ts's. */
import { type Pin, type PinGroup, pinGroups, pins } from '../../src/config/pins.ts';

/** Of each part: how it is called, its colour, and a sign that says the same in black and white. */
export const looks: Readonly<Record<PinGroup, { readonly title: string; readonly colour: string; readonly sign: string }>> = {
  line: { title: 'RS-485 line', colour: '#0072b2', sign: 'L' },
  keypad: { title: 'keypad', colour: '#e69f00', sign: 'K' },
  lights: { title: 'lights, buzzer', colour: '#009e73', sign: 'O' },
  strike: { title: 'strike', colour: '#d55e00', sign: 'S' },
  contacts: { title: 'contacts', colour: '#56b4e9', sign: 'C' },
  wiegand: { title: 'Wiegand', colour: '#cc79a7', sign: 'W' },
};

/** Positions that carry no GPIO of the table, on every board with this header. */
export const supplies: Readonly<Record<number, string>> = {
  1: '3.3 V',
  17: '3.3 V',
  2: '5 V',
  4: '5 V',
  ...Object.fromEntries([6, 9, 14, 20, 25, 30, 34, 39].map((position) => [position, 'ground'])),
};
/** GPIOs of the header that doorpad leaves alone. */
export const unused: Readonly<Record<number, number>> = { 3: 2, 5: 3, 19: 10, 21: 9, 23: 11, 27: 0, 28: 1 };

const rowOf = (position: number): number => Math.ceil(position / 2);
const isOdd = (position: number): boolean => position % 2 === 1;

const pitch = 12.4;
const top = 38;
const padX = { odd: 98, even: 112 } as const;

const text = (x: number, y: number, size: number, words: string, more = ''): string =>
  `<text x="${x}" y="${y.toFixed(1)}" font-size="${size}"${more}>${words.replaceAll('&', '&amp;')}</text>`;

/** A pad with what it carries. The square one is position 1, as on the board. */
const pad = (position: number): string => {
  const odd = isOdd(position);
  const [x, y] = [odd ? padX.odd : padX.even, top + rowOf(position) * pitch - pitch / 2];
  const pin = pins.find(({ header }) => header === position);
  const supply = supplies[position];
  const fill = pin === undefined ? (supply === 'ground' ? '#000000' : supply === undefined ? '#ffffff' : '#999999') : looks[pin.group].colour;
  const shape =
    position === 1
      ? `<rect x="${x - 5}" y="${y - 5}" width="10" height="10" fill="${fill}" stroke="#000" stroke-width="0.5"/>`
      : `<circle cx="${x}" cy="${y.toFixed(1)}" r="5" fill="${fill}" stroke="#000" stroke-width="0.5"/>`;
  const number = text(x, y + 1.4, 4, String(position), ` text-anchor="middle" font-weight="bold"${supply === 'ground' ? ' fill="#fff"' : ''}`);
  return [shape, number, ...words(pin, supply ?? `GPIO ${unused[position]}, not used`, odd, y)].join('\n');
};

const words = (pin: Pin | undefined, otherwise: string, odd: boolean, y: number): string[] => {
  const x = odd ? padX.odd - 8 : padX.even + 8;
  const anchor = odd ? ' text-anchor="end"' : '';
  if (pin === undefined) return [text(x, y + 1.3, 3.6, otherwise, `${anchor} fill="#555"`)];
  const { colour, sign } = looks[pin.group];
  const tagX = odd ? x - 5 : x;
  return [
    `<rect x="${tagX}" y="${(y - 2.6).toFixed(1)}" width="5" height="5.2" fill="${colour}" stroke="#000" stroke-width="0.3"/>`,
    text(tagX + 2.5, y + 1.4, 3.8, sign, ' text-anchor="middle" font-weight="bold"'),
    text(odd ? x - 7 : x + 7, y - 0.4, 4, pin.what, `${anchor} font-weight="bold"`),
    text(odd ? x - 7 : x + 7, y + 3.9, 3.2, `GPIO ${pin.gpio} · ${facts(pin)}`, anchor),
  ];
};

const facts = ({ direction, active }: Pin): string => [direction, ...(active === undefined ? [] : [`active ${active}`])].join(', ');

/** A4, upright, in millimetres. Seen from above: the header at the right edge of the board, its pin 1 towards the corner with the card's end. */
export const pinoutDrawing = (): string => {
  const bottom = top + 20 * pitch;
  const legend = pinGroups.map((group, index) => {
    const { title, colour, sign } = looks[group];
    const x = 14 + index * 31;
    return [
      `<rect x="${x}" y="25" width="5" height="5.2" fill="${colour}" stroke="#000" stroke-width="0.3"/>`,
      text(x + 2.5, 29, 3.8, sign, ' text-anchor="middle" font-weight="bold"'),
      text(x + 6.5, 29, 3.4, title),
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297" font-family="sans-serif">
<title>The 40-pin header of the reader's board</title>
<rect width="210" height="297" fill="#fff"/>
${text(14, 14, 7, 'The 40-pin header', ' font-weight="bold"')}
${text(14, 20.5, 3.0, 'Seen from above; pin 1 is square, and even numbers run along the edge of the board. A GPIO takes 3.3 V at most.')}
${legend.join('\n')}
<rect x="91" y="${top - 2}" width="28" height="${(bottom - top + 4).toFixed(1)}" rx="2" fill="#f4f4f4" stroke="#000" stroke-width="0.6"/>
${Array.from({ length: 40 }, (_, index) => pad(index + 1)).join('\n')}
</svg>
`;
};

/** The drawing, and the table as a table. */
export const pinoutPage = (): string => {
  const rows = pins.map(({ gpio, header, what, direction, pull, active, atStart, node, setting }) => {
    const cells = [gpio, header, what, direction, pull, active ?? '', atStart, `\`${node}\``, setting === undefined ? '' : `\`${setting}\``];
    return `| ${cells.join(' | ')} |`;
  });
  return `# Pins

Which pin is what on a Raspberry Pi 3B, 3B+, Zero 2 W or 4B with \`overlays/doorpad-hat.dtso\`. Written by \`test/hardware/pins.test.ts\` from
\`src/config/pins.ts\`, which fails when this page, the drawing or the overlay says something else.

![The 40-pin header](drawings/pinout.svg)

| GPIO | header | what | direction | pull | active | at start | node of the overlay | setting |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

- GPIO is the BCM number, by which the overlay and the settings know a pin; header is its place, 1 to 40. Direction is seen from the board.
- Pull is what the chip does by itself, some 50 kΩ: enough for a contact within the case, too little for a long cable. *Reset down* is what the chip
  starts with, and nothing changes it.
- At start is from when the overlay is in force until the reader says something else; *idle* is high on a serial line. Before, every pin is an input:
  GPIO 0 to 8 pulled up, 9 to 27 pulled down. The firmware of the card drives the strike's pin low before anything else runs.
- A pin of the chip takes 3.3 V and gives some milliamperes: a relay, a solenoid or a strip of lights needs a driver, and 5 V destroys it.
- Where a Wiegand reader is not at these two pins, \`devices.wiegandData0\` and \`devices.wiegandData1\` say where it is. \`doorpad check\` and
  \`doorpad doctor\` say so when they name a pin of something else.
- GPIO 2, 3, 9, 10 and 11 are free; 0 and 1 belong to the identity chip of an add-on board.
`;
};
