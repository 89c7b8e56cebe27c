/**
 * `npm run bench`: runs the benches of every test/bench/*.bench.ts, one after another, and prints their figures. `--json` prints one object
 * a line, `--quick` takes rougher figures in less time, `--only PATTERN` keeps the benches whose name matches. Exits 1 when a bench could
 * not be run; a missed bar is marked, and is no failure: a figure depends on the machine.
 */
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Bench, figureOf, jsonLine, tableLine } from './bench.ts';

const { values: asked } = parseArgs({
  options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bench.ts'));
const benches: Bench[] = [];
for (const name of files.sort()) {
  const module = (await import(new URL(name, import.meta.url).href)) as { readonly benches?: readonly Bench[] };
  if (module.benches === undefined) throw new Error(`test/bench/${name} exports no \`benches\``);
  benches.push(...module.benches.filter((bench) => new RegExp(asked.only, 'i').test(bench.name)));
}
const nameWidth = Math.max(0, ...benches.map(({ name }) => name.length));

for (const bench of benches) {
  const figure = await figureOf(bench, asked.quick);
  process.stdout.write(`${asked.json ? jsonLine(figure) : tableLine(figure, nameWidth)}\n`);
  if (figure.failure !== undefined) {
    process.stderr.write(`${figure.name}: ${figure.failure}\n`);
    process.exitCode = 1;
  }
}
