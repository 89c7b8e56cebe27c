/**
 * Cuts the power of a traced run after every single operation, in every way disk-image.ts knows, and has what is left judged.
 * It runs the stores for real, so each image that differs costs some milliseconds.
 */
import { createHash } from 'node:crypto';
import { Random } from '../../../sim/random.ts';
import { type Fate, type Image, Medium } from './disk-image.ts';
import type { StoreName } from './steps.ts';
import type { Operation } from './trace.ts';
import { type Judge, judges, Promises } from './verdict.ts';

export interface ReplayOptions {
  /** Where images are opened; it is emptied for each. */
  readonly directory: string;
  readonly seed: number;
  /** Throws of the dice for each cut, beside the two sure outcomes. */
  readonly throws: number;
  /** One broken promise is enough: for planted faults. */
  readonly isFirstEnough?: boolean;
}

export interface Replayed {
  /** Points at which the power was cut. */
  readonly cuts: number;
  /** Different images opened. */
  readonly images: number;
  /** What was found, a sentence each. */
  readonly broken: readonly string[];
}

const stores: readonly StoreName[] = ['journal', 'table'];

const concerns = (operation: Operation, name: StoreName): boolean =>
  operation.kind === 'mark' ? operation.store === name : operation.path === '' || operation.path.startsWith(name);

export const replay = async (
  operations: readonly Operation[],
  { directory, seed, throws, isFirstEnough = false }: ReplayOptions,
): Promise<Replayed> => {
  const medium = new Medium();
  const dice = new Random(seed);
  const fates: readonly Fate[] = ['none', 'all', ...Array.from({ length: throws }, () => ({ dice }))];
  const isSpaceShort = (name: StoreName): boolean =>
    operations.some((operation) => operation.kind === 'mark' && operation.word === 'refused' && operation.store === name);
  const parts: Readonly<Record<StoreName, Part>> = {
    journal: newPart(judges().journal, isSpaceShort('journal')),
    table: newPart(judges().table, isSpaceShort('table')),
  };
  const broken: string[] = [];
  let cuts = 0;
  for (const [index, operation] of operations.entries()) {
    medium.apply(operation);
    for (const name of stores.filter((store) => concerns(operation, store))) {
      const part = parts[name];
      if (operation.kind === 'mark') part.promises.add(operation);
      cuts += 1;
      for (const fate of fates) {
        const sentence = await judge(part, medium.image(name, fate), directory);
        if (sentence !== undefined) broken.push(`power cut after operation ${index} (${operation.kind}), ${nameOf(fate)}: ${sentence}`);
        if (isFirstEnough && broken.length > 0) return { cuts, images: imagesOf(parts), broken };
      }
    }
  }
  return { cuts, images: imagesOf(parts), broken };
};

interface Part {
  readonly judge: Judge;
  readonly promises: Promises;
  /** What was opened already, with the same promises to keep. */
  readonly seen: Set<string>;
}

const newPart = (judge: Judge, isSpaceShort: boolean): Part => ({ judge, promises: new Promises(isSpaceShort), seen: new Set() });
const imagesOf = (parts: Readonly<Record<StoreName, Part>>): number => stores.reduce((sum, name) => sum + parts[name].seen.size, 0);
const nameOf = (fate: Fate): string => (typeof fate === 'string' ? `${fate} of what was not synced` : 'part of what was not synced');

const judge = async ({ judge: { judge }, promises, seen }: Part, image: Image, directory: string): Promise<string | undefined> => {
  const fingerprint = fingerprintOf(image, promises);
  if (seen.has(fingerprint)) return undefined;
  seen.add(fingerprint);
  return judge(image, promises, directory);
};

const fingerprintOf = (image: Image, { asked, told }: Promises): string => {
  const hash = createHash('sha256').update(`${told} of ${asked.join()}`);
  for (const [path, bytes] of [...image].sort(([left], [right]) => (left < right ? -1 : 1))) hash.update(`${path} ${bytes.length} `).update(bytes);
  return hash.digest('hex');
};
