/** doorpad as the few files a card carries and the benchmarks measure: the program, and beside it one file for each of its threads. */
import { join } from 'node:path';
import { build } from 'esbuild';

const sources = join(import.meta.dirname, '..', '..', 'src');

/** Writes `main.mjs`, its threads' files, and one for each of the further entry points. What is native is not in them: `natives`, beside them. */
export const bundleProgram = async (outdir: string, furtherEntryPoints: readonly string[] = []): Promise<void> => {
  await build({
    entryPoints: [
      join(sources, 'main.ts'),
      join(sources, 'store', 'record-worker.ts'),
      join(sources, 'store', 'table-worker.ts'),
      ...furtherEntryPoints,
    ],
    entryNames: '[name]',
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    external: [...natives],
    // What is still CommonJS asks for built-in modules this way.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
};

/** Packages that find their binaries beside their own files, so they stay folders of node_modules. */
export const natives = ['@serialport/bindings-cpp', 'koffi'] as const;
