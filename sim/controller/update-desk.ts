/**
 * Which update is offered to which reader, kept over a restart of the controller by the name of its file. Decides that what is offered is whole;
 * whose signature it has to have, only the readers know. How it gets to a reader is update-keeper.ts's.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { failed, ok, type Result } from '../../src/shared/result.ts';
import { bytesBefore, checkPieces, describeUpdate, headHashOf, mostPieces, type UpdateSource } from '../../src/tools/update-file.ts';
import type { ControllerStore } from './controller-store.ts';
import type { ReaderKeeper } from './reader-keeper.ts';
import type { KnownReader } from './site-store.ts';
import type { OfferedUpdate } from './update-keeper.ts';

/** No card of ours has a slot that packs to so much. */
const mostBytes = 2 ** 30;

const settingOf = ({ id }: KnownReader): string => `update/${id}`;

/** The file whole, or the sentence that says why it is none to offer. It is read piece by piece: readers are polled meanwhile. */
const readOffered = async (path: string): Promise<Result<OfferedUpdate, string>> => {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const bytes = Buffer.alloc(Math.min((await file.stat()).size, mostBytes));
    const source: UpdateSource = { bytes: bytes.length, read: (at, length) => bytes.subarray(at, at + length) };
    await file.read(bytes, 0, Math.min(bytes.length, bytesBefore(mostPieces)), 0);
    const update = describeUpdate(source);
    if (!update.ok) return failed(`${path}: ${update.failure.sentence}`);
    const { release, version, pieces } = update.value;
    for (const piece of pieces) {
      await file.read(bytes, piece.at, Math.min(piece.packedBytes, Math.max(0, bytes.length - piece.at)), piece.at);
      const checked = checkPieces(source, { pieces: [piece] });
      if (!checked.ok) return failed(`${path}: ${checked.failure.sentence}`);
    }
    if (update.value.bytes !== bytes.length) return failed(`${path}: Something follows the update: copy it anew.`);
    return ok({ release, version, headHash: headHashOf(bytes), bytes });
  } catch (thrown) {
    return failed(`${path} cannot be read (${(thrown as NodeJS.ErrnoException).code ?? String(thrown)}).`);
  } finally {
    await file?.close();
  }
};

export class UpdateDesk {
  readonly #store: Pick<ControllerStore, 'settings'>;

  constructor(store: Pick<ControllerStore, 'settings'>) {
    this.#store = store;
  }

  /** To these readers, in place of what was offered to them before; or why not, in a sentence. Rejects with a Fault when the store does. */
  async offer(keepers: readonly ReaderKeeper[], path: string): Promise<Result<OfferedUpdate, string>> {
    const offered = await readOffered(path);
    if (!offered.ok) return offered;
    for (const keeper of keepers) {
      await this.#store.settings.put(settingOf(keeper.reader), path);
      // One that stays in the store is offered once more, and ends at once.
      keeper.updates.offer(offered.value, () => void this.#forget(keeper).catch(() => undefined));
    }
    return offered;
  }

  /** Nothing is offered to them any more. Rejects with a Fault when the store does. */
  async withdraw(keepers: readonly ReaderKeeper[]): Promise<void> {
    for (const keeper of keepers) {
      await this.#forget(keeper);
      keeper.updates.offer(undefined);
    }
  }

  /** What was offered before this program began, and is under way still. One sentence for each file that cannot be had any more. */
  async resume(keepers: readonly ReaderKeeper[]): Promise<readonly string[]> {
    const byPath = new Map<string, ReaderKeeper[]>();
    for (const keeper of keepers) {
      const path = await this.#store.settings.get(settingOf(keeper.reader));
      if (typeof path === 'string') byPath.set(path, [...(byPath.get(path) ?? []), keeper]);
    }
    const lost: string[] = [];
    for (const [path, meant] of byPath) {
      const offered = await this.offer(meant, path);
      if (offered.ok) continue;
      lost.push(offered.failure);
      await this.withdraw(meant);
    }
    return lost;
  }

  #forget({ reader }: ReaderKeeper): Promise<void> {
    return this.#store.settings.remove(settingOf(reader));
  }
}
