/** Wipes a data directory up to a step, and dies there as in a power cut: DATA, LAST_GOOD, and how many steps are done. */
import { wiping } from '../../src/tools/wipe.ts';

const [dataDir = '', lastGood = '', steps = '0'] = process.argv.slice(2);
const wipe = wiping({ dataDir, lastGood, keep: [] });
for (let step = 0; step < Number(steps); step += 1) {
  if (wipe.next().done === true) process.exit(0);
}
process.kill(process.pid, 'SIGKILL');
