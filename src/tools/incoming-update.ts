/**
 * The update that comes over the line, as a file beside the reader's own: it grows there, its signature and its release are judged as soon as its
 * head is there, its table when that is, and the whole of it is left under the name that root waits for (hardware/systemd). Its pieces, and whether
 * it goes into a slot, are update.ts's: nothing is started that only the reader has looked at.
 */
import type { KeyObject } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type UpdateRefusal, type UpdateStand, type UpdateStore, updateHeadBytes, updateRefusals } from '../ports/update-store.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { type FreeBytes, freeBytesOf } from '../store/space-reserve.ts';
import { exists, privateFileMode, syncDirectory } from './private-files.ts';
import { judgeRelease } from './update.ts';
import { type Card, floorOf, readCard, readUpdateState, updateKey } from './update-card.ts';
import { withSource } from './update-disk.ts';
import { bytesBefore, describeUpdate, headHashOf, openHead, readHead } from './update-file.ts';

/** In the data directory. Root puts it into a slot, and takes it away again. */
export const wholeFile = 'doorpad.update';
export const partialFile = 'doorpad.update.coming';
/** What an update may never take of the disk: the reader's journal and its tables grow there. */
export const keptFreeBytes = 64 * 2 ** 20;

export interface IncomingParts {
  readonly card: Card;
  readonly key: KeyObject;
  /** Of the reader. */
  readonly dataDir: string;
  /** Of the disk of that directory. */
  readonly freeBytes?: FreeBytes;
}

/** What is there of an update, on disk. */
interface Coming {
  readonly headHash: Uint8Array | undefined;
  readonly receivedBytes: number;
  readonly totalBytes: number;
}

/** The file that an earlier start has left, as far as it can go on. */
const foundAt = (path: string): Coming | undefined => {
  const found = withSource(path, (source) => {
    const update = describeUpdate(source);
    const headHash = headHashOf(source.read(0, updateHeadBytes));
    return update.ok ? ok({ headHash, receivedBytes: source.bytes, totalBytes: update.value.bytes }) : update;
  });
  return found.ok && found.value.receivedBytes <= found.value.totalBytes ? found.value : undefined;
};
/** A transfer has an end: of a file that is all there, the last byte is sent once more. */
const withoutEnd = (coming: Coming): Coming => ({ ...coming, receivedBytes: Math.min(coming.receivedBytes, coming.totalBytes - 1) });

/** Undefined: this machine runs from no card, or from one that takes no updates. */
export const incomingUpdateOf = (dataDir: string, root = ''): IncomingUpdate | undefined => {
  const card = readCard(root);
  const key = updateKey(root);
  return card === undefined || !key.ok ? undefined : new IncomingUpdate({ card, key: key.value, dataDir });
};

export class IncomingUpdate implements UpdateStore {
  readonly #parts: IncomingParts;
  readonly #partial: string;
  readonly #whole: string;
  #coming: Coming | undefined;
  #isTableRead: boolean;
  #isHandedOver: boolean;
  #refused: UpdateRefusal | undefined;

  constructor(parts: IncomingParts) {
    this.#parts = parts;
    this.#partial = join(parts.dataDir, partialFile);
    this.#whole = join(parts.dataDir, wholeFile);
    const [whole, partial] = [foundAt(this.#whole), foundAt(this.#partial)];
    this.#coming = whole ?? (partial && withoutEnd(partial));
    this.#isTableRead = this.#coming !== undefined;
    this.#isHandedOver = exists(this.#whole);
  }

  stand(): UpdateStand {
    const { card } = this.#parts;
    const state = readUpdateState(card.root);
    const isWhole = exists(this.#whole);
    // What was handed over, and is there no more, root has dealt with.
    const coming = this.#isHandedOver && !isWhole ? undefined : this.#coming;
    return {
      release: card.release,
      floor: floorOf(card, state),
      headHash: coming?.headHash,
      receivedBytes: coming?.receivedBytes ?? 0,
      isWhole,
      refused: this.#refused ?? state.refused?.reason,
    };
  }

  begin(totalBytes: number, offset: number): UpdateRefusal | undefined {
    if (exists(this.#whole)) return 'underWay';
    if (offset === 0) {
      this.#forget();
      // What came of another one has given its room back.
      const { dataDir, freeBytes = freeBytesOf } = this.#parts;
      if (freeBytes(dataDir) - totalBytes < keptFreeBytes) return this.#refuse('diskFull');
      this.#coming = { headHash: undefined, receivedBytes: 0, totalBytes };
    } else if (this.#coming?.receivedBytes !== offset || this.#coming.totalBytes !== totalBytes) return 'wrongOffset';
    this.#refused = undefined;
    return undefined;
  }

  async receive(bytes: Uint8Array): Promise<Result<number, UpdateRefusal>> {
    const coming = this.#coming;
    if (coming === undefined) return failed('wrongOffset');
    const head = coming.receivedBytes === 0 ? this.#judgeHead(Buffer.from(bytes)) : ok(coming.headHash);
    if (!head.ok) return failed(this.#refuse(head.failure));
    const receivedBytes = await this.#write(coming.receivedBytes, bytes);
    this.#coming = { ...coming, headHash: head.value, receivedBytes };
    if (!this.#isTableRead) {
      const refusal = this.#judgeTable(this.#coming);
      if (refusal !== undefined) return failed(this.#refuse(refusal));
    }
    return ok(receivedBytes);
  }

  async handOver(): Promise<Result<undefined, UpdateRefusal>> {
    if (!this.#isTableRead) return failed(this.#refuse('malformed'));
    await rename(this.#partial, this.#whole);
    this.#isHandedOver = true;
    syncDirectory(this.#parts.dataDir);
    return ok(undefined);
  }

  /** Its hash, when it is one that this reader takes. */
  #judgeHead(bytes: Buffer): Result<Uint8Array, UpdateRefusal> {
    const { card, key } = this.#parts;
    const head = openHead(bytes.subarray(0, updateHeadBytes), key);
    if (!head.ok) return failed(head.failure.reason);
    const judged = judgeRelease(head.value, card);
    return judged.ok ? ok(headHashOf(bytes)) : failed(judged.failure.reason);
  }

  /** Undefined: it is in order, or not there yet. */
  #judgeTable({ receivedBytes, totalBytes }: Coming): UpdateRefusal | undefined {
    const judged = withSource(this.#partial, (source): Result<boolean, UpdateRefusal> => {
      const head = readHead(source.read(0, updateHeadBytes));
      if (!head.ok) return failed(head.failure.reason);
      if (receivedBytes < bytesBefore(head.value.pieces)) return ok(false);
      const update = describeUpdate(source);
      return update.ok && update.value.bytes === totalBytes ? ok(true) : failed('malformed');
    });
    if (judged.ok) this.#isTableRead = judged.value;
    return judged.ok ? undefined : (updateRefusals.find((each) => each === judged.failure) ?? 'failed');
  }

  /** On disk when it resolves. */
  async #write(at: number, bytes: Uint8Array): Promise<number> {
    const file = await open(this.#partial, at === 0 ? 'w' : 'r+', privateFileMode);
    try {
      for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
      await file.datasync();
    } finally {
      await file.close();
    }
    return at + bytes.length;
  }

  #refuse(refusal: UpdateRefusal): UpdateRefusal {
    this.#forget();
    this.#refused = refusal;
    return refusal;
  }

  #forget(): void {
    rmSync(this.#partial, { force: true });
    this.#coming = undefined;
    this.#isTableRead = false;
    this.#isHandedOver = false;
  }
}
