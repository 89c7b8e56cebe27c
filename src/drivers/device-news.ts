/** What a driver says of its device, for the log: what it does about it is its own, and what it means for the door is the rules'. */

export interface DeviceNews {
  /** `away`: it cannot be had, or for another reason than before. `flooded`: it reports more than it can mean. `noise`: what came was no card and no key. */
  readonly what: 'away' | 'flooded' | 'noise';
  /** Constant, for people. */
  readonly sentence: string;
  /** What the system said, or what of it was wrong; never a card number. */
  readonly cause?: unknown;
}
