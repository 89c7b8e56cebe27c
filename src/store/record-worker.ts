/** Where the journal's thread begins. Everything it does is record-service.ts's. */
import { RecordService, type RecordServiceData } from './record-service.ts';
import { serveGiven } from './thread.ts';

serveGiven((data: RecordServiceData) => new RecordService(data));
