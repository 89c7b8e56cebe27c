/** Where the journal's thread begins. Everything it does is record-service.ts's. */
import { workerData } from 'node:worker_threads';
import { RecordService, type RecordServiceData } from './record-service.ts';
import { serve, type ThreadData } from './thread.ts';

const { port, data } = workerData as ThreadData<RecordServiceData>;
serve(port, () => new RecordService(data));
