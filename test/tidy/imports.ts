/** Who may import whom. The table is the whole decision; everything below it reads files against the table. */
import { posix } from 'node:path';
import { lineAt, type Source } from './source.ts';

interface Row {
  /** A folder, or a file without its ending; both when both exist. */
  readonly part: string;
  /** Parts, packages and built-ins it may import; `node:*` is every built-in, `*` every package. Itself always. */
  readonly may: readonly string[];
  /** What it may name in `import type` only: nothing of it runs. */
  readonly mayType?: readonly string[];
}

/** The parts of src that neither touch hardware nor start a process. */
const pure = ['src/shared', 'src/ports', 'src/access', 'src/osdp', 'src/table', 'src/journal', 'src/link', 'src/reader'];
const device = [...pure, 'src/store', 'src/drivers', 'src/config', 'src/tools'];
/** Cryptography is the one driver the bench shares with the door: there is nothing to simulate. */
const bench = [...pure, 'src/store', 'src/drivers/node-crypto', 'src/config', 'src/tools', 'sim', 'node:*', '*'];
/** Nothing of Node, nor of the stores. */
const contract = ['src/shared', 'src/access/mode', 'src/access/events', 'sim/controller/api', 'valibot'];

/** First row whose part holds the file wins. */
export const importTable: readonly Row[] = [
  { part: 'src/shared', may: [] },
  { part: 'src/ports', may: ['src/shared'] },
  { part: 'src/access', may: ['src/shared', 'xstate'] },
  { part: 'src/osdp', may: ['src/shared'], mayType: ['src/ports/crypto'] },
  // Tags are made of PINs and cards.
  { part: 'src/table', may: ['src/shared', 'src/ports'], mayType: ['src/access/pin', 'src/access/card', 'node:crypto'] },
  { part: 'src/journal', may: ['src/shared', 'src/ports'], mayType: ['src/access/pin', 'node:crypto'] },
  // Where the table's thread begins: it puts its parts together, as boot does for the process.
  { part: 'src/store/table-worker', may: ['src/store', 'src/drivers/node-crypto', 'node:worker_threads'] },
  // The store's worker runs the table's own checks off the main thread, so it imports their values.
  {
    part: 'src/store',
    may: ['src/shared', 'src/ports', 'src/table', 'node:sqlite', 'node:worker_threads', 'node:fs', 'node:path', 'node:url', 'node:zlib'],
    mayType: ['src/journal'],
  },
  // A setting's allowed values and its default stand where the rules are: it imports those values, and no rule.
  {
    part: 'src/config',
    may: ['src/shared', 'src/access/policy', 'src/access/mode', 'src/access/events', 'smol-toml', 'valibot'],
    mayType: ['src/ports'],
  },
  { part: 'src/link', may: ['src/shared', 'src/ports', 'src/osdp', 'src/table', 'src/journal', 'xstate'] },
  { part: 'src/drivers', may: ['src/shared', 'src/ports', 'node:*', '@serialport/bindings-cpp', '@serialport/stream', 'koffi'] },
  { part: 'src/tools', may: [...device, 'src/main', 'node:*', 'commander', 'uqr', 'valibot'] },
  { part: 'src/reader', may: [...pure, 'xstate'] },
  { part: 'src/boot', may: [...device, 'src/boot', 'node:*', 'pino', 'package.json'] },
  { part: 'src/main', may: [...device, 'src/boot', 'node:*', 'pino', 'commander', 'package.json'] },
  { part: 'sim/line', may: [...bench, 'src/drivers/serial-link'] },
  // Real processes on a real port, in real time; the reader's line is settled, and its settings are judged, as those of a real door are.
  {
    part: 'sim/processes',
    may: [
      ...bench,
      'src/drivers/serial-link',
      'src/drivers/retries',
      'src/drivers/node-clock',
      'src/boot/settled-line',
      'src/boot/settings-change',
      'src/boot/restart',
    ],
  },
  // The contract of server and pages: what a browser runs too.
  ...['route', 'route-parts', 'refusals', 'shapes', 'people-routes', 'reader-routes', 'site-routes', 'manager-routes', 'live'].map((name) => ({
    part: `sim/controller/api/${name}`,
    may: contract,
  })),
  // What can be installed takes nothing from a simulated world, save for the disks of the reader that its tests speak to (SECURITY H8).
  { part: 'sim/controller', may: [...bench.filter((part) => part !== 'sim'), 'sim/devices'] },
  { part: 'sim/bench/bench-routes', may: contract },
  { part: 'sim/web/build', may: [...bench, 'vite', 'elkjs'] },
  // Runs in a browser.
  { part: 'sim/web', may: [...contract, 'sim/bench/bench-routes', 'preact', '@preact/signals', 'virtual:state-diagrams'], mayType: ['src/access'] },
  { part: 'sim', may: bench },
  // Builds a card and starts it: of the project itself only what bundles are made of, by path.
  { part: 'hardware', may: ['node:*', '*'] },
  { part: 'test', may: ['src', 'sim', 'test', 'hardware', 'node:*', '*', 'vitest.config'] },
  { part: 'vitest.config', may: ['test/gates', 'node:*', '*'] },
];

