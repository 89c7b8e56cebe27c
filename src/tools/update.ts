/**
 * Puts an update into the slot that does not run: everything is checked before anything is written, and what U-Boot starts is changed last, in one
 * step. Power may go at any moment. Where things stand is update-card.ts's, what an update is update-file.ts's; the slot counts as good when the
 * reader of it has shown that it is (boot/slot-watch.ts).
 */
import type { KeyObject } from 'node:crypto';
import { ok, type Result } from '../shared/result.ts';
import { type BootEnv, fullAttempts, otherSlot } from './boot-env.ts';
import { type Card, floorOf, forgetTried, keepTried, readBootEnv, readUpdateState } from './update-card.ts';
import { bytesOf, holds, SlotWriter } from './update-disk.ts';
import {
  checkPieces,
  faulty,
  isSame,
  openUpdate,
  type Piece,
  pieceBytes,
  sha256,
  type Update,
  type UpdateFault,
  type UpdateHead,
  type UpdateSource,
  unpackPiece,
} from './update-file.ts';

export interface Updating {
  readonly card: Card;
  readonly key: KeyObject;
  readonly source: UpdateSource;
  /** A release that did not come up well is taken once more. */
  readonly again: boolean;
  /** In force when it returns, in one step. Throws when it is not. */
  setBoot(env: BootEnv): void;
  /** So that what is read afterwards comes from the disk. */
  forgetCached(device: string): void;
  /** Each a sentence. */
  say(sentence: string): void;
}

/** Each so many pieces a sentence. */
const piecesASentence = 64;

/** The update, when it is one for this card. Nothing was written. */
const judgeUpdate = ({ source, key, card, again }: Updating): Result<Update, UpdateFault> => {
  const opened = openUpdate(source, key);
  if (!opened.ok) return opened;
  const update = opened.value;
  const wanted = judgeRelease(update, card, again);
  if (!wanted.ok) return wanted;
  const room = bytesOf(card.otherDevice);
  if (update.pieces.length * pieceBytes > room)
    return faulty('tooLarge', `The update is larger than a slot of this card (${room} bytes): write a new card.`);
  const whole = checkPieces(source, update);
  return whole.ok ? ok(update) : whole;
};

/** Whether this card takes this release at this moment, going by what stands in its small files. */
export const judgeRelease = (
  { release, version }: Pick<UpdateHead, 'release' | 'version'>,
  card: Card,
  again = false,
): Result<undefined, UpdateFault> => {
  const state = readUpdateState(card.root);
  const named = namedRelease({ release, version });
  const floor = floorOf(card, state);
  if (release === card.release) return faulty('alreadyThere', `This reader runs ${named} already: nothing is to be done.`);
  if (release < floor) return faulty('staleVersion', `The update is ${named}, and this reader takes none below ${floor}: take a newer one.`);
  if (state.rolledBack === release && !again)
    return faulty('triedBefore', `${named} was tried here and did not come up well: take a newer one. (doorpad update --again tries it once more.)`);
  if (readBootEnv(card.root).left[card.running] !== fullAttempts || state.tried?.slot === card.running)
    return faulty(
      'onTrial',
      'The slot that runs is not marked good so far, and the other one is all there is to fall back to: wait until the reader has its line, or mend what doorpad doctor names.',
    );
  return ok(undefined);
};

const namedRelease = ({ release, version }: Pick<UpdateHead, 'release' | 'version'>): string => `release ${release} (${version})`;

/** Resolves with the last sentence. Throws what the disk says; the slot that runs is then still the one that starts. */
export const runUpdate = (updating: Updating): Result<string, UpdateFault> => {
  const { card, setBoot, say } = updating;
  const judged = judgeUpdate(updating);
  if (!judged.ok) return judged;
  const update = judged.value;
  const named = namedRelease(update);
  const target = otherSlot(card.running);
  say(`The signature holds, and all of ${named} is there. It goes into slot ${target}; slot ${card.running} goes on.`);
  const onlyRunning: BootEnv = { first: card.running, left: { ...fullLeft, [target]: 0 } };
  // From here on the other slot is none to start: whatever happens, the one that runs is started.
  setBoot(onlyRunning);
  forgetTried(card);
  const written = writePieces(updating, update);
  if (!written.ok)
    return faulty(written.failure.reason, `${written.failure.sentence} Slot ${card.running} goes on, and slot ${target} is not started.`);
  keepTried(card, { release: update.release, slot: target });
  setBoot({ first: target, left: fullLeft, trial: target });
  return ok(`${named} is in slot ${target}, which the next start tries, at most ${fullAttempts} times.`);
};

const fullLeft: BootEnv['left'] = { A: fullAttempts, B: fullAttempts };

const isRight = (bytes: Buffer, piece: Piece | undefined): boolean => piece !== undefined && isSame(sha256(bytes), piece.hash);

const writePieces = ({ card, source, say, forgetCached }: Updating, { pieces }: Update): Result<void, UpdateFault> => {
  const writer = new SlotWriter(card.otherDevice);
  try {
    for (const [index, piece] of pieces.entries()) {
      const unpacked = unpackPiece(source, piece);
      if (!unpacked.ok) return unpacked;
      writer.write(unpacked.value);
      if ((index + 1) % piecesASentence === 0) say(`${index + 1} of ${pieces.length} MiB are written.`);
    }
  } finally {
    writer.end();
  }
  forgetCached(card.otherDevice);
  const read = holds(card.otherDevice, pieces.length, pieceBytes, (bytes, index) => isRight(bytes, pieces[index]));
  return read.ok ? ok(undefined) : faulty('failed', `The card gives back something else than was written at MiB ${read.failure}: replace the card.`);
};
