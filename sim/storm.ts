/**
 * Random days at one door, from a seed: hands, faults and power cuts, and after every step the invariants of SECURITY
 * §6.1, held against an independent model. It decides what comes when, and tells what was found; the steps, the model and
 * the witnesses are in storm/.
 */
import { createHash } from 'node:crypto';
import { Random } from './random.ts';
import { calm } from './storm/calm.ts';
import type { Accusation } from './storm/judge.ts';
import { type Step, steps } from './storm/steps.ts';
import { type Plant, World } from './storm/world.ts';

export interface StormOptions {
  /** 0..2^32-1. */
  readonly seed: number;
  /** Days at the door, fractions too. Default: 1. */
  readonly days?: number;
  /** A fault planted around the reader, which the storm must find. */
  readonly plant?: Plant;
}

export interface StormFailure extends Accusation {
  /** Counted from 1. */
  readonly step: number;
  /** What was done and what the door did, the newest last. */
  readonly lastSteps: readonly string[];
}

export interface StormReport {
  readonly seed: number;
  readonly days: number;
  readonly steps: number;
  /** SHA-256 of everything the door did: the same seed gives the same. */
  readonly storyHash: string;
  readonly counts: {
    readonly grants: number;
    readonly releases: number;
    readonly pinsCompared: number;
    /** Most PINs compared within 24 hours without a card and without a grant. */
    readonly mostComparedInADay: number;
    readonly powerCuts: number;
    readonly starts: number;
    readonly tables: number;
    /** How often faults were stopped and somebody right was let in. */
    readonly letIn: number;
  };
  /** Undefined: all that must hold held. */
  readonly failure: StormFailure | undefined;
}

const dayMs = 86_400_000;
const stepsShown = 30;
/** Every how many steps faults stop for a while, on average. */
const stepsToCalm = 250;

export const runStorm = async ({ seed, days = 1, plant = {} }: StormOptions): Promise<StormReport> => {
  const world = await World.begin(seed, days, plant);
  const chronicle = new Chronicle(world);
  const rows = temperOf(new Random(seed).fork('temper'));
  const isOver = (): boolean => world.judge.first !== undefined;
  while (!isOver() && world.nowMs < days * dayMs) {
    const step = pickStep(world, rows);
    await chronicle.of(step.name, async () => {
      await step.act(world);
      await world.wait(pauseOf(world.random));
      await world.mend();
    });
  }
  if (!isOver()) await chronicle.of(calmStep.name, () => calm(world));
  const { witness, cuts, starts, office, letIn } = world;
  return {
    seed,
    days,
    ...chronicle.told(),
    counts: {
      grants: witness.grants,
      releases: witness.releases,
      pinsCompared: witness.compared,
      mostComparedInADay: witness.mostComparedInADay,
      powerCuts: cuts,
      starts,
      tables: office.versions,
      letIn,
    },
  };
};

/** What a person reads: figures, or the failure with what led to it and the command that shows it again. */
export const describeStorm = ({ seed, days, steps: count, storyHash, counts, failure }: StormReport): string => {
  const figures = Object.entries(counts).map(([name, value]) => `${name} ${value}`);
  if (failure === undefined)
    return `seed ${seed}: ${days} ${days === 1 ? 'day' : 'days'}, ${count} steps, nothing found (${figures.join(', ')}; story ${storyHash.slice(0, 12)})`;
  const { step, invariant, sentence, lastSteps } = failure;
  return [
    `FOUND: ${invariant}: ${sentence}`,
    '',
    ...lastSteps,
    '',
    `seed ${seed}, step ${step}, ${invariant}: ${sentence}`,
    `npm run sim -- storm --seed ${seed} --days ${days}`,
  ].join('\n');
};

/** Remembers what was done, and what the door did then. */
class Chronicle {
  readonly #world: World;
  readonly #hash = createHash('sha256');
  #last: string[] = [];
  #steps = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async of(name: string, act: () => Promise<void>): Promise<void> {
    const { door, judge, witness, residents } = this.#world;
    this.#steps += 1;
    const atS = (door.clock.nowMs() / 1000).toFixed(3);
    await act().catch((thrown: unknown) => judge.accuse('whole', thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)));
    this.#world.look();
    witness.strikeAtRest(door.strike.isEnergised);
    const story = door.story();
    const told = `${atS.padStart(9)} — ${name}${story === '' ? '' : `\n${story}`}`;
    this.#hash.update(`${told}\n`);
    this.#last = [...this.#last.slice(1 - stepsShown), told];
    for (const pin of residents.everyPin) witness.canaries.addPin(pin);
    judge.expect(!witness.canaries.isIn(story), 'I5', 'a secret stands in the story');
  }

  told(): Pick<StormReport, 'steps' | 'storyHash' | 'failure'> {
    const { first } = this.#world.judge;
    const failure = first && { ...first, step: this.#steps, lastSteps: this.#last };
    return { steps: this.#steps, storyHash: this.#hash.digest('hex'), failure };
  }
}

const calmStep: Step = { name: 'calm', weight: 0, act: calm };

/** Each seed has its own moods: some things often, some never, so that rare things also meet. */
const temperOf = (random: Random): readonly Step[] => {
  const moods = steps.map((step) => ({ ...step, weight: step.weight * random.pick([0, 0.3, 1, 1, 3]) }));
  const total = moods.reduce((sum, { weight }) => sum + weight, 0);
  return [...moods, { ...calmStep, weight: total / stepsToCalm }].filter(({ weight }) => weight > 0);
};

const pickStep = ({ random, isPowered }: World, rows: readonly Step[]): Step => {
  const able = isPowered ? rows : rows.filter(({ inTheDark }) => inTheDark === true);
  const total = able.reduce((sum, { weight }) => sum + weight, 0);
  let left = (random.uint32() / 2 ** 32) * total;
  for (const row of able) {
    left -= row.weight;
    if (left < 0) return row;
  }
  return calmStep;
};

/** Until the next thing happens: mostly soon, sometimes minutes. About 2,000 steps a day. */
const pauseOf = (random: Random): number => {
  const [least, most] = random.pick([
    [0, 1_000],
    [0, 1_000],
    [1_000, 10_000],
    [1_000, 10_000],
    [10_000, 60_000],
    [10_000, 60_000],
    [60_000, 400_000],
  ] as const);
  return random.between(least, most);
};