export interface Import {
  /** A path from the root without `.ts` (`.` is the root itself), a package's name, or `node:…`. */
  readonly target: string;
  readonly isType: boolean;
  readonly line: number;
}

const isWithin = (path: string, part: string): boolean => path === part || path.startsWith(`${part}/`);

const permits = (part: string, target: string): boolean => {
  if (part === 'node:*') return target.startsWith('node:');
  if (part === '*') return !/^(?:node:|src\/|sim\/|test\/|\.)/.test(target);
  return isWithin(target, part);
};

/** What stands between quotes at this place of the code. */
const quotedAt = ({ uncommented }: Source, quote: number): string => {
  const rest = uncommented.slice(quote + 1);
  return rest.slice(0, rest.search(/['"]/));
};

const targetOf = (path: string, specifier: string): string => {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier).replace(/\.(?:m?ts|tsx|mjs)$/, '');
  if (specifier.startsWith('node:')) return specifier;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
};

/** Every import of a file: statements, re-exports, `import()`, and files named by `new URL(…, import.meta.url)`. */
export function importsOf(source: Source): Import[] {
  const forms: readonly [form: RegExp, isType: (match: RegExpMatchArray) => boolean][] = [
    [/\b(?:import|export)\s+(type\s+(?!from\b))?(?:[^'"`;()]*?\bfrom\s*)?(?=['"])/dg, (match) => match[1] !== undefined],
    [/(\btypeof\s+)?\bimport\s*\(\s*(?=['"])/dg, (match) => match[1] !== undefined],
    [/\bnew URL\(\s*(?=['"][^'"]*['"],\s*import\.meta\.url)/dg, () => false],
  ];
  return forms.flatMap(([form, isType]) =>
    [...source.code.matchAll(form)].map((match) => ({
      target: targetOf(source.path, quotedAt(source, match.index + match[0].length)),
      isType: isType(match),
      line: lineAt(source.text, match.index),
    })),
  );
}

/** What this file imports against the table, a sentence each. */
export function forbiddenImports(source: Source): { readonly line: number; readonly sentence: string }[] {
  const own = source.path.replace(/\.(?:m?ts|tsx|mjs)$/, '');
  const row = importTable.find(({ part }) => isWithin(own, part));
  if (row === undefined) return [{ line: 1, sentence: 'has no row in the import table: add one, or move the file' }];
  return importsOf(source)
    .filter(({ target }) => !isWithin(target, row.part) && target !== '.')
    .filter(({ target, isType }) => ![...row.may, ...(isType ? (row.mayType ?? []) : [])].some((part) => permits(part, target)))
    .map(({ target, isType, line }) => {
      const typeOnly = !isType && (row.mayType ?? []).some((part) => permits(part, target));
      return { line, sentence: typeOnly ? `may name ${target} in \`import type\` only` : `${row.part} may not import ${target}` };
    });
}
