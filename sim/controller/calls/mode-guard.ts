/**
 * What stands against a mode at a door, whether a person orders it or a schedule will: nobody could type what it asks for, some could not enter
 * (FIELD M32), or guessing is too easy (M7). Decides what may be meant all the same; who is asked is the caller's.
 */
import { asksForPin, hasKeypad, type Mode } from '../../../src/access/mode.ts';
import { failed, type Result } from '../../../src/shared/result.ts';
import type { Refusal } from '../api/refusals.ts';
import type { LineController } from '../line-controller.ts';
import type { KnownReader } from '../site-store.ts';
import { type CallParts, refused } from './call-parts.ts';
import { codeSpaceAt } from './view-of.ts';

interface GuardParts extends Pick<CallParts, 'store'> {
  readonly line: Pick<LineController, 'readers'>;
}

export const sentenceOf = (total: number): string => {
  if (total === 0) return 'Everybody could enter.';
  return total === 1 ? '1 person could not enter.' : `${total} people could not enter.`;
};

/** As it would be in that mode. */
export const codeSpaceIn = (parts: GuardParts, { id, model }: Pick<KnownReader, 'id' | 'model'>, mode: Mode): ReturnType<typeof codeSpaceAt> => {
  const told = parts.line.readers.find(({ reader }) => reader.id === id)?.state.told;
  return codeSpaceAt(parts, { settingsHash: '', ...told, model, mode });
};

/** Undefined: nothing. `isMeant`: somebody has heard of it, and means it all the same. */
export const whyNot = async (
  parts: GuardParts,
  reader: Pick<KnownReader, 'id' | 'model'>,
  mode: Mode,
  isMeant: boolean,
): Promise<Result<never, Refusal> | undefined> => {
  if (asksForPin(mode) && !hasKeypad(reader.model)) return refused('modeNeedsKeypad');
  if (isMeant) return undefined;
  const { total } = mode === 'pinOnly' || mode === 'cardAndPin' ? await parts.store.people.lacking(mode, 0) : { total: 0 };
  if (total > 0) return failed({ code: 'peopleLackPin', sentence: sentenceOf(total) });
  const space = await codeSpaceIn(parts, reader, mode);
  return space?.isBelowFloor === true ? failed({ code: 'codeSpaceTooSmall', sentence: space.sentence }) : undefined;
};

/** Likewise, of every mode that a schedule has. */
export const whyNoneOf = async (
  parts: GuardParts,
  reader: Pick<KnownReader, 'id' | 'model'>,
  times: readonly { readonly mode: Mode | null }[],
  isMeant: boolean,
): Promise<Result<never, Refusal> | undefined> => {
  for (const mode of new Set(times.map((row) => row.mode))) {
    const wrong = mode === null ? undefined : await whyNot(parts, reader, mode, isMeant);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
};
