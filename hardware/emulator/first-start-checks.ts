/**
 * What is checked of a card that has never run: its keys lie in a bundle beside its settings, and the code is typed at the contacts of the keypad.
 * One card goes through all of it, with a power cut in between. What the reader does then is docs/first-boot.md's.
 */
import type { Controller } from './controller.ts';
import { type Machine, until } from './machine.ts';
import { bundleName, rightPin } from './place.ts';
import { becomes, colourOf, isKeyHeard, lines, press, strikeIsLow } from './wires.ts';

export interface FirstStart {
  readonly code: string;
  readonly machine: () => Machine;
  readonly controller: () => Controller;
  /** Cuts the power, so that the card has what was flushed and not all of the rest, and starts it again. What was lost. */
  cutAndStart(): Promise<string>;
}

export interface FirstStartCheck {
  /** A behaviour. */
  readonly name: string;
  /** What was seen, in a few words. */
  run(start: FirstStart): Promise<string>;
}

const startMs = 600_000;
const soonMs = 60_000;
/** For what takes much of a processor. */
const slowMs = 240_000;
const keysFolder = '/data/doorpad/keys';
const bundle = `/boot/firmware/${bundleName}`;

const logOf = ({ hands }: Machine): Promise<string> => hands.do('journalctl -u doorpad -o cat --no-pager | tail -n 100');
const says = (machine: Machine, pattern: RegExp, deadlineMs: number): Promise<string> =>
  until(`the reader's log says ${pattern.source}`, deadlineMs, async () => pattern.exec(await logOf(machine))?.[0]);
/** Mode, owner and name of the folder and of each file in it. */
const keyFiles = ({ hands }: Machine): Promise<string> => hands.do(`find ${keysFolder} -printf '%m %u %f\\n' 2>/dev/null | sort || true`);
/** Of the table: the file may be there before, with what the line has agreed on. */
const noKeys = `grep -qs '"table":null' ${keysFolder}/reader.json || ! [ -e ${keysFolder}/reader.json ]`;
const hasKeys = async ({ hands }: Machine): Promise<boolean> => (await hands.do(`if ${noKeys}; then echo none; else echo keys; fi`)) === 'keys';
const wrongCode = (code: string): string => `${code.slice(0, -1)}${code.endsWith('5') ? 6 : 5}`;

const waits = async (machine: Machine): Promise<void> => {
  await machine.hands.ready(startMs);
  await says(machine, /waits for the code of its bundle/, startMs);
  await until('a key is heard', startMs, async () => ((await isKeyHeard(machine, '*')) ? true : undefined));
};

export const firstStartChecks: readonly FirstStartCheck[] = [
  {
    name: 'a reader without keys waits for the code of its bundle, and lets nobody in',
    run: async ({ machine }) => {
      await waits(machine());
      await press(machine(), `${rightPin}#`);
      await strikeIsLow(machine());
      if (await hasKeys(machine())) throw new Error('there are keys');
      return `after ${machine().secondsUp.toFixed(0)} s; no PIN opens`;
    },
  },
  {
    name: 'a wrong code is refused, in red, and brings no keys',
    run: async ({ code, machine }) => {
      await press(machine(), `*${wrongCode(code)}`);
      await press(machine(), '#');
      await until('the light is red', slowMs, async () => ((await colourOf(machine())) === 'red' ? true : undefined));
      await says(machine(), /a wrong code was typed/, slowMs);
      if (await hasKeys(machine())) throw new Error('there are keys');
      return 'red, no keys';
    },
  },
  {
    name: 'the power is cut while the keys of the right code are written: they are there whole afterwards, or not at all',
    run: async ({ code, machine, cutAndStart }) => {
      await machine().hands.do('sleep 5');
      await press(machine(), `*${code}`);
      await press(machine(), '#');
      await machine().hands.do(
        `while [ -z "$(ls -d ${keysFolder}.new* ${keysFolder}/*.* 2>/dev/null | grep -v /reader.json)" ] && { ${noKeys}; }; do :; done`,
        slowMs,
      );
      const cut = await cutAndStart();
      await machine().hands.ready(startMs);
      await says(machine(), /waits for the code of its bundle|the door has started/, startMs);
      const isWaiting = /waits for the code of its bundle/.test(await logOf(machine()));
      if (isWaiting === (await hasKeys(machine()))) throw new Error(isWaiting ? 'it waits, and has keys' : 'it does not wait, and has no keys');
      return `${cut}; ${isWaiting ? 'none: it waits for the code again' : 'whole'}`;
    },
  },
  {
    name: 'after the right code the keys are on the data partition, for the reader alone, and it comes into step',
    run: async ({ code, machine, controller }) => {
      if (/waits for the code of its bundle/.test(await logOf(machine()))) {
        await waits(machine());
        await press(machine(), `*${code}#`);
        await says(machine(), /its keys are on disk/, slowMs);
      }
      const online = await controller().says(/[^\n]*(?:table\.applied|, up to date)[^\n]*/, startMs);
      const files = await keyFiles(machine());
      if (files === '' || files.split('\n').some((file) => !/^(?:600 doorpad|700 doorpad keys)/.test(file))) throw new Error(files);
      return `${online.trim()}; ${files.replaceAll('\n', ', ')}`;
    },
  },
  {
    name: 'then the bundle is gone from the partition that any laptop opens, and the PIN of a person opens the door',
    run: async ({ machine, controller }) => {
      await until('the bundle is gone', startMs, async () =>
        (await machine().hands.do(`test -e ${bundle} || echo gone`)) === 'gone' ? true : undefined,
      );
      const mounted = await machine().hands.do('awk \'$2=="/boot/firmware"{print $4}\' /proc/mounts');
      if (!mounted.startsWith('ro')) throw new Error(`the first partition is ${mounted}`);
      await until('a key is heard', startMs, async () => ((await isKeyHeard(machine(), '*')) ? true : undefined));
      controller().hush();
      await press(machine(), `${rightPin}#`);
      await controller().says(/access\.granted/, soonMs);
      await becomes(machine(), lines.strike, '1', soonMs);
      return 'gone, the partition read-only again; granted, and the strike high';
    },
  },
];
