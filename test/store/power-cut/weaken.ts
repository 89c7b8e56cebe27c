/**
 * Plants a fault in every database the process opens, named by PLANTED_FAULT: the rig must catch each. Loaded with `--import`, so
 * that the stores themselves have no switch for it.
 */
import { DatabaseSync } from 'node:sqlite';

type Exec = (sql: string) => void;

const rewritten =
  (from: string, to: string) =>
  (exec: Exec): Exec =>
  (sql) =>
    exec(sql.replace(from, to));

const faults: Readonly<Record<string, (exec: Exec) => Exec>> = {
  'synchronous off': rewritten('synchronous = FULL', 'synchronous = OFF'),
  'synchronous normal': rewritten('synchronous = FULL', 'synchronous = NORMAL'),
  'switch in two commits': rewritten('DROP TABLE tag;', 'COMMIT; BEGIN IMMEDIATE; DROP TABLE tag;'),
  'failed commit taken for done': (exec) => (sql) => {
    try {
      exec(sql);
    } catch (thrown) {
      if (sql !== 'COMMIT') throw thrown;
    }
  },
};

const plant = faults[process.env.PLANTED_FAULT ?? ''];
const exec = DatabaseSync.prototype.exec;
if (plant !== undefined) {
  DatabaseSync.prototype.exec = function (sql: string): void {
    plant((text) => exec.call(this, text))(sql);
  };
}
