/**
 * Where an update comes to lie that a controller sends over the line: it grows there, is looked at as early as it can be, and when it is whole it
 * is handed to whoever puts it into a slot. What its bytes mean, and which update this reader takes, is decided behind this port (docs/update.md).
 */
import type { Result } from '../shared/result.ts';

/** The beginning of an update, with its signature over it (docs/update.md, "The file"). */
export const updateHeadBytes = 162;

/** Why an update is none for this reader (docs/table-profile.md §16). What runs goes on, whatever the reason. */
export const updateRefusals = [
  'malformed',
  'wrongFormat',
  'wrongSignature',
  /** For another board. */
  'wrongKind',
  /** Below what was once in force here. */
  'staleVersion',
  'tooLarge',
  'wrongOffset',
  'incomplete',
  'diskFull',
  'failed',
  /** It runs already. */
  'alreadyThere',
  /** It was tried here, and did not come up well. */
  'triedBefore',
  /** The slot that runs is on trial, and the other one is all there is to fall back to. */
  'onTrial',
  /** An update that is whole is being put into its slot. */
  'underWay',
] as const;
export type UpdateRefusal = (typeof updateRefusals)[number];

export interface UpdateStand {
  /** That runs, 1..2^32-1. */
  readonly release: number;
  /** Nothing below it is taken. */
  readonly floor: number;
  /** 32 bytes: SHA-256 of the first 162 bytes of the update that is coming, or waits to be put into its slot. Undefined: none is. */
  readonly headHash: Uint8Array | undefined;
  /** Of it, on disk. */
  readonly receivedBytes: number;
  /** All of it is there, and was handed on. */
  readonly isWhole: boolean;
  /** Why the last one was refused; undefined: none was. */
  readonly refused: UpdateRefusal | undefined;
}

export interface UpdateStore {
  stand(): UpdateStand;
  /** Why no update of this length is taken at this moment, from `offset` on: 0 forgets what has come of another. */
  begin(totalBytes: number, offset: number): UpdateRefusal | undefined;
  /** The bytes that follow; resolves with how many are on disk. What is refused is forgotten. */
  receive(bytes: Uint8Array): Promise<Result<number, UpdateRefusal>>;
  /** All bytes are on disk. Once it resolves, a power cut does not lose the update. */
  handOver(): Promise<Result<undefined, UpdateRefusal>>;
}
