/**
 * A table disk in memory that can lose power: everything committed stays on its medium, everything else is gone. What the
 * rows mean is table/'s; how a real disk keeps them is store/'s.
 */
import type { StagedFile, StoredPerson, TableDisk, TableLookUp } from '../../src/ports/table-disk.ts';
import { assert } from '../../src/shared/assert.ts';

/** The plug was pulled. The disk answers nothing any more; open another over the same medium. */
export class PowerLost extends Error {
  override readonly name = 'PowerLost';
}

/** What outlives a power cut. Bytes may be changed from outside, as a failing medium does. */
export interface TableMedium {
  state: Uint8Array | undefined;
  stagedHeader: Uint8Array | undefined;
  readonly stagedBody: Uint8Array[];
  persons: Map<number, Uint8Array>;
  tags: Map<bigint, number>;
  /** What a cut-off build left behind: worth nothing, and there to be tripped over. */
  builtPersons: Map<number, Uint8Array>;
  builtTags: Map<bigint, number>;
}

export const blankMedium = (): TableMedium => ({
  state: undefined,
  stagedHeader: undefined,
  stagedBody: [],
  persons: new Map(),
  tags: new Map(),
  builtPersons: new Map(),
  builtTags: new Map(),
});

/**
 * Called before every write, and before every commit, with their running number from 0. May throw PowerLost, or the Fault
 * of a disk that fails this write only.
 */
export type BeforeWrite = (write: number) => void;

export class MemoryTableDisk implements TableDisk {
  readonly #medium: TableMedium;
  readonly #beforeWrite: BeforeWrite;
  #writes = 0;
  #hasPower = true;
  /** The writes of the transaction that is open, done at its commit. */
  #pending: (() => void)[] | undefined;
  /** Rows by person, rising, for `scan`; made when asked for. */
  #order: readonly number[] | undefined;

  constructor(medium: TableMedium = blankMedium(), beforeWrite: BeforeWrite = () => undefined) {
    this.#medium = medium;
    this.#beforeWrite = beforeWrite;
  }

  lookUp(tag: bigint): TableLookUp {
    const { state, tags, persons } = this.#read();
    const person = tags.get(tag);
    return { state, person, sealed: person === undefined ? undefined : persons.get(person) };
  }

  state(): Uint8Array | undefined {
    return this.#read().state;
  }

  staged(): StagedFile | undefined {
    const { stagedHeader, stagedBody } = this.#read();
    return stagedHeader && { header: stagedHeader, bodyBytes: stagedBody.reduce((sum, { length }) => sum + length, 0) };
  }

  stagedBody(): Uint8Array {
    const body = new Uint8Array(this.staged()?.bodyBytes ?? 0);
    let at = 0;
    for (const bytes of this.#medium.stagedBody) {
      body.set(bytes, at);
      at += bytes.length;
    }
    return body;
  }

  sealedOf(person: number): Uint8Array | undefined {
    return this.#read().persons.get(person);
  }

  scan(after: number, limit: number): { person: number; sealed: Uint8Array }[] {
    const { persons } = this.#read();
    this.#order ??= [...persons.keys()].sort((left, right) => left - right);
    const from = firstAbove(this.#order, after);
    return this.#order.slice(from, from + limit).map((person) => ({ person, sealed: persons.get(person) as Uint8Array }));
  }

  tagCount(): number {
    return this.#read().tags.size;
  }

  transaction(work: () => void): void {
    assert(this.#pending === undefined, 'transactions do not nest');
    this.#order = undefined;
    const pending: (() => void)[] = [];
    this.#pending = pending;
    try {
      work();
      this.#arrive();
    } finally {
      this.#pending = undefined;
    }
    for (const write of pending) write();
  }

  putState(state: Uint8Array): void {
    const bytes = new Uint8Array(state);
    this.#write((medium) => {
      medium.state = bytes;
    });
  }

  beginStaged(header: Uint8Array): void {
    const bytes = new Uint8Array(header);
    this.#write((medium) => {
      medium.stagedHeader = bytes;
      medium.stagedBody.length = 0;
    });
  }

  appendStaged(bytes: Uint8Array): void {
    const copy = new Uint8Array(bytes);
    this.#write((medium) => medium.stagedBody.push(copy));
  }

  dropStaged(): void {
    this.#write((medium) => {
      medium.stagedHeader = undefined;
      medium.stagedBody.length = 0;
    });
  }

  deletePersons(persons: readonly StoredPerson[]): void {
    for (const { person, tags } of persons) {
      this.#write((medium) => {
        medium.persons.delete(person);
        for (const tag of tags) medium.tags.delete(tag);
      });
    }
  }

  putPersons(persons: readonly StoredPerson[]): void {
    for (const stored of persons) this.#write((medium) => put(stored, medium.persons, medium.tags));
  }

  switchToBuilt(): void {
    this.#write((medium) => {
      medium.persons = medium.builtPersons;
      medium.tags = medium.builtTags;
      this.#forgetBuilt();
    });
  }

  beginBuild(): void {
    this.#arrive();
    this.#forgetBuilt();
  }

  build(persons: readonly StoredPerson[]): void {
    for (const stored of persons) {
      this.#arrive();
      put(stored, this.#medium.builtPersons, this.#medium.builtTags);
    }
  }

  dropBuild(): void {
    this.#arrive();
    this.#forgetBuilt();
  }

  #read(): TableMedium {
    if (!this.#hasPower) throw new PowerLost('the disk has no power');
    return this.#medium;
  }

  #write(write: (medium: TableMedium) => void): void {
    this.#arrive();
    assert(this.#pending !== undefined, 'this write needs a transaction');
    this.#pending.push(() => write(this.#medium));
  }

  /** At a write: the power may go here. */
  #arrive(): void {
    this.#read();
    try {
      this.#beforeWrite(this.#writes++);
    } catch (thrown) {
      if (thrown instanceof PowerLost) this.#hasPower = false;
      throw thrown;
    }
  }

  #forgetBuilt(): void {
    this.#medium.builtPersons = new Map();
    this.#medium.builtTags = new Map();
  }
}

/** Refuses what a unique key of a real database refuses. */
const put = ({ person, sealed, tags }: StoredPerson, persons: Map<number, Uint8Array>, filed: Map<bigint, number>): void => {
  assert(!persons.has(person), 'a person is put once');
  persons.set(person, new Uint8Array(sealed));
  for (const tag of tags) {
    assert(!filed.has(tag), 'a tag is filed once');
    filed.set(tag, person);
  }
};

/** Where the first number above `floor` stands in a rising list. */
const firstAbove = (rising: readonly number[], floor: number): number => {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] as number) > floor) high = middle;
    else low = middle + 1;
  }
  return low;
};
