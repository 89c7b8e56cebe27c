/** A PD on a serial port, with a key or (`plain`) without, in a process of its own: what it is asked, and how long that takes, is serial.bench.ts's. */
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { SerialLink } from '../../src/drivers/serial-link.ts';
import { PdBench } from '../osdp/pd-bench.ts';

const [path = '', manner = ''] = process.argv.slice(2);
const link = new SerialLink({ path, baudRate: 230_400, clock: new NodeClock() });
const bench = manner === 'plain' ? new PdBench() : PdBench.keyed();

link.listen({
  received: (bytes, atMs) => {
    bench.nowMs = atMs;
    for (const reply of bench.raw(bytes)) link.send(reply);
    bench.events.length = 0;
  },
  attached: (isAttached) => {
    if (isAttached) process.stdout.write('attached\n');
  },
});
