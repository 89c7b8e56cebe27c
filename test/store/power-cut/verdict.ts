/**
 * Judges what a power cut left: opens it with the real stores and compares it with what the reader was told. Nothing it was told may be
 * missing, nothing may be there in part, nothing it was refused may be there.
 */
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryRecordStore } from '../../../sim/devices/memory-record-store.ts';
import { MemoryTableStore } from '../../../sim/devices/memory-table-store.ts';
import { RecordService } from '../../../src/store/record-service.ts';
import { openRecordStore } from '../../../src/store/record-store.ts';
import { reserveBytes } from '../../../src/store/space-reserve.ts';
import { TableService, type TableServiceData } from '../../../src/store/table-service.ts';
import { openTableStore } from '../../../src/store/table-store.ts';
import { startHere } from '../../../src/store/thread.ts';
import { crypto, tableKey, trust } from '../publisher.ts';
import type { Image } from './disk-image.ts';
import { journalSteps, journalStory, restart, type Step, tableSteps, tableStory } from './steps.ts';
import type { Operation } from './trace.ts';

/** What the reader asked one of its stores for, and what it was told, up to the cut. */
export class Promises {
  /** Steps asked for and not refused, in order; the first `told` of them are promised. */
  readonly asked: number[] = [];
  told = 0;
  /** Something is refused for want of space in this run: now, or at the end of what is under way. */
  readonly isSpaceShort: boolean;

  constructor(isSpaceShort: boolean) {
    this.isSpaceShort = isSpaceShort;
  }

  add({ word, step }: Extract<Operation, { readonly kind: 'mark' }>): void {
    if (word === 'asked') this.asked.push(step);
    else if (word === 'told') this.told += 1;
    else if (word === 'refused') this.asked.splice(this.asked.indexOf(step), 1);
  }

  /** Each sequence of steps the store may now hold: everything promised, and perhaps what was under way. */
  allowed(): readonly (readonly number[])[] {
    return Array.from({ length: this.asked.length - this.told + 1 }, (_, more) => this.asked.slice(0, this.told + more));
  }
}

export interface Judge {
  /** Files of this store begin with it. */
  readonly prefix: string;
  /** Undefined when the image keeps every promise; otherwise a sentence. */
  judge(image: Image, promises: Promises, directory: string): Promise<string | undefined>;
}

interface Kind<Store> {
  readonly prefix: string;
  readonly steps: readonly Step<Store>[];
  inMemory(): Store;
  open(directory: string): Promise<{ readonly store: Store; readonly openedDamaged: string | undefined }>;
  story(store: Store): Promise<string>;
  /** What of a story is promised where space is short. */
  whenSpaceIsShort(story: string): string;
}

const judgeOf = <Store extends { close(): Promise<void> }>({ prefix, steps, inMemory, open, story, whenSpaceIsShort }: Kind<Store>): Judge => {
  const stories = new Map<string, Promise<string>>();
  const storyAfter = (done: readonly number[]): Promise<string> => {
    const known = stories.get(done.join());
    const told = known ?? tell(done);
    stories.set(done.join(), told);
    return told;
  };
  const tell = async (done: readonly number[]): Promise<string> => {
    const store = inMemory();
    for (const index of done) {
      const step = steps[index];
      // A step that cannot be: the one before it failed. It changes nothing here, as it changed nothing there.
      if (step !== undefined && step !== restart) await step(store).catch(() => {});
    }
    return story(store);
  };
  return {
    prefix,
    judge: async (image, promises, directory) => {
      const told = (text: string): string => (promises.isSpaceShort ? whenSpaceIsShort(text) : text);
      const found = told(await read(image, directory, open, story));
      const expected = (await Promise.all(promises.allowed().map(storyAfter))).map(told);
      return expected.includes(found)
        ? undefined
        : `after ${promises.told} of ${promises.asked.length} steps the ${prefix} holds\n${found}\nand not\n${expected.join('\nor\n')}`;
    },
  };
};

const read = async <Store extends { close(): Promise<void> }>(
  image: Image,
  directory: string,
  open: Kind<Store>['open'],
  story: Kind<Store>['story'],
): Promise<string> => {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { mode: 0o700 });
  // The space kept for a full disk, as it was before the run: filling it for each image would take longer than all the rest.
  writeFileSync(join(directory, 'journal.reserve'), '');
  truncateSync(join(directory, 'journal.reserve'), reserveBytes);
  for (const [path, bytes] of image) writeFileSync(join(directory, path), bytes, { mode: 0o600 });
  try {
    const { store, openedDamaged } = await open(directory);
    const found = openedDamaged ?? (await story(store).catch(String));
    await store.close();
    return found;
  } catch (thrown) {
    return String(thrown);
  }
};

const recordsHere = startHere((data: { readonly directory: string }) => new RecordService(data));
const tableHere = startHere((data: TableServiceData) => new TableService(data, crypto));

/** A fresh set: the images of a run share what they expect. */
export const judges = (): { readonly journal: Judge; readonly table: Judge } => ({
  journal: judgeOf({
    prefix: 'journal',
    steps: journalSteps,
    inMemory: () => new MemoryRecordStore(),
    open: (directory) => openRecordStore({ directory }, recordsHere),
    story: journalStory,
    whenSpaceIsShort: (story) => story,
  }),
  table: judgeOf({
    prefix: 'table',
    steps: tableSteps,
    inMemory: () => new MemoryTableStore({ crypto, trust, tableKey }),
    open: (directory) => openTableStore({ directory, crypto, trust, tableKey }, tableHere),
    story: tableStory,
    // It makes room by forgetting the file it was receiving.
    whenSpaceIsShort: (story) => story.split('; staged:')[0] ?? '',
  }),
});
