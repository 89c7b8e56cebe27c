/** Writes the card that hangs beside a door: how to enter, with the door's own settings, in words for everybody. */
import type { Mode } from '../access/mode.ts';
import { maxPinLength } from '../access/pin.ts';
import type { Config } from '../config.ts';
import { duration } from './describe-door.ts';

const width = 60;

export const doorCard = ({ name, policy }: Config): string => {
  const pin = `Type your PIN, then press #. With ${maxPinLength} digits you need no #.`;
  const typo = `A mistake? Press * and start again. After ${duration(policy.interDigitMs)} without a key, start again too.`;
  const steps: Readonly<Record<Mode, readonly string[]>> = {
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
  const colours = ['Green light: open the door.', 'Red light: no entry.'];
  const lines = [name, '', ...[...steps[policy.mode], ...colours].flatMap(wrapped)];
  const inner = Math.max(...lines.map((line) => line.length));
  const edge = `+${'-'.repeat(inner + 2)}+`;
  return [edge, ...lines.map((line) => `| ${line.padEnd(inner)} |`), edge, ''].join('\n');
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
