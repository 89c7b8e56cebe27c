/** Records at a bench, and replays what was recorded as `sim run` does. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { exitCodes } from '../../../sim/exit-codes.ts';
import { runFiles } from '../../../sim/scenarios/run-files.ts';
import { type BenchRig, scratchDirectory } from './rig.ts';

export const record = async (rig: BenchRig, isRecording: boolean): Promise<string | null> => {
  const answer = await rig.ask('record', { body: { isRecording } });
  if (!answer.ok) throw new Error(answer.failure.code);
  return answer.value.toml;
};

/** What `sim run` says of a story, and how it ends. */
const replayed = async (story: string): Promise<{ readonly code: number; readonly said: string }> => {
  const file = join(scratchDirectory(), 'story.toml');
  writeFileSync(file, story);
  let said = '';
  const take = (text: string): void => {
    said += text.replaceAll(file, 'story.toml');
  };
  const code = await runFiles([file], {}, { out: take, err: take, nowMs: () => 0 });
  return { code, said };
};

/** Every expectation of the story is met when it is replayed. */
export const asTold = async (story: string): Promise<void> => expect(await replayed(story)).toMatchObject({ code: exitCodes.done });
