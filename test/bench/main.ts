/**
 * `npm run bench`: runs the benches of every test/bench/*.bench.ts, one after another, and prints their figures. `--json` prints one object
 * a line, `--quick` takes rougher figures in less time, `--only PATTERN` keeps the benches whose name matches. Exits 1 when a bench could
 * not be run, 2 on wrong use; a missed bar is marked, and is no failure: a figure depends on the machine.
 */
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Bench, figureOf, jsonLine, tableLine } from './bench.ts';

/** Wrong use ends here, with the mistake in words. */
const refuse = (sentence: string): never => {
  process.stderr.write(`${sentence}\nUsage: npm run bench -- [--json] [--quick] [--only PATTERN]\n`);
  process.exit(2);
};

/** What `attempt` gives, or the end with what it threw. */
const orRefuse = <Value>(attempt: () => Value): Value => {
  try {
    return attempt();
  } catch (thrown) {
    return refuse(thrown instanceof Error ? thrown.message : String(thrown));
  }
};

const { values: asked } = orRefuse(() =>
  parseArgs({
    options: { json: { type: 'boolean', default: false }, quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
  }),
);
const only = orRefuse(() => new RegExp(asked.only, 'i'));

const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.bench.ts'));
const benches: Bench[] = [];
for (const name of files.sort()) {
  const module = (await import(new URL(name, import.meta.url).href)) as { readonly benches?: readonly Bench[] };
  if (module.benches === undefined) throw new Error(`test/bench/${name} exports no \`benches\``);
  benches.push(...module.benches.filter((bench) => only.test(bench.name)));
}
if (benches.length === 0) refuse(`No bench has a name that matches ${JSON.stringify(asked.only)}.`);
const nameWidth = Math.max(0, ...benches.map(({ name }) => name.length));

for (const bench of benches) {
  const figure = await figureOf(bench, asked.quick);
  process.stdout.write(`${asked.json ? jsonLine(figure) : tableLine(figure, nameWidth)}\n`);
  if (figure.failure !== undefined) {
    process.stderr.write(`${figure.name}: ${figure.failure}\n`);
    process.exitCode = 1;
  }
}
