/**
 * `npm run check`: every gate, each run even after one has failed. `--fix` repairs first what a machine can repair; `--no-tests` leaves
 * the tests out, for a caller that has just run them. Exits 1 when a gate failed. How gates run is gate.ts's.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { filesBelow, readText, root } from '../tidy/source.ts';
import { type Gate, runGates, type Verdict, verdictOn } from './gate.ts';
import { secretsIn } from './secrets.ts';
import { type Lockfile, type Manifest, supplyFindings } from './supply.ts';

const { values: asked } = parseArgs({ options: { fix: { type: 'boolean', default: false }, 'no-tests': { type: 'boolean', default: false } } });

/** Runs one of the tools in node_modules, which then runs on the pinned Node; its output is the details. */
const tool = (name: string, ...args: readonly string[]): Promise<Verdict> =>
  new Promise((resolve) => {
    const path = [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
    const child = spawn(name, args, { cwd: root, env: { ...process.env, PATH: path, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let details = '';
    const keep = (chunk: Buffer): void => {
      details += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (cause) => resolve({ passed: false, details: `${name} could not be started: ${cause.message}` }));
    child.on('close', (code) => resolve({ passed: code === 0, details }));
  });

/** Passed when every one did; the details are those of the ones that did not. */
const all = async (...verdicts: readonly Promise<Verdict>[]): Promise<Verdict> => {
  const settled = await Promise.all(verdicts);
  return { passed: settled.every(({ passed }) => passed), details: settled.flatMap(({ passed, details }) => (passed ? [] : [details])).join('\n') };
};

const readJson = (path: string): unknown => JSON.parse(readText(path));
const textFiles = (): string[] =>
  ['README.md', 'SECURITY.md', 'CHANGELOG.md', 'package.json', '.npmrc', '.ci/run'].concat(
    filesBelow('src', 'sim', 'test', 'hardware', 'docs').filter((path) => !path.startsWith('test/vectors/')),
  );

const gates: readonly Gate[] = [
  {
    name: 'format',
    // Whatever oxlint rewrites, biome formats.
    fix: async () => [await tool('oxlint', '--type-aware', '--fix'), await tool('biome', 'check', '--write', '.')],
    run: () => tool('biome', 'check', '--linter-enabled=false', '.'),
  },
  {
    name: 'lint',
    run: () => all(tool('biome', 'lint', '--error-on-warnings', '.'), tool('oxlint', '--type-aware', '--deny-warnings')),
  },
  { name: 'types', run: () => all(tool('tsc', '-p', '.'), tool('tsc', '-p', 'sim/web')) },
  { name: 'unused code', run: () => tool('knip', '--no-progress') },
  {
    name: 'supply chain',
    run: async () => verdictOn(supplyFindings(readJson('package.json') as Manifest, readJson('package-lock.json') as Lockfile, new Date())),
  },
  { name: 'secrets', run: async () => verdictOn(textFiles().flatMap((path) => secretsIn(path, readText(path)))) },
  {
    name: 'tests',
    // Writes the generated pages anew; no other snapshot is touched.
    fix: () =>
      tool(
        'vitest',
        'run',
        'test/rows.test.ts',
        'test/access/machine-diagrams.test.ts',
        'test/config',
        'test/tools/people-page.test.ts',
        'test/sim/controller/api/openapi.test.ts',
        'test/hardware',
        '--update',
      ),
    run: () => tool('vitest', 'run', '--project', 'core', '--coverage', '--reporter=default'),
  },
];

const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

if (asked.fix) for (const { fix } of gates) await fix?.();
const outcomes = await runGates(
  gates.filter(({ name }) => name !== 'tests' || !asked['no-tests']),
  tell,
  () => performance.now(),
);
mkdirSync(join(root, 'out'), { recursive: true });
writeFileSync(join(root, 'out', 'gates.json'), JSON.stringify(outcomes.map(({ name, passed }) => ({ name, passed }))));
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1;
