/** An update that came over the line. Which one this reader takes, and where it lies, is behind its port; here only what is told of it. */
import { type UpdateStore, updateHeadBytes } from '../ports/update-store.ts';
import type { FileIntake } from './file-sync.ts';
import type { LinkEvent } from './link-host.ts';
import { type Outcome, updateFileType } from './messages.ts';
import type { Applied, Stored } from './sync-machine.ts';

/** An update is long: a power cut may cost more of it than of a table, and the disk is spared. */
const updateStoreBytes = 32_768;

export interface UpdateIntakeParts {
  readonly updates: UpdateStore;
  /** Whoever sends is in a session on the reader's own key: the disk of a door is nobody else's to fill. */
  isTrusted(): boolean;
  tell(event: LinkEvent): void;
}

export class UpdateIntake implements FileIntake {
  readonly type = updateFileType;
  readonly headBytes = updateHeadBytes;
  readonly storeBytes = updateStoreBytes;
  readonly #parts: UpdateIntakeParts;

  constructor(parts: UpdateIntakeParts) {
    this.#parts = parts;
  }

  begin(totalBytes: number, offset: number): Outcome | undefined {
    const { updates, isTrusted } = this.#parts;
    return isTrusted() ? updates.begin(totalBytes, offset) : 'notKeyed';
  }

  store(_offset: number, _totalBytes: number, bytes: Uint8Array): Promise<Stored> {
    return this.#parts.updates.receive(bytes);
  }

  apply(): Promise<Applied> {
    return this.#parts.updates.handOver();
  }

  ended(outcome: Outcome): void {
    if (outcome === 'done') this.#parts.tell({ code: 'update.received' });
    else this.#parts.tell({ code: 'update.refused', fields: { reason: outcome } });
  }
}
