/**
 * What is checked on starts: which slot U-Boot takes, when it counts as good, and what brings a machine back. Each check starts a machine of its own
 * and leaves none behind. What a machine does once it runs is checks.ts's.
 */
import { diskId } from '../image/card.ts';
import { emulatedUboot } from '../image/host.ts';
import { out } from '../image/out.ts';
import { Machine, type Start, until } from './machine.ts';
import type { Place } from './place.ts';

export interface StartCheck {
  /** A behaviour. */
  readonly name: string;
  /** What was seen, in a few words. */
  run(place: Place): Promise<string>;
}

const startMs = 900_000;
const byUboot: Start = { by: 'uboot', firmware: emulatedUboot };
/** With the watchdog as the card has it. */
const byKernel: Start = { by: 'kernel', kernel: out.kernel, initrd: out.initrd, words: `root=PARTUUID=${diskId}-02 systemd.watchdog_sec=15` };

/** A machine for as long as the work takes. */
const onMachine = async (place: Place, name: string, disk: string, start: Start, work: (machine: Machine) => Promise<string>): Promise<string> => {
  const machine = await Machine.start({ folder: place.folder(name), disk, start });
  try {
    return await work(machine);
  } finally {
    await machine.cutPower();
  }
};

const rootOf = ({ hands }: Machine): Promise<string> => hands.do('findmnt -no SOURCE /');
const attemptsOf = async ({ hands }: Machine): Promise<string> => (await hands.do('fw_printenv 2>&1 || true')).split('\n').sort().join(' ');

export const startChecks: readonly StartCheck[] = [
  {
    name: 'U-Boot starts slot A, takes an attempt from it, and gets it back when the reader has run for a while',
    run: (place) =>
      onMachine(place, 'slot-a', place.newDisk('slot-a'), byUboot, async (machine) => {
        const said = await machine.consoleShows(/doorpad: slot A, attempts left A 2 B 3/, startMs);
        await machine.hands.ready(startMs);
        const root = await rootOf(machine);
        if (!root.endsWith('2')) throw new Error(`the root is ${root}`);
        const attempts = await until('slot A is marked good', startMs, async () => {
          const now = await attemptsOf(machine);
          return now.includes('BOOT_A_LEFT=3') ? now : undefined;
        });
        return `${said}; then ${attempts}, after ${machine.secondsUp.toFixed(0)} s`;
      }),
  },
  {
    name: 'a slot A that cannot be started loses its attempts, and slot B starts',
    run: (place) =>
      onMachine(place, 'slot-b', place.newDiskWithout('rootA', 'slot-b'), byUboot, async (machine) => {
        const said = await machine.consoleShows(/doorpad: slot B, attempts left A 0 B 2/, startMs);
        await machine.hands.ready(startMs);
        const root = await rootOf(machine);
        if (!root.endsWith('3')) throw new Error(`the root is ${root}`);
        const active = await until('the reader runs', startMs, async () => {
          const now = await machine.hands.do('systemctl is-active doorpad || true');
          return now === 'active' ? now : undefined;
        });
        return `${said}; the reader is ${active} from ${root}, after ${machine.secondsUp.toFixed(0)} s`;
      }),
  },
  {
    name: 'when PID 1 has crashed, the hardware watchdog starts the machine anew',
    run: (place) =>
      onMachine(place, 'watchdog', place.newDisk('watchdog'), byKernel, async (machine) => {
        await machine.hands.ready(startMs);
        await until('PID 1 holds the watchdog', startMs, async () => {
          const seen = await machine.hands.do('ls -l /proc/1/fd | grep -c /dev/watchdog || true');
          return seen === '0' ? undefined : seen;
        });
        const starts = (): number => machine.console.split('Loading, please wait').length - 1;
        const before = starts();
        const crashedMs = performance.now();
        await machine.hands.do('kill -SEGV 1');
        await until('the machine starts anew', startMs, () => (starts() > before ? true : undefined));
        return `${((performance.now() - crashedMs) / 1_000).toFixed(0)} s after the crash`;
      }),
  },
];
