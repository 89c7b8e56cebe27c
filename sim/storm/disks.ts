/** The two disks of a storm's door: when they are slow, full or broken, and before or after which write the power goes. */
import { Fault } from '../../src/shared/faults.ts';
import type { RecordFaults } from '../devices/memory-record-store.ts';
import { MemoryTableDisk, PowerLost, type TableMedium } from '../devices/memory-table-disk.ts';
import type { VirtualClock } from '../virtual-clock.ts';

/** The power goes at the `writes`-th write from now on (1: the next). */
export interface Cut {
  readonly at: 'beforeCommit' | 'afterCommit' | 'tableWrite';
  readonly writes: number;
}

export class Disks {
  /** Of the journal's disk. `failed` stays until the reader starts anew. */
  condition: 'fine' | 'full' | 'failed' = 'fine';
  /** Of the table's. */
  isTableFull = false;
  /** How long a commit takes. */
  commitMs = 0;
  /** The journal has been told that its disk failed, and will not try it again. */
  hasFailed = false;
  readonly #clock: () => VirtualClock;
  readonly #cutPower: () => void;
  #cut: Cut | undefined;

  constructor(clock: () => VirtualClock, cutPower: () => void) {
    this.#clock = clock;
    this.#cutPower = cutPower;
  }

  /** At most one cut waits for its write; undefined: none. */
  cutAt(cut: Cut | undefined): void {
    this.#cut = cut;
  }

  mend(): void {
    this.condition = 'fine';
    this.isTableFull = false;
    this.commitMs = 0;
  }

  recordFaults(skipFsync: boolean): RecordFaults {
    const slow = (): RecordFaults['slow'] => (this.commitMs === 0 ? undefined : { clock: this.#clock(), commitMs: this.commitMs });
    return {
      skipFsync,
      get slow() {
        return slow();
      },
      beforeCommit: () => {
        if (this.#isDue('beforeCommit')) this.#cutPower();
        else if (this.condition === 'full') throw new Fault('disk.full', 'the disk of the storm is full');
        else if (this.condition === 'failed') {
          this.hasFailed = true;
          throw new Fault('disk.failed', 'the disk of the storm failed');
        }
      },
      afterCommit: () => {
        if (this.#isDue('afterCommit')) this.#cutPower();
      },
    };
  }

  /** `make`: the disk itself, one without faults by default. */
  tableDisk(medium: TableMedium, make = (over: TableMedium, beforeWrite: () => void) => new MemoryTableDisk(over, beforeWrite)): MemoryTableDisk {
    return make(medium, () => {
      if (this.#isDue('tableWrite')) {
        this.#cutPower();
        throw new PowerLost('the storm pulled the plug');
      }
      if (this.isTableFull) throw new Fault('disk.full', 'the disk of the table is full');
    });
  }

  #isDue(at: Cut['at']): boolean {
    if (this.#cut?.at !== at) return false;
    const writes = this.#cut.writes - 1;
    this.#cut = writes === 0 ? undefined : { at, writes };
    return writes === 0;
  }
}
