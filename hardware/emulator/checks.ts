/**
 * What is checked on the emulated machine: one row each, in order, on one machine that has started. A check says what it saw, or throws a sentence.
 * Times are the emulator's: many times those of a board.
 */
import type { Controller } from './controller.ts';
import { type Machine, until } from './machine.ts';
import { rightPin, strikeSeconds, wrongPin } from './place.ts';

export interface Bench {
  readonly machine: Machine;
  readonly controller: Controller;
}
export interface Check {
  /** A behaviour. */
  readonly name: string;
  /** What was seen, in a few words. */
  run(bench: Bench): Promise<string>;
}

const soonMs = 60_000;
const startMs = 600_000;
/** SECURITY E20 asks for 1 s of a board; the emulated machine gets three times that, and less than is left of the release. */
const securedMs = 3_000;

/** BCM numbers, as in overlays/doorpad-hat.dtso. */
const lines = { strike: 22, rex: 26, door: 21, tamper: 4 } as const;
const rows = [5, 6, 13, 19];
const columns = [12, 16, 20];
const keypad = ['123', '456', '789', '*0#'];
const wires = '/sys/bus/platform/drivers/doorpad-lines/doorpad-lines';

const wireOf = (key: string): readonly [row: number | undefined, column: number | undefined] => {
  const row = keypad.findIndex((keys) => keys.includes(key));
  return [rows[row], columns[keypad[row]?.indexOf(key) ?? -1]];
};

/** Closes and opens the contacts of a matrix, long enough for the driver to scan them. */
const press = async ({ hands }: Machine, keys: string): Promise<void> => {
  const steps = [...keys].map((key) => {
    const [row, column] = wireOf(key);
    return `echo ${row} ${column} 1 > ${wires}/contact; sleep 0.2; echo ${row} ${column} 0 > ${wires}/contact; sleep 0.2`;
  });
  await hands.do(steps.join('; '));
};

const levelOf = async ({ hands }: Machine, line: number): Promise<string> => (await hands.do(`cat ${wires}/levels`)).charAt(line);
const pull = async ({ hands }: Machine, line: number, level: 0 | 1): Promise<void> => {
  await hands.do(`echo ${line} ${level} > ${wires}/pull`);
};

const becomes = async (machine: Machine, line: number, level: '0' | '1', deadlineMs: number): Promise<number> => {
  const startedMs = performance.now();
  await until(`line ${line} is ${level}`, deadlineMs, async () => ((await levelOf(machine, line)) === level ? true : undefined));
  return performance.now() - startedMs;
};

const restartsOf = async ({ hands }: Machine): Promise<number> => Number(await hands.do('systemctl show doorpad -P NRestarts'));
const logOf = async ({ hands }: Machine): Promise<string> => hands.do('journalctl -u doorpad -o cat --no-pager | tail -n 400');

