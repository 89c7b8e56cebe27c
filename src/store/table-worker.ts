/** Where the table's thread begins. Everything it does is table-service.ts's. */
import { NodeCrypto } from '../drivers/node-crypto.ts';
import { TableService, type TableServiceData } from './table-service.ts';
import { serveGiven } from './thread.ts';

serveGiven((data: TableServiceData) => new TableService(data, new NodeCrypto()));
