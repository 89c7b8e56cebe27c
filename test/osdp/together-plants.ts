/**
 * The code of both ends with a fault planted in it: src/osdp with a line of it changed, loaded beside the shipped one. Also the way to a
 * limit that no test could wait for. Which faults there are, and who must notice, stands in together-planted.test.ts.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { assert, present } from '../../src/shared/assert.ts';
import { root } from '../tidy/source.ts';
import type { Ends } from './together.ts';

export interface Change {
  /** Of src/osdp. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
}

const osdp = join(root, 'src/osdp');

const planting = (changes: readonly Change[]): Plugin => ({
  name: 'planting',
  setup: ({ onLoad }) => {
    onLoad({ filter: /src[\\/]osdp[\\/][\w-]+\.ts$/ }, ({ path }) => {
      let contents = readFileSync(path, 'utf8');
      for (const { file, from, to } of changes) if (file === basename(path)) contents = contents.replace(from, () => to);
      return { contents, loader: 'ts' };
    });
  },
});

/** Both ends, with these changes made. The text to be changed must be there: a change that is stale says so. */
export const endsWith = async (...changes: readonly Change[]): Promise<Ends> => {
  for (const { file, from } of changes) {
    const times = readFileSync(join(osdp, file), 'utf8').split(from).length - 1;
    assert(times === 1, `src/osdp/${file} has ${JSON.stringify(from)} once, not ${times} times`);
  }
  const { outputFiles } = await build({
    stdin: { contents: "export { AcuLine } from './acu-line.ts'; export { PdSession } from './pd.ts';", resolveDir: osdp, loader: 'ts' },
    plugins: [planting(changes)],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const { text } = present(outputFiles[0], 'a bundle');
  return (await import(/* @vite-ignore */ `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)) as Ends;
};
