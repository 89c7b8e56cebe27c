/**
 * The controller process as `npm run sim -- controller` starts it, that can be given a fault: with the argument `--late-commits` it acknowledges
 * events before they are on disk. For showing that kills.ts finds such a thing.
 */
import { join } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { ControllerStore, type ControllerStoreOptions, controllerFileName } from '../../sim/controller/controller-store.ts';
import { Database } from '../../sim/controller/database.ts';
import { EventStore, type Kept, type NewEvent } from '../../sim/controller/event-store.ts';
import { runController } from '../../sim/processes/controller.ts';
import { ioOf } from '../../sim/processes/io.ts';
import { processCommands } from '../../sim/processes/program.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';

/** How late an event is on disk. */
const lateMs = 2_000;

class LateEvents extends EventStore {
  readonly #clock = new NodeClock();

  override keep(event: NewEvent): Promise<Kept> {
    this.#clock.setTimeout(() => void super.keep(event), lateMs);
    return Promise.resolve('new');
  }
}

const openLateStore = async (options: ControllerStoreOptions): Promise<ControllerStore> => {
  const store = await ControllerStore.open(options);
  const events = new LateEvents(await Database.open(join(options.directory, controllerFileName)));
  const write = store.write.bind(store);
  store.write = (work) => write((within) => work({ ...within, events }));
  return store;
};

const isLate = process.argv.includes('--late-commits');
const root = new Command('controller-child');
processCommands(
  root,
  {
    reader: () => Promise.reject(new Error('this is no reader')),
    bench: () => Promise.reject(new Error('this is no bench')),
    controller: (options) => runController(options, ioOf(process), (store) => (isLate ? openLateStore(store) : ControllerStore.open(store))),
  },
  (code) => process.exit(code),
);
await root.parseAsync(
  process.argv.slice(2).filter((argument) => argument !== '--late-commits'),
  { from: 'user' },
);
