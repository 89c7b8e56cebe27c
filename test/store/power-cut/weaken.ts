/**
 * Plants a fault in every database the process opens, named by PLANTED_FAULT: the rig must catch each. Loaded with `--import`, so
 * that the stores themselves have no switch for it.
 */
import { DatabaseSync } from 'node:sqlite';

const faults: Readonly<Record<string, (sql: string) => string>> = {
  'synchronous off': (sql) => sql.replace('synchronous = FULL', 'synchronous = OFF'),
  'synchronous normal': (sql) => sql.replace('synchronous = FULL', 'synchronous = NORMAL'),
  'switch in two commits': (sql) => sql.replace('DROP TABLE tag;', 'COMMIT; BEGIN IMMEDIATE; DROP TABLE tag;'),
};
const plant = faults[process.env['PLANTED_FAULT'] ?? ''];
const exec = DatabaseSync.prototype.exec;
if (plant !== undefined) {
  DatabaseSync.prototype.exec = function (sql: string): void {
    exec.call(this, plant(sql));
  };
}
