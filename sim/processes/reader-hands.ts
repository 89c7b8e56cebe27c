/** From a line of text to what hands do at a door: keys, a card, the leaf, a button, the case. Which door it is done at is reader.ts's. */
import type { InputName } from '../../src/ports/inputs.ts';
import type { Key } from '../../src/ports/keypad.ts';
import { failed, ok, type Result } from '../../src/shared/result.ts';

export type Deed =
  | { readonly do: 'type'; readonly keys: readonly Key[] }
  | { readonly do: 'cardText'; readonly text: string }
  /** Zeros and ones, the first bit read first. */
  | { readonly do: 'cardBits'; readonly bits: string }
  | { readonly do: 'input'; readonly input: InputName; readonly isActive: boolean }
  | { readonly do: 'rex' }
  | { readonly do: 'status' }
  | { readonly do: 'help' }
  | { readonly do: 'quit' };

export const readerHelp = `  0417#               keys, one after the other
  card 12345678       a card whose reader types its number
  card 26:0x2A3B4C5   a card of bits
  open, shut          the leaf of the door
  rex                 the exit button
  tamper, untamper    the case is opened, and shut
  status, help, quit
`;

const words: ReadonlyMap<string, Deed> = new Map<string, Deed>([
  ['open', { do: 'input', input: 'doorContact', isActive: true }],
  ['shut', { do: 'input', input: 'doorContact', isActive: false }],
  ['tamper', { do: 'input', input: 'tamper', isActive: true }],
  ['untamper', { do: 'input', input: 'tamper', isActive: false }],
  ['rex', { do: 'rex' }],
  ['status', { do: 'status' }],
  ['help', { do: 'help' }],
  ['quit', { do: 'quit' }],
]);

/** `line` has no spaces around it. The sentence repeats nothing of it: it may be a PIN. */
export const readDeed = (line: string): Result<Deed, string> => {
  if (/^[0-9*#]+$/.test(line)) return ok({ do: 'type', keys: [...line] as Key[] });
  const card = /^card\s+(\S+)$/.exec(line)?.[1];
  if (card !== undefined) return cardOf(card);
  const deed = words.get(line);
  return deed === undefined ? failed('There is no such command. Say help for those there are.') : ok(deed);
};

const cardOf = (text: string): Result<Deed, string> => {
  const bits = /^([0-9]{1,3}):0x([0-9A-Fa-f]{1,128})$/.exec(text);
  if (bits === null) return ok({ do: 'cardText', text });
  const length = Number(bits[1]);
  const number = BigInt(`0x${bits[2]}`).toString(2);
  return length > 0 && number.length <= length
    ? ok({ do: 'cardBits', bits: number.padStart(length, '0') })
    : failed('The number of that card does not fit its bits.');
};
