/**
 * What is checked of updates: one card goes through all of it, in order, in one machine as far as it keeps its power, with one stick after the other
 * put in. What an update is, is docs/update.md's.
 */
import { statSync } from 'node:fs';
import { emulatedUboot } from '../image/host.ts';
import { Controller } from './controller.ts';
import { Machine, until } from './machine.ts';
import type { UpdatePlace } from './update-place.ts';

export interface UpdateCheck {
  /** A behaviour. */
  readonly name: string;
  /** What was seen, in a few words. */
  run(updates: UpdatePlace): Promise<string>;
}

const startMs = 900_000;
const writingMs = 1_800_000;
/** For a program of the card that is asked by hand. */
const slowMs = 240_000;
const stickUnits = "'doorpad-stick@*'";

interface Life {
  readonly machine: Machine;
  readonly controller: Controller;
}
/** Of the machine that the checks share; undefined: it has no power. */
let life: Life | undefined;

const powered = async ({ place, disk }: UpdatePlace, name: string): Promise<Machine> => {
  if (life !== undefined) return life.machine;
  const machine = await Machine.start({ folder: place.folder(name), disk, usb: true, start: { by: 'uboot', firmware: emulatedUboot } });
  life = { machine, controller: new Controller(await machine.linePort(), place) };
  return machine;
};
const theController = (): Controller => {
  if (life === undefined) throw new Error('the machine has no power');
  return life.controller;
};
export const endUpdateChecks = async (): Promise<void> => {
  const ended = life;
  life = undefined;
  await ended?.controller.stop();
  await ended?.machine.cutPower();
};

const sticksLog = ({ hands }: Machine): Promise<string> => hands.do(`journalctl -u ${stickUnits} -o cat --no-pager | tail -n 40`, slowMs);
const attemptsOf = async ({ hands }: Machine): Promise<string> => (await hands.do('fw_printenv 2>&1 || true')).split('\n').sort().join(' ');
const eventsOf = ({ hands }: Machine): Promise<string> => hands.do('runuser -u doorpad -- /usr/bin/doorpad events --last 60 --json', slowMs);
/** Of the slot that does not run. */
const sectorsWritten = ({ hands }: Machine, partition: 2 | 3): Promise<string> => hands.do(`awk '{print $7}' /sys/class/block/vda${partition}/stat`);

const isMarkedGood = (machine: Machine): Promise<true> =>
  until('the slot is marked good', startMs, async () =>
    (await machine.hands.do('test -e /run/doorpad-good && echo yes || true')) === 'yes' ? true : undefined,
  );
const stickSays = (machine: Machine, pattern: RegExp, deadlineMs: number): Promise<string> =>
  until(`the stick's unit says ${pattern.source}`, deadlineMs, async () => pattern.exec(await sticksLog(machine))?.[0]);
const runsFrom = async ({ hands }: Machine, partition: 2 | 3): Promise<void> => {
  const root = await hands.do('findmnt -no SOURCE /');
  if (!root.endsWith(String(partition))) throw new Error(`the root is ${root}`);
};
const expectIn = (text: string, pattern: RegExp): string => {
  const found = pattern.exec(text)?.[0];
  if (found === undefined) throw new Error(`${pattern.source} is not in: ${text}`);
  return found;
};

