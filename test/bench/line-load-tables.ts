/** Writes the tables a reader under load is going to put in force, and ends, with the memory it took. Arguments: a directory, how many tables, of how many people. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { range, snapshotOf } from '../store/publisher.ts';

const [directory = '', tables = '1', people = '1'] = process.argv.slice(2);
for (const version of range(Number(tables))) {
  writeFileSync(join(directory, `table-${String(version).padStart(3, '0')}`), snapshotOf(version, Number(people)).file);
}
