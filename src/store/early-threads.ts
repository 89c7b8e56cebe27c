/** The threads of both stores before it is known what they open: they load their code while the program loads its own. Who opens what is boot.ts's. */
import type { RecordServiceData } from './record-service.ts';
import type { TableServiceData } from './table-service.ts';
import { type StartThread, startEarly } from './thread.ts';

export interface StoreThreads {
  readonly records: StartThread<RecordServiceData>;
  readonly table: StartThread<TableServiceData>;
}

/** A process that has started them ends by `process.exit`: they wait for what they are to open. */
export const startStoreThreads = (): StoreThreads => ({ records: startEarly('record-worker'), table: startEarly('table-worker') });
