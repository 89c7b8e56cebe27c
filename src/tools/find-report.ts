/** Says in words what a search of a line came to, and what to do about it. How one searches is find-readers.ts's. */
import { configurationAddress } from '../osdp/frame.ts';
import type { Conflict, FoundReader, Identity, Noise, Progress, Search } from './find-readers.ts';

/** As makers print them. */
const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** The first byte of a maker's number goes first on the line, and is the lowest here. */
export const makerText = (oui: number): string => `maker ${[oui & 0xff, (oui >> 8) & 0xff, oui >> 16].map((byte) => hex(byte, 2)).join('-')}`;

export const identityText = ({ oui, model, version, serial, firmware: { major, minor, build } }: Identity): string =>
  `${makerText(oui)}, model ${model}, version ${version}, serial ${hex(serial, 8)}, firmware ${major}.${minor}.${build}`;

const keyText = ({ takesDefaultKey, speaksClear }: FoundReader): string => {
  if (takesDefaultKey) return 'It takes the default key that everybody knows: it was never keyed, or its install mode is open.';
  if (speaksClear === undefined) return 'It did not say whether it needs a key.';
  return speaksClear ? 'It speaks without a key.' : 'It speaks only with its own key.';
};

const readerText = (reader: FoundReader): string => {
  const where =
    reader.address === configurationAddress
      ? `A reader answers at ${reader.baudRate} baud when everybody is called, but at no address of its own`
      : `Reader at address ${reader.address}, ${reader.baudRate} baud`;
  return `${where}: ${identityText(reader.identity)}.${reader.address === configurationAddress ? '' : ` ${keyText(reader)}`}`;
};

const conflictText = ({ address, baudRate, identities }: Conflict): string =>
  identities.length > 1
    ? `Two readers answer at address ${address}, ${baudRate} baud: ${identities.map(identityText).join('; and ')}. Give one of them another address.`
    : `Something answers at address ${address}, ${baudRate} baud, and is damaged each time: two readers with the same address, most likely. Unplug one and search again.`;

/** More than one question in so many was answered by damaged bytes: it is the line, not an address. */
const noisyShare = 0.1;
/** Of a line that is held the wrong way round, most bytes read as zero. */
const swappedShare = 0.5;

export type LineState = 'quiet' | 'noisy' | 'swapped';

export const lineStateOf = ({ idleBytes, asked, damaged, bytes, zeroBytes }: Noise): LineState => {
  if (idleBytes === 0 && damaged <= asked * noisyShare) return 'quiet';
  return zeroBytes >= bytes * swappedShare ? 'swapped' : 'noisy';
};

const noiseText: Readonly<Record<LineState, readonly string[]>> = {
  quiet: [],
  swapped: ['A and B look swapped: the line is held low while nobody speaks. Swap the two wires at one end, and search again.'],
  noisy: [
    'There is noise on the line: bytes came that belong to no frame. Check that A and B are not swapped at one reader, that the line is terminated at both ends and biased at one, that all have a common ground, and that nothing else speaks on it.',
  ],
};

/** Of a search that was stopped. */
export const foundReport = (readers: readonly FoundReader[]): readonly string[] => readers.map(readerText);

/** Sentences for people, the most important first. */
export const searchReport = ({ controller, readers, conflicts, noise, ratesAlike }: Search): readonly string[] => {
  if (controller !== undefined) {
    return [
      `Somebody speaks on this line already (${controller.baudRate} baud, address ${controller.address}): nothing was asked, so as not to disturb it.`,
      'Stop the controller and search again; or hear what is said: doorpad listen.',
    ];
  }
  const alike = ratesAlike === undefined ? [] : [`The port answers alike at every rate, as a pty does: only ${ratesAlike} baud was searched.`];
  const said = [...conflicts.map(conflictText), ...readers.map(readerText), ...noiseText[lineStateOf(noise)], ...alike];
  if (readers.length > 0 || conflicts.length > 0) return said;
  return [
    'No reader was found.',
    ...said,
    ...(said.length > 0
      ? []
      : ['Not a byte came back: check the power of the reader, the wires, and that A and B are not swapped; and that this is the right port.']),
  ];
};

export const progressText = ({ what, baudRate, address }: Progress): string => {
  if (what === 'listening') return `Listening at ${baudRate} baud …`;
  if (what === 'calling') return `Calling everybody at ${baudRate} baud …`;
  return `Asking ${address === undefined ? 'each address' : `address ${address}`} at ${baudRate} baud …`;
};
