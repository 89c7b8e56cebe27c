/** Where the table's thread begins. Everything it does is table-service.ts's. */
import { workerData } from 'node:worker_threads';
import { NodeCrypto } from '../drivers/node-crypto.ts';
import { TableService, type TableServiceData } from './table-service.ts';
import { serve, type ThreadData } from './thread.ts';

const { port, data } = workerData as ThreadData<TableServiceData>;
serve(port, () => new TableService(data, new NodeCrypto()));
