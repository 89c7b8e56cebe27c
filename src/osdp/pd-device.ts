/** What a PD is, as its maker and its configuration say, and the capability report that follows from it (OSDP.md §8). */
import { assert } from '../shared/assert.ts';
import { type Capabilities, capabilityOfBytes } from './capabilities.ts';
import { dataRoom, leastFrameBytes, maxFrameBytes } from './frame.ts';
import { type Color, extendedIdentity, identityTags } from './records.ts';
import { encodeReply, type ReplyPayload } from './replies.ts';
import { encode } from './schema.ts';

/** More of one kind than any door has, and few enough for every status reply to fit the shortest frame. */
export const maxOfOneKind = 16;

export interface PdDescription {
  readonly identity: ReplyPayload<'pdid'>;
  /** The same in words (EXT_PDID), few enough for one frame that every ACU takes. Without: the identity above is all there is. */
  readonly extended?: readonly { readonly tag: keyof typeof identityTags; readonly text: string }[];
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
  const extended = extendedIdentityOf(description);
  assert(extended === undefined || encodeReply('extPdid', extended).length <= leastRoom, 'an extended identity fits the shortest frame');
  const cuid = cuidOf(description);
  assert(cuid.length === 8 && cuid.some((byte) => byte !== 0), 'a cUID has 8 bytes, not all zero');
};

/** In a session, in the longest frame that every ACU takes. */
const leastRoom = dataRoom(leastFrameBytes, 'crc16', true);

/** The one part of EXT_PDID; undefined when there is no extended identity. */
export const extendedIdentityOf = ({ extended }: PdDescription): ReplyPayload<'extPdid'> | undefined => {
  if (extended === undefined) return undefined;
  const texts = new TextEncoder();
  const data = encode(
    extendedIdentity,
    extended.map(({ tag, text }) => ({ tag: identityTags[tag], text: texts.encode(text) })),
  );
  return { totalBytes: data.length, offset: 0, uncountedBytes: 0, data };
};

/** By which the ACU may tell readers apart before it trusts them (OSDP.md §12). */
export const cuidOf = ({ cuid, identity }: PdDescription): Uint8Array => cuid ?? encodeReply('pdid', identity).subarray(0, 8);

/** `allowsDefaultKey`: a session on SCBK-D would be agreed to now. */
export const capabilitiesOf = (description: PdDescription, allowsDefaultKey: boolean): Capabilities => {
  const { inputs, outputs, canInvertOutputs, readsCards, leds, hasBuzzer, text, receiveBytes, readers, extended } = description;
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
    ...(extended !== undefined && { extendedIdentity: { level: 1, number: 0 } }),
  };
};

/** 2: one colour, timed; 3: two; 4: three and more. */
const ledLevel = (colors: readonly Color[]): number => Math.min(4, Math.max(1, colors.filter((color) => color !== 'black').length) + 1);
