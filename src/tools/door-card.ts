/**
 * Says how to enter at a door, from its own settings, in words for everybody: line by line for a page, and as the card that hangs beside the door.
 */
import { asksForPin, type Mode } from '../access/mode.ts';
import { maxPinLength } from '../access/pin.ts';
import type { Policy } from '../access/policy.ts';
import type { Config } from '../config.ts';
import { duration } from './describe-door.ts';

const width = 60;

/** The whole card, in a frame. */
export const doorCard = ({ name, policy }: Config): string => {
  const lines = [name, '', ...howToEnter(policy).flatMap(wrapped)];
  const inner = Math.max(...lines.map((line) => line.length));
  const edge = `+${'-'.repeat(inner + 2)}+`;
  return [edge, ...lines.map((line) => `| ${line.padEnd(inner)} |`), edge, ''].join('\n');
};

/** What to do there, and what the lights say: a sentence or a few each (FIELD G14, M35). English. */
export const howToEnter = (policy: Policy): readonly string[] => [
  ...stepsOf(policy)[policy.mode],
  'Green light: open the door.',
  'Red light: no entry.',
  ...(asksForPin(policy.mode) ? [lockoutOf(policy)] : []),
];

const stepsOf = (policy: Policy): Readonly<Record<Mode, readonly string[]>> => {
  const pin = `Type your PIN, then press #. With ${maxPinLength} digits you need no #.`;
  const typo = `A mistake? Press * and start again. After ${duration(policy.interDigitMs)} without a key, start again too.`;
  return {
    cardOnly: ['Hold your card to the reader.'],
    pinOnly: [pin, typo],
    cardOrPin: ['Hold your card to the reader, or:', pin, typo],
    cardAndPin: [
      'Hold your card to the reader.',
      `${pin} You have ${duration(policy.windowMs)}.`,
      typo,
      `After ${duration(policy.windowMs)}, hold your card to the reader again.`,
    ],
    unlocked: ['The door is open.'],
    locked: ['The door is locked.'],
  };
};

/** Behind a card only that person waits; else everybody who types does, and cards go on. */
const lockoutOf = ({ mode, budget: { door, person } }: Policy): string => {
  const { attempts, firstWaitMs } = mode === 'cardAndPin' ? person : door;
  const wait = `After ${attempts} wrong PINs the keypad takes no PIN for ${duration(firstWaitMs)} or longer.`;
  return mode === 'cardOrPin' ? `${wait} Cards still work.` : wait;
};

const wrapped = (text: string): readonly string[] => {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length < width) lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
};
