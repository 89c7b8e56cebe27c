/**
 * What is on the medium when the power goes, from what was done to the files up to then. Synced bytes are there. Of the rest any part
 * may be, in pieces of a sector: the kernel and the card write back in whatever order they like. Names are kept in the order in which
 * they changed, as a journalling file system does, up to any point after the last sync of the directory.
 */
import type { Random } from '../../../sim/random.ts';
import type { Operation } from './trace.ts';

const sectorBytes = 512;

/** How much of what was not synced is there. */
export type Fate =
  /** Everything: the process died, the machine did not. */
  | 'all'
  /** Nothing. */
  | 'none'
  /** Whatever the dice say, sector by sector. */
  | { readonly dice: Random };

export type Image = ReadonlyMap<string, Uint8Array>;

type Change = Extract<Operation, { readonly kind: 'write' | 'truncate' }>;
type NameChange = Extract<Operation, { readonly kind: 'create' | 'unlink' | 'rename' }>;

interface File {
  synced: Uint8Array;
  unsynced: Change[];
}

/** Names to files, as they changed. */
type Names = Map<string, File>;

const rename = (names: Names, change: NameChange, created: File | undefined): void => {
  const file = created ?? names.get(change.path);
  if (change.kind !== 'create') names.delete(change.path);
  if (change.kind !== 'unlink' && file !== undefined) names.set(change.kind === 'rename' ? change.to : change.path, file);
};

/** The directory as it comes about, operation by operation; `image` may be asked at any time. */
export class Medium {
  readonly #names: Names = new Map();
  #syncedNames: Names = new Map();
  #unsyncedNames: { readonly change: NameChange; readonly created: File | undefined }[] = [];

  apply(operation: Operation): void {
    switch (operation.kind) {
      case 'create':
      case 'unlink':
      case 'rename': {
        const created = operation.kind === 'create' ? { synced: new Uint8Array(0), unsynced: [] } : undefined;
        rename(this.#names, operation, created);
        this.#unsyncedNames.push({ change: operation, created });
        break;
      }
      case 'write':
      case 'truncate':
        this.#names.get(operation.path)?.unsynced.push(operation);
        break;
      case 'sync':
        this.#sync(operation.path);
        break;
      case 'failedSync':
        lose(this.#names.get(operation.path));
        break;
      default:
    }
  }

  /** Of the files whose name begins with `prefix`. */
  image(prefix: string, fate: Fate): Image {
    const names = new Map(this.#syncedNames);
    const kept = fate === 'all' ? this.#unsyncedNames.length : fate === 'none' ? 0 : fate.dice.int(this.#unsyncedNames.length + 1);
    for (const { change, created } of this.#unsyncedNames.slice(0, kept)) rename(names, change, created);
    return new Map([...names].filter(([path]) => path.startsWith(prefix)).map(([path, file]) => [path, contentOf(file, fate)]));
  }

  #sync(path: string): void {
    if (path === '') {
      this.#syncedNames = new Map(this.#names);
      this.#unsyncedNames = [];
      return;
    }
    const file = this.#names.get(path);
    if (file === undefined) return;
    file.synced = contentOf(file, 'all');
    file.unsynced = [];
  }
}

/** What was to be synced counts as clean from now on, and no later sync writes it: that is what Linux does. */
const lose = (file: File | undefined): void => {
  if (file !== undefined) file.unsynced = [];
};

const contentOf = ({ synced, unsynced }: File, fate: Fate): Uint8Array => {
  if (fate === 'none' || unsynced.length === 0) return synced;
  const isKept = fate === 'all' ? (): boolean => true : likeliness(fate.dice);
  let content = synced;
  for (const change of unsynced) {
    if (change.kind === 'write') content = written(content, change, isKept);
    else if (isKept()) content = resized(content, change.size);
  }
  return content;
};

/** A cut early or late in a write-back: most of it missing, or most of it there. */
const likeliness = (dice: Random): (() => boolean) => {
  const percent = dice.int(101);
  return () => dice.int(100) < percent;
};

const resized = (content: Uint8Array, size: number): Uint8Array => {
  const next = new Uint8Array(size);
  next.set(content.subarray(0, size));
  return next;
};

/** Pieces end where the sectors of the file end. */
const written = (content: Uint8Array, { offset, bytes }: Extract<Change, { kind: 'write' }>, isKept: () => boolean): Uint8Array => {
  let next: Uint8Array = Uint8Array.from(content);
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + sectorBytes - ((offset + from) % sectorBytes));
    if (isKept()) {
      if (next.length < offset + to) next = resized(next, offset + to);
      next.set(bytes.subarray(from, to), offset + from);
    }
    from = to;
  }
  return next;
};
