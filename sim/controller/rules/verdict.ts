/**
 * What a door would say to a card or a PIN, by what the controller knows: the words of `validate` (FIELD D14). Decides in the reader's order, and
 * changes nothing; the facts are the caller's to gather, and the reader's own word may differ where its table is behind.
 */
import type { Mode } from '../../../src/access/mode.ts';
import type { Policy } from '../../../src/access/policy.ts';
import type { verdicts } from '../api/shapes.ts';

export type Verdict = (typeof verdicts)[number];

export interface DoorNow {
  readonly mode: Mode;
  /** PINs without a card are not compared at this moment. */
  readonly isLockedOut: boolean;
  /** Whom the reader still serves by the time it has been offline (DESIGN R15). */
  readonly serves: 'everybody' | 'priority' | 'nobody';
}

/** Whose the card or the PIN is. */
export interface Holder {
  readonly person: number;
  /** In this reader's table: not suspended, and not kept from this door. */
  readonly isOfThisDoor: boolean;
  readonly validFromMs: number | undefined;
  /** The first moment at which they may not. */
  readonly validUntilMs: number | undefined;
  /** Undefined: no count. */
  readonly usesLeft: number | undefined;
  /** By their schedule, at this moment. */
  readonly isInSchedule: boolean;
  readonly hasPriority: boolean;
  readonly hasPin: boolean;
  /** The card, where one is held to the reader. */
  readonly isPinExempt: boolean;
  /** Their own PINs are not compared after a card at this moment. */
  readonly isLockedOut: boolean;
}

/** Undefined: not presented. */
export interface PresentedNow {
  readonly card: Holder | 'nobodys' | undefined;
  readonly pin: Holder | 'nobodys' | undefined;
}

export interface VerdictSaid {
  readonly verdict: Verdict;
  /** Null: nobody is named. */
  readonly person: number | null;
  readonly sentence: string;
}

const sentences: Readonly<Record<Verdict, string>> = {
  granted: 'The door opens.',
  unknownCode: 'Nobody has this card or code.',
  wrongPin: 'The code is not that of the card’s person.',
  expired: 'The person’s time is over.',
  notYetValid: 'The person’s time has not begun.',
  noUsesLeft: 'The person has entered as often as they may.',
  noPin: 'The person has no code, and this door asks for one.',
  notThisDoor: 'The person is not let in at this door.',
  schedule: 'It is outside the person’s hours.',
  lockout: 'After too many wrong codes, none is compared here for a while.',
  offlineStale: 'The reader has been without its controller for too long.',
  modeRefuses: 'This door, as it is set, does not open for what was presented.',
};

/** Whom a reader serves that has been without its controller for so long. */
export const servesAfter = (awayMs: number, offline: Policy['offline']): DoorNow['serves'] => {
  if (offline === undefined || awayMs < offline.fullMs) return 'everybody';
  return awayMs < offline.fullMs + offline.priorityMs ? 'priority' : 'nobody';
};

export const verdictOf = (door: DoorNow, presented: PresentedNow, atMs: number): VerdictSaid => {
  const say = (verdict: Verdict, holder?: Holder): VerdictSaid => ({ verdict, person: holder?.person ?? null, sentence: sentences[verdict] });
  const judge = (shown: Holder | 'nobodys'): VerdictSaid =>
    shown === 'nobodys' ? say('unknownCode') : say(refusalOf(door, shown, atMs) ?? 'granted', shown);
  const { card, pin } = presented;
  const byCard = (): VerdictSaid => (card === undefined ? say('modeRefuses') : judge(card));
  const byPin = (): VerdictSaid => {
    if (pin === undefined) return say('modeRefuses');
    return door.isLockedOut ? say('lockout') : judge(pin);
  };
  const byBoth = (): VerdictSaid => {
    const first = byCard();
    if (first.verdict !== 'granted' || typeof card !== 'object') return first;
    return say(pinRefusalOf(card, pin) ?? 'granted', card);
  };
  const ways: Readonly<Record<Mode, () => VerdictSaid>> = {
    cardOnly: byCard,
    pinOnly: byPin,
    cardOrPin: card === undefined ? byPin : byCard,
    cardAndPin: byBoth,
    unlocked: () => say('granted'),
    locked: () => say('modeRefuses'),
  };
  return ways[door.mode]();
};

/** Why this person is refused whatever the mode. */
const refusalOf = ({ serves }: DoorNow, holder: Holder, atMs: number): Verdict | undefined => {
  if (!holder.isOfThisDoor) return 'notThisDoor';
  if (serves === 'nobody' || (serves === 'priority' && !holder.hasPriority)) return 'offlineStale';
  if (holder.validFromMs !== undefined && atMs < holder.validFromMs) return 'notYetValid';
  if (holder.validUntilMs !== undefined && atMs >= holder.validUntilMs) return 'expired';
  if (holder.usesLeft === 0) return 'noUsesLeft';
  return holder.isInSchedule ? undefined : 'schedule';
};

/** Why a valid card is not enough. */
const pinRefusalOf = (card: Holder, pin: PresentedNow['pin']): Verdict | undefined => {
  if (card.isPinExempt) return undefined;
  if (!card.hasPin) return 'noPin';
  if (card.isLockedOut) return 'lockout';
  if (pin === undefined) return 'modeRefuses';
  return pin !== 'nobodys' && pin.person === card.person ? undefined : 'wrongPin';
};
