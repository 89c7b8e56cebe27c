/** What the page calls what a door does: signals, colours, modes. The same words as on the terminal bench, where it has them. */
import type { Colour, Signal } from '../../../src/access/feedback.ts';
import type { Mode } from '../../../src/access/mode.ts';

const signals: Readonly<Record<Signal, string>> = {
  key: 'Key',
  keyLockedOut: 'PIN entry waits',
  granted: 'Come in',
  denied: 'No entry',
  pinAsked: 'Type your PIN',
  windowEnding: 'Five seconds left',
  windowOver: 'Too late: card again',
  cardFirst: 'Card first',
  pressHash: 'Press # to finish',
  lockedOut: 'PIN entry waits',
  started: 'Ready',
};

const colours: Readonly<Record<Colour, string>> = {
  off: 'off',
  red: 'red',
  green: 'green',
  amber: 'amber',
  blue: 'blue',
  violet: 'violet',
  white: 'white',
};

const modeWords: Readonly<Record<Mode, string>> = {
  cardOnly: 'Card only',
  pinOnly: 'PIN only',
  cardOrPin: 'Card or PIN',
  cardAndPin: 'Card and PIN',
  unlocked: 'Unlocked',
  locked: 'Locked',
};

const among = (words: Readonly<Record<string, string>>, name: string): string | undefined => (Object.hasOwn(words, name) ? words[name] : undefined);

export const signalWords = (name: string): string => among(signals, name) ?? name;
/** A colour the page does not know is shown as none. */
export const colourOf = (name: string): string => among(colours, name) ?? 'off';
export const modeText = (name: string | null): string => (name === null ? 'mode not known' : (among(modeWords, name) ?? name));
