/** Chance that a seed repeats: for what is done at random to an emulated machine. Nothing here is secret. */
import { createHash } from 'node:crypto';

/** Between 0 and 1, 1 left out. */
export type Chance = () => number;

export const chanceOf = (seed: number): Chance => {
  let step = 0;
  return () => {
    step += 1;
    return createHash('sha256').update(`${seed} ${step}`).digest().readUInt32LE(0) / 2 ** 32;
  };
};
