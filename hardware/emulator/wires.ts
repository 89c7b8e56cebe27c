/**
 * The wires of the emulated machine, as fingers, contacts and cards move them: keys of the matrix, inputs, pulses of a Wiegand reader, and what its
 * outputs are. How a wire behaves is kernel/doorpad-lines.c's.
 */
import { type Machine, until } from './machine.ts';

/** BCM numbers, as in overlays/doorpad-hat.dtso. */
export const lines = { strike: 22, rex: 26, door: 21, tamper: 4, red: 23, green: 24, buzzer: 18, data0: 7, data1: 8 } as const;
const rows = [5, 6, 13, 19];
const columns = [12, 16, 20];
const keypad = ['123', '456', '789', '*0#'];
const wires = '/sys/bus/platform/drivers/doorpad-lines/doorpad-lines';

const wireOf = (key: string): string => {
  const row = keypad.findIndex((keys) => keys.includes(key));
  return `${rows[row]} ${columns[keypad[row]?.indexOf(key) ?? -1]}`;
};

/** Closes and opens the contacts of a matrix, long enough for the driver to scan them. */
export const press = async ({ hands }: Machine, keys: string): Promise<void> => {
  const steps = [...keys].map((key) => `echo ${wireOf(key)} 1 > ${wires}/contact; sleep 0.2; echo ${wireOf(key)} 0 > ${wires}/contact; sleep 0.2`);
  await hands.do(steps.join('; '));
};

/** Holds a key for a moment; whether the buzzer was heard meanwhile, as at each key that counts. */
export const isKeyHeard = async ({ hands }: Machine, key: string): Promise<boolean> => {
  const before = `[0-9]`.repeat(lines.buzzer);
  const listening = `n=0; while [ $n -lt 200 ]; do read -r levels < ${wires}/levels; case $levels in ${before}1*) echo heard; break;; esac; n=$((n+1)); done`;
  return (await hands.do(`echo ${wireOf(key)} 1 > ${wires}/contact; ${listening}; echo ${wireOf(key)} 0 > ${wires}/contact; sleep 0.1`)) === 'heard';
};

/** Bits as a Wiegand reader sends them: '0' and '1'. */
export const sendBits = async ({ hands }: Machine, bits: string): Promise<void> => {
  await hands.do(`echo ${lines.data0} ${lines.data1} ${bits} > ${wires}/pulses; sleep 0.1`);
};

/** Of the light, as far as red and green make it. */
export const colourOf = async ({ hands }: Machine): Promise<'off' | 'red' | 'green' | 'amber'> => {
  const levels = await hands.do(`cat ${wires}/levels`);
  const [isRed, isGreen] = [levels.charAt(lines.red) === '1', levels.charAt(lines.green) === '1'];
  if (isRed) return isGreen ? 'amber' : 'red';
  return isGreen ? 'green' : 'off';
};

const levelOf = async ({ hands }: Machine, line: number): Promise<string> => (await hands.do(`cat ${wires}/levels`)).charAt(line);
export const pull = async ({ hands }: Machine, line: number, level: 0 | 1): Promise<void> => {
  await hands.do(`echo ${line} ${level} > ${wires}/pull`);
};

/** How long it took, in milliseconds. */
export const becomes = async (machine: Machine, line: number, level: '0' | '1', deadlineMs: number): Promise<number> => {
  const startedMs = performance.now();
  await until(`line ${line} is ${level}`, deadlineMs, async () => ((await levelOf(machine, line)) === level ? true : undefined));
  return performance.now() - startedMs;
};

/** Runs the command there, and waits for the strike: how long it stayed released, in milliseconds of the machine's own clock. */
export const strikeLowAfter = ({ hands }: Machine, command: string): Promise<number> => {
  const released = `${'[0-9]'.repeat(lines.strike)}1*`;
  return hands.took(`${command}; while read -r levels < ${wires}/levels; do case $levels in ${released}) ;; *) break;; esac; done`);
};

/** Throws when the strike is released. */
export const strikeIsLow = async (machine: Machine): Promise<string> => {
  const level = await levelOf(machine, lines.strike);
  if (level !== '0') throw new Error(`the strike line is ${level}`);
  return `line ${lines.strike} is ${level}`;
};
