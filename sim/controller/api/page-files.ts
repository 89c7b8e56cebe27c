/**
 * The files of the pages, read once and served by name from memory: no path of a request ever reaches the disk (SECURITY H7). Decides which kinds
 * of file there are; what they hold is sim/web's.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Fault } from '../../../src/shared/faults.ts';

export interface PageFile {
  readonly bytes: Uint8Array;
  readonly type: string;
}

/** By the path of its address, from `/` on. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: readonly [ending: string, type: string][] = [
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.woff2', 'font/woff2'],
];

/** Everything below a directory that is of a known kind; `index.html` is `/`. Rejects with `disk.failed`. */
export const readPages = async (directory: string): Promise<PageFiles> => {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const files = names.flatMap((path) => {
      const type = types.find(([ending]) => path.endsWith(ending))?.[1];
      return type === undefined ? [] : [{ path, type }];
    });
    return new Map(
      await Promise.all(files.map(async ({ path, type }) => [addressOf(relative(directory, path)), { bytes: await readFile(path), type }] as const)),
    );
  } catch (cause) {
    throw new Fault('disk.failed', 'the files of the pages could not be read', cause);
  }
};

const addressOf = (name: string): string => (name === 'index.html' ? '/' : `/${name.split(sep).join('/')}`);
