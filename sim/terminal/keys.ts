/** From what a terminal sends to what hands do. Pasted text is a fast hand: no character is lost, none is taken for another. */
import { type Key, keys } from '../../src/ports/keypad.ts';

export type Hand =
  | { readonly do: 'key'; readonly key: Key }
  | { readonly do: 'card'; readonly card: string }
  | { readonly do: 'leaf' }
  | { readonly do: 'rex' }
  | { readonly do: 'mode' }
  | { readonly do: 'skip' }
  | { readonly do: 'powerCut' }
  /** Once everything typed before it is done. */
  | { readonly do: 'quit' }
  /** At once. */
  | { readonly do: 'stop' };

const letters: ReadonlyMap<string, Hand> = new Map<string, Hand>([
  ...[...'abcdx'].map((card) => [card, { do: 'card', card: card.toUpperCase() }] as const),
  ['o', { do: 'leaf' }],
  ['r', { do: 'rex' }],
  ['m', { do: 'mode' }],
  ['t', { do: 'skip' }],
  ['p', { do: 'powerCut' }],
  ['q', { do: 'quit' }],
  ['\u0003', { do: 'stop' }],
  ['\u0004', { do: 'quit' }],
  ['\r', { do: 'key', key: '#' }],
  ['\n', { do: 'key', key: '#' }],
  ['\u007f', { do: 'key', key: '*' }],
  ['\b', { do: 'key', key: '*' }],
]);

const esc = '\u001b';
/** Arrows, function keys and the marks around a paste: a terminal's, not a hand's. The last is one that goes on in the next chunk. */
const sequences = new RegExp(`${esc}(?:\\[[0-?]*[ -/]*[@-~]|O[@-~]|[^[O])`, 'gu');
const unfinished = new RegExp(`${esc}(?:O|\\[[0-?]*[ -/]*)?$`, 'u');
/** An unfinished sequence longer than this is none. */
const maxSequence = 16;

export class Hands {
  #unfinished = '';
  #last = '';

  /** What the hands do, in order; anything else is left out. */
  take(chunk: string): Hand[] {
    const text = (this.#unfinished + chunk).replaceAll(sequences, '');
    const rest = unfinished.exec(text)?.[0] ?? '';
    this.#unfinished = rest.length <= maxSequence ? rest : '';
    return Array.from(text.slice(0, text.length - rest.length)).flatMap((character) => this.#handOf(character));
  }

  /** A line that ends in two characters ends once. */
  #handOf(character: string): Hand[] {
    const isSecondEnd = character === '\n' && this.#last === '\r';
    this.#last = character;
    return isSecondEnd ? [] : handOf(character);
  }
}

const handOf = (character: string): Hand[] => {
  if ((keys as readonly string[]).includes(character)) return [{ do: 'key', key: character as Key }];
  const hand = letters.get(character.toLowerCase());
  return hand === undefined ? [] : [hand];
};
