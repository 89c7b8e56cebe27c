/** What a PD is, as its maker and its configuration say, and the capability report that follows from it (OSDP.md §8). */
import { assert } from '../shared/assert.ts';
import { type Capabilities, capabilityOfBytes } from './capabilities.ts';
import { leastFrameBytes, maxFrameBytes } from './frame.ts';
import type { Color } from './records.ts';
import { encodeReply, type ReplyPayload } from './replies.ts';

/** More of one kind than any door has, and few enough for every status reply to fit the shortest frame. */
export const maxOfOneKind = 16;

export interface PdDescription {
  readonly identity: ReplyPayload<'pdid'>;
  /** 8 bytes, not all zero. Without: the first 8 of the identity. */
  readonly cuid?: Uint8Array;
  /** Those it can be set to. */
  readonly baudRates: readonly number[];
  /** Longest frame it takes, 128..1440. */
  readonly receiveBytes: number;
  readonly readers: number;
  /** Of each reader. */
  readonly leds: number;
  /** That they can show; `black` is understood. */
  readonly colors: readonly Color[];
  readonly hasBuzzer: boolean;
  readonly readsCards: boolean;
  readonly inputs: number;
  readonly outputs: number;
  readonly canInvertOutputs: boolean;
  /** Level of OSDP.md §8 (1: one line of 16 characters, 2: two, 3: four) and displays of each reader. */
  readonly text?: { readonly level: number; readonly displays: number };
}

/** Says with an assert what no description may say. */
export const checkDescription = (description: PdDescription): void => {
  const { readers, leds, inputs, outputs, receiveBytes } = description;
  for (const count of [readers, leds, inputs, outputs]) {
    assert(Number.isInteger(count) && count >= 0 && count <= maxOfOneKind, `a PD has 0..${maxOfOneKind} of a kind`);
  }
  assert(receiveBytes >= leastFrameBytes && receiveBytes <= maxFrameBytes, `a PD takes frames of ${leastFrameBytes}..${maxFrameBytes} bytes`);
  const cuid = cuidOf(description);
  assert(cuid.length === 8 && cuid.some((byte) => byte !== 0), 'a cUID has 8 bytes, not all zero');
};

/** By which the ACU may tell readers apart before it trusts them (OSDP.md §12). */
export const cuidOf = ({ cuid, identity }: PdDescription): Uint8Array => cuid ?? encodeReply('pdid', identity).subarray(0, 8);

/** `allowsDefaultKey`: a session on SCBK-D would be agreed to now. */
export const capabilitiesOf = (description: PdDescription, allowsDefaultKey: boolean): Capabilities => {
  const { inputs, outputs, canInvertOutputs, readsCards, leds, hasBuzzer, text, receiveBytes, readers } = description;
  return {
    ...(inputs > 0 && { contactInputs: { level: 1, number: inputs } }),
    ...(outputs > 0 && { outputs: { level: canInvertOutputs ? 4 : 3, number: outputs } }),
    ...(readsCards && { cardData: { level: 1, number: 0 } }),
    ...(leds > 0 && { leds: { level: ledLevel(description.colors), number: leds } }),
    ...(hasBuzzer && { buzzer: { level: 2, number: 1 } }),
    ...(text !== undefined && { text: { level: text.level, number: text.displays } }),
    check: { level: 1, number: 0 },
    security: { level: 1, number: allowsDefaultKey ? 1 : 0 },
    receiveBuffer: capabilityOfBytes(receiveBytes),
    readers: { level: 0, number: readers },
    version: { level: 2, number: 0 },
  };
};

/** 2: one colour, timed; 3: two; 4: three and more. */
const ledLevel = (colors: readonly Color[]): number => Math.min(4, Math.max(1, colors.filter((color) => color !== 'black').length) + 1);
