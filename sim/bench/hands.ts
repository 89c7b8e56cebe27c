/** What hands can do at a door of the bench, and how each is done. When, and what time passes meanwhile, is world.ts's; what comes of it the reader's. */
import { cardPattern } from '../scenarios/arguments.ts';
import type { BenchDoor } from './bench-door.ts';

export type Hand =
  | { readonly do: 'type'; readonly keys: string }
  /** A card is a name. */
  | { readonly do: 'swipe'; readonly card: string }
  | { readonly do: 'input'; readonly input: 'doorContact' | 'rex' | 'tamper'; readonly isActive: boolean }
  | { readonly do: 'power'; readonly isOn: boolean };

/** Whether a card of the bench can have this name. */
export const isCardName = (card: string): boolean => cardPattern.test(card);

/** The step of a story that does the same (docs/scenarios.md); undefined: nothing comes of it at this door. */
export const stepOf = (hand: Hand, { door: { isRunning }, isLeafOpen, isCaseOpen }: BenchDoor): string | undefined => {
  switch (hand.do) {
    case 'type':
      if (!isRunning) return undefined;
      return hand.keys.length === 1 ? `burst ${hand.keys}` : `type ${hand.keys}`;
    case 'swipe':
      return isRunning ? `card ${hand.card}` : undefined;
    case 'input':
      if (hand.input === 'rex') return isRunning && hand.isActive ? 'rex' : undefined;
      if (hand.input === 'tamper') return hand.isActive === isCaseOpen ? undefined : `tamper ${hand.isActive ? 'open' : 'shut'}`;
      return hand.isActive === isLeafOpen ? undefined : `leaf ${hand.isActive ? 'open' : 'shut'}`;
    case 'power':
      if (hand.isOn === isRunning) return undefined;
      return `power ${hand.isOn ? 'on' : 'cut'}`;
  }
};

/** Does it. One key takes no time, several are typed at a hand's pace, and the exit button is let go by itself: as the steps of a story do. */
export const lay = async (hand: Hand, bench: BenchDoor): Promise<void> => {
  const { door } = bench;
  switch (hand.do) {
    case 'type':
      return hand.keys.length === 1 ? door.burst(hand.keys) : door.type(hand.keys);
    case 'swipe':
      return door.swipe(hand.card);
    case 'input':
      return layOnInput(bench, hand.input, hand.isActive);
    case 'power':
      return hand.isOn ? bench.powerOn() : door.cutPower();
  }
};

const layOnInput = async (bench: BenchDoor, input: 'doorContact' | 'rex' | 'tamper', isActive: boolean): Promise<void> => {
  const { door } = bench;
  if (input === 'rex') return door.pressRex();
  if (input === 'doorContact') bench.isLeafOpen = isActive;
  else bench.isCaseOpen = isActive;
  // A reader without power finds it so when it starts.
  if (door.isRunning) await door.set(input, isActive);
};
