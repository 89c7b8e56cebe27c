/** What each door says to whom: every word of `validate`, by example. */
import { describe, expect, it } from 'vitest';
import { verdicts } from '../../../../sim/controller/api/shapes.ts';
import { type DoorNow, type Holder, type PresentedNow, verdictOf } from '../../../../sim/controller/rules/verdict.ts';
import { type Mode, modes } from '../../../../src/access/mode.ts';

const nowMs = 1_000;
const anna: Holder = {
  person: 7,
  isOfThisDoor: true,
  validFromMs: undefined,
  validUntilMs: undefined,
  usesLeft: undefined,
  isInSchedule: true,
  hasPriority: false,
  hasPin: true,
  isPinExempt: false,
  isLockedOut: false,
};
const ben: Holder = { ...anna, person: 8 };
const door = (mode: Mode, change: Partial<DoorNow> = {}): DoorNow => ({ mode, isLockedOut: false, serves: 'everybody', ...change });
const shown = (presented: Partial<PresentedNow>): PresentedNow => ({ card: undefined, pin: undefined, ...presented });
const said = (at: DoorNow, presented: Partial<PresentedNow>): string => {
  const { verdict, person } = verdictOf(at, shown(presented), nowMs);
  return person === null ? verdict : `${verdict} ${person}`;
};

describe('what a door would say', () => {
  it.each([
    { presented: {}, words: ['modeRefuses', 'modeRefuses', 'modeRefuses', 'modeRefuses', 'granted', 'modeRefuses'] },
    { presented: { card: anna }, words: ['granted 7', 'modeRefuses', 'granted 7', 'modeRefuses 7', 'granted', 'modeRefuses'] },
    { presented: { pin: anna }, words: ['modeRefuses', 'granted 7', 'granted 7', 'modeRefuses', 'granted', 'modeRefuses'] },
    { presented: { card: anna, pin: anna }, words: ['granted 7', 'granted 7', 'granted 7', 'granted 7', 'granted', 'modeRefuses'] },
    { presented: { card: anna, pin: ben }, words: ['granted 7', 'granted 8', 'granted 7', 'wrongPin 7', 'granted', 'modeRefuses'] },
    { presented: { card: anna, pin: 'nobodys' }, words: ['granted 7', 'unknownCode', 'granted 7', 'wrongPin 7', 'granted', 'modeRefuses'] },
    { presented: { card: 'nobodys', pin: anna }, words: ['unknownCode', 'granted 7', 'unknownCode', 'unknownCode', 'granted', 'modeRefuses'] },
  ] as const)('is in the six modes, to $presented.card.person and $presented.pin.person: $words', ({ presented, words }) => {
    expect(modes.map((mode) => said(door(mode), presented))).toEqual(words);
  });

  it.each([
    ['notThisDoor', { isOfThisDoor: false }],
    ['notYetValid', { validFromMs: 1_001 }],
    ['granted', { validFromMs: 1_000, validUntilMs: 1_001 }],
    ['expired', { validUntilMs: 1_000 }],
    ['noUsesLeft', { usesLeft: 0 }],
    ['granted', { usesLeft: 1 }],
    ['schedule', { isInSchedule: false }],
  ] as const)('is %s to a person with %j, whatever they present', (verdict, change) => {
    const holder = { ...anna, ...change };
    expect(said(door('cardOnly'), { card: holder })).toBe(`${verdict} 7`);
    expect(said(door('pinOnly'), { pin: holder })).toBe(`${verdict} 7`);
    expect(said(door('cardAndPin'), { card: holder, pin: holder })).toBe(`${verdict} 7`);
  });

  it.each([
    ['granted', { isPinExempt: true, hasPin: false }],
    ['noPin', { hasPin: false }],
    ['lockout', { isLockedOut: true }],
  ] as const)('is %s after a card with %j, without a PIN', (verdict, change) => {
    expect(said(door('cardAndPin'), { card: { ...anna, ...change } })).toBe(`${verdict} 7`);
  });

  it('is a lockout to PINs without a card only, and names nobody', () => {
    const lockedOut = door('cardOrPin', { isLockedOut: true });
    expect(said(lockedOut, { pin: anna })).toBe('lockout');
    expect(said(lockedOut, { card: anna })).toBe('granted 7');
    expect(said(door('cardAndPin', { isLockedOut: true }), { card: anna, pin: anna })).toBe('granted 7');
  });

  it('is for fewer people the longer the reader was offline', () => {
    const first = { ...anna, hasPriority: true };
    expect([anna, first].map((card) => said(door('cardOnly', { serves: 'priority' }), { card }))).toEqual(['offlineStale 7', 'granted 7']);
    expect([anna, first].map((card) => said(door('cardOnly', { serves: 'nobody' }), { card }))).toEqual(['offlineStale 7', 'offlineStale 7']);
  });

  it('has a sentence that speaks of no digits', () => {
    expect(verdictOf(door('locked'), shown({}), nowMs).sentence).toBe('This door, as it is set, does not open for what was presented.');
    expect(verdicts).toContain(verdictOf(door('pinOnly'), shown({ pin: 'nobodys' }), nowMs).verdict);
  });
});
