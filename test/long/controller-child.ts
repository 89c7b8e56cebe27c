/**
 * The controller process as `npm run sim -- controller` starts it, that can be given a fault: with the argument `--late-commits` it acknowledges
 * events before they are on disk. For showing that kills.ts finds such a thing.
 */
import { join } from 'node:path';
import process from 'node:process';
import { Command } from 'commander';
import { ControllerStore, controllerFileName } from '../../sim/controller/controller-store.ts';
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

  override keep(event: NewEvent): Kept {
    this.#clock.setTimeout(() => super.keep(event), lateMs);
    return 'new';
  }
}

class LateStore extends ControllerStore {
  override readonly events: EventStore;

  constructor(options: ConstructorParameters<typeof ControllerStore>[0]) {
    super(options);
    this.events = new LateEvents(new Database(join(options.directory, controllerFileName)));
  }
}

const isLate = process.argv.includes('--late-commits');
const root = new Command('controller-child');
processCommands(
  root,
  {
    reader: () => Promise.reject(new Error('this is no reader')),
    controller: (options) => runController(options, ioOf(process), (store) => (isLate ? new LateStore(store) : new ControllerStore(store))),
  },
  (code) => process.exit(code),
);
await root.parseAsync(
  process.argv.slice(2).filter((argument) => argument !== '--late-commits'),
  { from: 'user' },
);
