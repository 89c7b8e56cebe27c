/**
 * The program of the bench as `npm start` runs it, with a fault: what it answers is on disk two seconds later. For showing that bench-kills.ts finds
 * such a thing. Takes the same arguments.
 */
import process from 'node:process';
import { Command } from 'commander';
import { NodeSqliteDriver } from '../../sim/controller/sqlite-dialect.ts';
import { runBench } from '../../sim/processes/bench.ts';
import { deafIoOf } from '../../sim/processes/io.ts';
import { processCommands } from '../../sim/processes/program.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';

const lateMs = 2_000;
const clock = new NodeClock();
const { prototype } = NodeSqliteDriver;
const [begin, commit] = [prototype.beginTransaction, prototype.commitTransaction];
let beganMs: number | undefined;

prototype.beginTransaction = async function beginOnce(connection) {
  if (beganMs !== undefined) return;
  beganMs = clock.nowMs();
  await begin.call(this, connection);
};

prototype.commitTransaction = async function commitLate(connection) {
  if (beganMs === undefined || clock.nowMs() - beganMs < lateMs) return;
  beganMs = undefined;
  await commit.call(this, connection);
};

const isAnother = (): Promise<never> => Promise.reject(new Error('this is the bench'));
const root = new Command('bench-child');
processCommands(root, { reader: isAnother, controller: isAnother, bench: (options) => runBench(options, deafIoOf(process)) }, (code) =>
  process.exit(code),
);
await root.parseAsync();