export const checks: readonly Check[] = [
  {
    name: 'the machine starts, and answers',
    run: async ({ machine }) => {
      await machine.hands.ready(startMs);
      return `after ${machine.secondsUp.toFixed(0)} s`;
    },
  },
  {
    name: 'the reader starts, and says which of its parts work',
    run: async ({ machine }) => {
      await until('the reader has started', startMs, async () => (/"msg":"the door has started/.test(await logOf(machine)) ? true : undefined));
      return `after ${machine.secondsUp.toFixed(0)} s; kernel's time ${await machine.hands.do('cut -d" " -f1 /proc/uptime')} s`;
    },
  },
  {
    name: 'the drivers of keypad, inputs and outputs are bound by the device tree, and the reader has found them',
    run: async ({ machine }) => {
      const names = ['doorpad-keypad', 'doorpad-inputs', 'doorpad:strike', 'doorpad:red', 'doorpad:buzzer', 'keypad ->'];
      await until(`all of ${names.join(', ')} are there`, startMs, async () => {
        const found = await machine.hands.do('cat /sys/class/input/input*/name; ls /sys/class/leds; ls -l /dev/doorpad || true');
        return names.every((name) => found.includes(name)) ? true : undefined;
      });
      // A reader that started before them looks for them again by and by.
      for (const device of ['keypad', 'inputs'])
        await until(`the reader has its ${device}`, startMs, async () => {
          const log = await logOf(machine);
          return new RegExp(`"works":\\[[^\\]]*"${device}"|"device":"${device}","msg":"a device is there"`).test(log) ? true : undefined;
        });
      return 'keypad, inputs, five outputs';
    },
  },
  {
    name: 'the strike is low before anybody is let in',
    run: async ({ machine }) => `line ${lines.strike} is ${await low(machine)}`,
  },
  {
    name: 'a session in the secure channel opens over the serial port, and a table goes in force',
    run: async ({ controller, machine }) => {
      const said = await controller.says(/[^\n]*version 1[^\n]*/i, soonMs * 4);
      return `${said.trim()}, after ${machine.secondsUp.toFixed(0)} s`;
    },
  },
  {
    name: 'a right PIN at the contacts of the matrix releases the strike, and the kernel secures it',
    run: async ({ machine, controller }) => {
      controller.hush();
      await press(machine, `${rightPin}#`);
      const highMs = await becomes(machine, lines.strike, '1', soonMs);
      const lowMs = await becomes(machine, lines.strike, '0', soonMs);
      await controller.says(/access\.granted|Granted/i, soonMs);
      return `high ${highMs.toFixed(0)} ms after the last contact opened, low ${(lowMs / 1_000).toFixed(1)} s later (${strikeSeconds} s set), heard outside`;
    },
  },
  {
    name: 'a wrong PIN leaves the strike low, and is heard outside',
    run: async ({ machine, controller }) => {
      controller.hush();
      await press(machine, `${wrongPin}#`);
      await controller.says(/Deny Access - Card\/PIN Not Found|credential\.notFound/, soonMs);
      return `line ${lines.strike} is ${await low(machine)}`;
    },
  },
  {
    name: 'tamper, a forced door, and a door opened after a request to exit are told apart outside',
    run: async ({ machine, controller }) => {
      for (const line of [lines.door, lines.tamper]) await pull(machine, line, 0);
      // Longer than the contacts bounce.
      await machine.hands.do('sleep 1');
      controller.hush();
      await pull(machine, lines.tamper, 1);
      const tampered = await controller.says(/[^\n]*tamper[^\n]*/i, soonMs);
      await pull(machine, lines.door, 1);
      const forced = await controller.says(/[^\n]*forced[^\n]*/i, soonMs);
      for (const line of [lines.door, lines.tamper]) await pull(machine, line, 0);
      await machine.hands.do('sleep 1');
      controller.hush();
      await pull(machine, lines.rex, 0);
      await machine.hands.do('sleep 0.5');
      await pull(machine, lines.rex, 1);
      await pull(machine, lines.door, 1);
      const left = await controller.says(/[^\n]*(?:rex|exit)[^\n]*/i, soonMs);
      if (/forced/i.test(controller.said)) throw new Error(controller.said);
      await pull(machine, lines.door, 0);
      return [tampered, forced, left].map((said) => said.trim()).join('; ');
    },
  },
  {
    name: 'killed in the middle of a release, the strike is low at once, and the reader is back',
    run: async ({ machine }) => {
      const before = await restartsOf(machine);
      await press(machine, `${rightPin}#`);
      await becomes(machine, lines.strike, '1', soonMs);
      const startedMs = performance.now();
      await machine.hands.do('systemctl kill -s KILL --kill-whom=main doorpad');
      await becomes(machine, lines.strike, '0', soonMs);
      const lowMs = performance.now() - startedMs;
      await until('the reader has been started anew', soonMs, async () => ((await restartsOf(machine)) > before ? true : undefined));
      if (lowMs > securedMs) throw new Error(`low only ${lowMs.toFixed(0)} ms after the kill`);
      return `low ${lowMs.toFixed(0)} ms after the kill`;
    },
  },
  {
    name: 'a reader that is stopped dead is killed by the manager, and started anew',
    run: async ({ machine }) => {
      const before = await restartsOf(machine);
      const startedMs = performance.now();
      await until('the reader runs', soonMs, async () =>
        (await machine.hands.do('systemctl is-active doorpad || true')) === 'active' ? true : undefined,
      );
      await machine.hands.do('kill -STOP $(systemctl show doorpad -P MainPID)');
      await until('the reader has been started anew', soonMs, async () => ((await restartsOf(machine)) > before ? true : undefined));
      return `${((performance.now() - startedMs) / 1_000).toFixed(1)} s later`;
    },
  },
  {
    name: 'keys of the emulator come through its keyboard',
    run: async ({ machine }) => {
      const heard = '/run/heard-keys';
      await machine.hands.do(`(timeout 30 head -c 24 /dev/input/by-path/*-event-kbd | od -An -v -tu2 -w2 -j18 -N2 > ${heard}) & sleep 1`);
      await machine.monitor.type('5');
      // The code follows 18 bytes of time and type (struct input_event): a scan code first, or the key.
      const code = await until('a key arrives', soonMs, async () => (await machine.hands.do(`cat ${heard}`)) || undefined);
      return `code ${code.trim()}`;
    },
  },
  {
    name: 'the root takes no writes, the data partition does, and nobody can log in',
    run: async ({ machine }) => {
      const mounts = await machine.hands.do(
        "awk '$2==\"/\"||$2==\"/data\"{print $2, $4}' /proc/mounts; systemctl list-units --no-legend 'getty*' 'serial-getty*' 'ssh*'",
      );
      if (!/^\/ ro\b/m.test(mounts)) throw new Error(mounts);
      if (!/^\/data rw\b.*$/m.test(mounts) || /getty|ssh/.test(mounts)) throw new Error(mounts);
      return mounts.replaceAll('\n', '; ');
    },
  },
  {
    name: 'figures',
    run: async ({ machine }) =>
      machine.hands.do(
        'awk \'/VmRSS|VmHWM/{printf "%s %d MB ", $1, $2/1024}\' /proc/$(systemctl show doorpad -P MainPID)/status; awk \'/MemTotal|MemAvailable/{printf "%s %d MB ", $1, $2/1024}\' /proc/meminfo; systemd-analyze 2>/dev/null | head -1',
      ),
  },
];

const low = async (machine: Machine): Promise<string> => {
  const level = await levelOf(machine, lines.strike);
  if (level !== '0') throw new Error(`the strike line is ${level}`);
  return level;
};
