/**
 * What is printed for the readers of a site: all their labels, and a sheet to wire and try each by. Decides what stands on paper: who a reader is, and
 * never a key or a code. Bundle and code go different ways, and a sheet that hangs beside the door is neither. The label itself is label.ts's.
 */
import { pins } from '../config/pins.ts';
import { lineTerminals, type Wire, wiredParts } from '../config/wires.ts';
import { escaped, labelOf } from './label.ts';
import { toHex } from './private-files.ts';
import type { ReaderPlace } from './provision-bundle.ts';

/** A reader, and its 16 bytes. */
export interface SheetReader {
  readonly place: ReaderPlace;
  readonly reader: Uint8Array;
}

/** A4 with the labels at their size of 90 × 36 mm, two beside each other; the lines are to cut along. */
const labelStyle = `@page { size: A4; margin: 12mm 14mm }
body { margin: 0; font-family: sans-serif }
main { display: grid; grid-template-columns: 90mm 90mm; grid-auto-rows: 36mm }
main > div { outline: 0.2mm dashed #888; break-inside: avoid }
svg { display: block }`;

const sheetStyle = `@page { size: A4; margin: 12mm 14mm }
body { margin: 0; font: 2.9mm/1.2 sans-serif }
section { break-after: page }
section:last-child { break-after: auto }
h1 { font-size: 6mm; margin: 0 0 2mm; overflow-wrap: anywhere }
h2 { font-size: 4mm; margin: 2.5mm 0 1mm }
table { border-collapse: collapse; width: 100% }
td, th { border: 0.2mm solid #444; padding: 0.3mm 1.2mm; text-align: left }
.box { width: 5mm }
.blank { width: 45mm }`;

const page = (title: string, style: string, body: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escaped(title)}</title><style>
${style}
</style></head>
<body>
${body}
</body>
</html>
`;

export const labelSheet = (readers: readonly SheetReader[]): string => {
  const labels = readers.map(({ place, reader }) => `<div>${labelOf(place, reader)}</div>`);
  return page('Labels of the readers', labelStyle, `<main>\n${labels.join('\n')}\n</main>`);
};

/** One page for each reader, by address. */
export const wiringSheet = (readers: readonly SheetReader[]): string => {
  const sections = readers.toSorted((left, right) => left.place.address - right.place.address).map(sectionOf);
  return page('Wiring sheets of the readers', sheetStyle, sections.join('\n'));
};

const steps = [
  'The way out works with the board unplugged: by handle, or by the contacts of the lock',
  'Line: 60 Ω between A and B without power; ended at both ends and nowhere else',
  '3.3 V at place 1 and 5 V at place 2 of the header, before any part is on it',
  'Settings on the card: name, line.address as above, door.strike',
  'Bundle on the card; its code came another way, and was typed at the keypad',
  'Start signal: red, amber, green, blue, one beep; no red flashes after it',
  'Each key beeps; a wrong PIN is denied; a right one opens, and the lock closes again',
  'Door contact, request-to-exit and tamper are seen by the controller',
  'The bundle is off the card and off every stick',
] as const;

const sectionOf = ({ place: { name, address, serial }, reader }: SheetReader): string => `<section>
<h1>${escaped(name)}</h1>
${table([
  ['Address on the line', String(address), 'Serial number', escaped(serial ?? '')],
  ['Reader', toHex(reader).slice(0, 8), 'Bits a second', ''],
  ['Where the cable comes from', '', 'Where it goes on; the end?', ''],
])}
<h2>Wires (place on the header; done)</h2>
${table(
  wiredParts.flatMap(({ title, wires }) =>
    wires.map((wire, index) => [index === 0 ? escaped(title) : '', escaped(startOf(wire)), escaped(wire.through ?? ''), escaped(wire.terminal), box]),
  ),
)}
<h2>The line (colour of the wire; done)</h2>
${table(lineTerminals.map((terminal) => [terminal, blank, box]))}
<h2>Tried</h2>
${table(steps.map((step) => [step, box]))}
<p>By, on: ______________________________</p>
</section>`;

const box = '<span class="box">☐</span>';
const blank = '<span class="blank"></span>';
const table = (rows: readonly (readonly string[])[]): string =>
  `<table>\n${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}\n</table>`;

/** Where a wire begins, as it is printed. */
export const startOf = ({ from }: Wire): string => {
  if ('adapter' in from) return `USB serial adapter: ${from.adapter}`;
  if ('supply' in from) return `${from.header} · ${from.supply}`;
  return `${pins.find(({ gpio }) => gpio === from.gpio)?.header} · GPIO ${from.gpio}`;
};
