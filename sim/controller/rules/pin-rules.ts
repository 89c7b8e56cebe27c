/**
 * Which PINs nobody is given because they are among the first that anybody guesses: one list for random and for typed ones
 * (docs/decisions/0021). Whether somebody has a PIN, and what a refusal says, is pin-issue.ts's.
 */
import { maxPinLength, minPinLength, type Pin } from '../../../src/access/pin.ts';
import { range } from './range.ts';

/** Why a PIN is on the list, for the audit alone. The first that holds, in this order. */
const weaknesses = {
  fewDigits: (digits) => new Set(digits).size <= 2,
  steps: (digits) => hasEqualSteps(digits),
  threeAlike: (digits) => /(.)\1\1/.test(digits),
  run: (digits) => windowsOf(digits, shortestRun).some((part) => isCount(part)),
  repeat: (digits) => range(1, Math.floor(digits.length / 2)).some((period) => hasPeriod(digits, period)),
  palindrome: (digits) => digits === backwards(digits),
  keypadShape: (digits) => isShape(digits),
  year: (digits) => /^(?:19|20)[0-9]{2}$/.test(digits),
  date: (digits) => isDate(digits),
} as const satisfies Readonly<Record<string, (digits: string) => boolean>>;

export type PinWeakness = keyof typeof weaknesses;

/** Digits in a row that count up or down and so make a PIN weak wherever they stand in it (FIELD §6). */
const shortestRun = 4;

/** Undefined: the PIN is on no list. */
export const weaknessOf = (pin: Pin): PinWeakness | undefined => {
  const digits = pin.reveal();
  return (Object.keys(weaknesses) as PinWeakness[]).find((name) => weaknesses[name](digits));
};

/** The lengths that PINs have (DESIGN R1). */
export const pinLengths: readonly number[] = range(minPinLength, maxPinLength);

const windowsOf = (digits: string, length: number): string[] => range(0, digits.length - length).map((at) => digits.slice(at, at + length));

const backwards = (digits: string): string => [...digits].reverse().join('');

/** Each digit is as far from the one before as the others are, past 9 or 0 too: 1234, 2468, 8901, 0369. */
const hasEqualSteps = (digits: string): boolean => new Set(stepsOf(digits)).size === 1;

const isCount = (digits: string): boolean => /^(?:1+|9+)$/.test(stepsOf(digits).join(''));

/** 0..9 each. */
const stepsOf = (digits: string): number[] => range(1, digits.length - 1).map((at) => (Number(digits[at]) - Number(digits[at - 1]) + 10) % 10);

const hasPeriod = (digits: string, period: number): boolean => digits.slice(period) === digits.slice(0, -period);

/** Rows, columns and diagonals of the twelve keys, in one direction; the middle column with the 0 below it. */
const lines = ['123', '456', '789', '147', '258', '369', '159', '357', '2580'];
const linesBothWays = new Set(lines.flatMap((line) => [line, backwards(line)]));
/** Once around the corners and around the keys between them. */
const rounds = ['1397', '2684'];

/** Lines of the keypad one after the other, or a way around it: 2580, 147369, 1397. */
const isShape = (digits: string): boolean => isMadeOfLines(digits) || rounds.some((round) => isAround(digits, round));

const isMadeOfLines = (digits: string): boolean =>
  digits === '' || [3, 4].some((length) => linesBothWays.has(digits.slice(0, length)) && isMadeOfLines(digits.slice(length)));

const isAround = (digits: string, round: string): boolean => {
  const twice = `${round}${round}`;
  return digits.length === round.length && (twice.includes(digits) || twice.includes(backwards(digits)));
};

/** D day, M month, Y year; two of Y are any year, four of them one of 1900..2099. */
const dateForms = ['DDMM', 'MMDD', 'DDMMYY', 'MMDDYY', 'YYMMDD', 'DDMMYYYY', 'MMDDYYYY', 'YYYYMMDD'];

const isDate = (digits: string): boolean =>
  dateForms.some((form) => {
    if (form.length !== digits.length) return false;
    const [day, month, year] = [partOf(digits, form, 'D'), partOf(digits, form, 'M'), partOf(digits, form, 'Y')];
    const isYear = year.length < 4 || /^(?:19|20)/.test(year);
    return isYear && Number(day) >= 1 && Number(day) <= (daysOfMonth[Number(month) - 1] ?? 0);
  });

const partOf = (digits: string, form: string, letter: 'D' | 'M' | 'Y'): string => digits.slice(form.indexOf(letter), form.lastIndexOf(letter) + 1);

const daysOfMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
