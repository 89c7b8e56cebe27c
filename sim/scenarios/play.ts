/** Plays a story in virtual time and compares what the door did with what the story expects. Where stories come from is run-files.ts's. */
import { Door } from '../door.ts';
import { type Act, type ActStep, type Scenario, type SenseStep, type Stage, StoryDisk, type StoryStep, senses } from './scenario.ts';

/** One expectation and what came of it. */
export interface Check {
  /** Undefined: the end of the story, where nothing is left to be told. */
  readonly step: StoryStep | SenseStep | undefined;
  readonly expected: readonly string[];
  readonly told: readonly string[];
}

export interface Played {
  /** Expectations that were not met, in order. */
  readonly differing: readonly Check[];
  /** The step that could not be done: the story ends there. */
  readonly broke: { readonly step: ActStep; readonly reason: string } | undefined;
}

export const play = async ({ setup, steps }: Scenario): Promise<Played> => {
  const disk = new StoryDisk();
  const stage: Stage = { door: await Door.open({ ...setup, recordFaults: disk }), disk };
  const differing: Check[] = [];
  const compare = (check: Check): void => {
    if (check.expected.join('\n') !== check.told.join('\n')) differing.push(check);
  };
  for (const step of steps) {
    if (step.kind === 'act') {
      const reason = await reasonNotTo(step.act, stage);
      if (reason !== undefined) return { differing, broke: { step, reason } };
    } else {
      compare({ step, expected: expectedBy(step), told: step.kind === 'story' ? toldBy(stage) : [senses[step.sense](stage)] });
    }
  }
  compare({ step: undefined, expected: [], told: toldBy(stage) });
  return { differing, broke: undefined };
};

const expectedBy = (step: StoryStep | SenseStep): readonly string[] => (step.kind === 'story' ? step.expected : [step.expected]);

const toldBy = ({ door }: Stage): readonly string[] => {
  const story = door.story();
  return story === '' ? [] : story.split('\n').map((line) => line.trim());
};

/** How often a step is looked after while time stands still, before it is taken for one that never ends. */
const maxLooks = 1_000;

/** Why a step could not be done; undefined: it was. */
const reasonNotTo = async (act: Act, stage: Stage): Promise<string | undefined> => {
  const { clock } = stage.door;
  const done = (async () => act(stage))().then(
    () => 'done' as const,
    (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown))),
  );
  let atMs = clock.nowMs();
  for (let looks = 0; looks < maxLooks; looks += 1) {
    const outcome = await Promise.race([done, clock.settle()]);
    if (outcome !== undefined) return outcome === 'done' ? undefined : outcome.message;
    if (clock.nowMs() > atMs) looks = 0;
    atMs = clock.nowMs();
  }
  return 'it never ends, because something does not answer';
};
