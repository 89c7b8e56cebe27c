/**
 * The pages as files that a browser takes, in a folder of out/web named after what they were made of: unchanged sources are not built again,
 * and two builds at once do not meet. What the pages are is entry.tsx's; who serves them, and with which headers, is the server's.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outFolder = join(root, 'out', 'web');
/** All that the pages are made of. */
const madeOf = ['sim/web', 'sim/controller/api', 'sim/bench/bench-routes.ts', 'src/access', 'src/shared', 'package-lock.json'];

export interface Pages {
  /** Holds index.html, and the rest below `assets/`. */
  readonly folder: string;
  /** Paths of the files in it, with forward slashes, rising. */
  readonly files: readonly string[];
  /** What a browser fetches in all, each file compressed by itself. */
  readonly gzipBytes: number;
}

const filesOf = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .flatMap((name) => filesOf(join(path, name)))
    : [path];

const fingerprint = (): string => {
  const hash = createHash('sha256');
  for (const file of madeOf.flatMap((path) => filesOf(join(root, path)))) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
};

const diagramsName = 'virtual:state-diagrams';

/** Draws the machines where the pages ask for their diagrams. */
const stateDiagrams = (): Plugin => ({
  name: 'state-diagrams',
  resolveId: (id) => (id === diagramsName ? `\0${diagramsName}` : undefined),
  load: async (id) => {
    if (id !== `\0${diagramsName}`) return undefined;
    const { drawMachines } = await import('./build/diagram.ts');
    return `export const regions = ${JSON.stringify(await drawMachines())};`;
  },
});

const bundle = async (into: string): Promise<void> => {
  const { build } = await import('vite');
  await build({
    root: join(root, 'sim', 'web'),
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    base: './',
    plugins: [stateDiagrams()],
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    // Neither scripts in the page nor images in the style sheet: the pages are served without leave for either.
    build: {
      outDir: into,
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      cssCodeSplit: false,
      target: 'es2022',
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  });
};

/** Whether they stand on disk as their sources are. */
export const arePagesMade = (): boolean => existsSync(join(outFolder, fingerprint()));

/** Resolves once the pages stand on disk; rejects where the bundler refuses them. */
export async function buildPages(): Promise<Pages> {
  const name = fingerprint();
  const folder = join(outFolder, name);
  if (!existsSync(folder)) {
    const unfinished = join(outFolder, `unfinished-${process.pid}`);
    await bundle(unfinished);
    if (existsSync(folder)) rmSync(unfinished, { recursive: true });
    else renameSync(unfinished, folder);
  }
  const paths = filesOf(folder);
  return {
    folder,
    files: paths.map((path) => path.slice(folder.length + 1).replaceAll('\\', '/')),
    gzipBytes: paths.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0),
  };
}