export const updateChecks: readonly UpdateCheck[] = [
  {
    name: 'an update that is older, unsigned, signed by somebody else or cut short is refused, and nothing is written to the other slot',
    run: async (updates) => {
      const machine = await powered(updates, 'update');
      await machine.hands.ready(startMs);
      await runsFrom(machine, 2);
      await isMarkedGood(machine);
      await machine.monitor.plug('refused', updates.sticks.refused);
      await stickSays(machine, /takes none below/, startMs);
      await machine.hands.do('mkdir -p /run/stick && mount -o ro /dev/sda /run/stick');
      for (const [name, pattern] of Object.entries(updates.refusals))
        expectIn(await machine.hands.do(`/usr/bin/doorpad update /run/stick/${name} 2>&1 && echo TAKEN || true`, slowMs), pattern);
      await machine.hands.do('umount /run/stick');
      await machine.monitor.unplug('refused');
      const written = await sectorsWritten(machine, 3);
      if (written !== '0') throw new Error(`${written} sectors were written to slot B`);
      return `${Object.keys(updates.refusals).length} refused, ${written} sectors written to slot B; ${await attemptsOf(machine)}`;
    },
  },
  {
    name: 'power cut in the middle of writing a slot: the old slot starts',
    run: async (updates) => {
      const machine = await powered(updates, 'update');
      await machine.monitor.plug('good', updates.sticks.good);
      const cut = await stickSays(machine, /\d+ of \d+ MiB are written/, writingMs);
      await endUpdateChecks();
      const after = await powered(updates, 'update-after-cut');
      const said = await after.consoleShows(/doorpad: slot A, attempts left A 2 B 0/, startMs);
      await after.hands.ready(startMs);
      await runsFrom(after, 2);
      await isMarkedGood(after);
      return `cut after "${cut}"; then ${said}`;
    },
  },
  {
    name: 'a good update on a stick is written to the other slot, started, and marked good; then the floor rises',
    run: async (updates) => {
      const machine = await powered(updates, 'update');
      const startedMs = performance.now();
      await machine.monitor.plug('again', updates.sticks.good);
      const said = await machine.consoleShows(/doorpad: slot B, attempts left A 3 B 2/, writingMs);
      const writtenMs = performance.now() - startedMs;
      await machine.hands.ready(startMs);
      await runsFrom(machine, 3);
      await isMarkedGood(machine);
      const floor = await machine.hands.do('cat /data/update/floor');
      if (floor !== String(updates.releases.good)) throw new Error(`the floor is ${floor}`);
      const told = expectIn(await eventsOf(machine), /"update\.inForce"/);
      await stickSays(machine, /already/, startMs);
      await machine.monitor.unplug('again');
      return `${said}, ${(writtenMs / 1_000).toFixed(0)} s after the stick was put in; floor ${floor}, ${told}; ${await attemptsOf(machine)}`;
    },
  },
  {
    name: 'an update that does not start uses up its attempts, and the old slot comes back, says so, and does not take it again',
    run: async (updates) => {
      const machine = await powered(updates, 'update');
      await machine.monitor.plug('broken', updates.sticks.broken);
      await machine.consoleShows(/doorpad: slot A, attempts left A 0 B 3/, writingMs);
      const said = await machine.consoleShows(/doorpad: slot B, attempts left A 0 B 2/, startMs);
      await machine.hands.ready(startMs);
      await runsFrom(machine, 3);
      await isMarkedGood(machine);
      const told = expectIn(await eventsOf(machine), /"update\.rolledBack".*?\}/);
      await stickSays(machine, /did not come up well: take a newer one/, startMs);
      const doctor = await machine.hands.do('/usr/bin/doorpad doctor 2>&1 | grep -i "release" || true', slowMs);
      expectIn(doctor, /did not come up well, and the reader went back to slot B/);
      return `${said}; ${told}; ${doctor.replaceAll('\n', ' | ')}; ${await attemptsOf(machine)}`;
    },
  },
  {
    name: 'an update over the line is refused by its signature before its body has come; a good one comes whole, is tried, and gives way to the old slot where nothing starts',
    run: async (updates) => {
      const machine = await powered(updates, 'update');
      const controller = theController();
      await controller.says(/online, table version \d+.*up to date/, startMs);
      controller.hush();
      controller.ask(`update 1 ${updates.overLine.foreign}`);
      const refused = await controller.says(/update to release \d+ \S+ was refused: \S+/, slowMs);
      expectIn(refused, /wrongSignature/);
      const startedMs = performance.now();
      controller.hush();
      controller.ask(`update 1 ${updates.overLine.empty}`);
      await controller.says(/is there, and is being put in force/, writingMs);
      const seconds = (performance.now() - startedMs) / 1_000;
      const bytes = statSync(updates.overLine.empty).size;
      // The second time in this machine: the update before it did not start either.
      await machine.consoleShows(/doorpad: slot A, attempts left A 2 B 3/, writingMs, 2);
      const said = await machine.consoleShows(/doorpad: slot B, attempts left A 0 B 2/, startMs, 2);
      await machine.hands.ready(startMs);
      await runsFrom(machine, 3);
      const told = await controller.says(new RegExp(`update to release ${updates.releases.line} \\S+ was refused: \\S+`), startMs);
      const left = await machine.hands.do('ls /data/doorpad | grep doorpad.update || true');
      if (left !== '') throw new Error(`${left} is still there`);
      return `${refused}; ${bytes} bytes in ${seconds.toFixed(0)} s; then ${said}; ${told}; ${await attemptsOf(machine)}`;
    },
  },
];
