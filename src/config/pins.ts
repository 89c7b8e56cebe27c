/**
 * Which pin of the 40-pin header is what, on a Raspberry Pi with doorpad's overlay. From this table come the pinout page and its drawing; the overlay
 * is held to it by test/hardware, and settings that name a pin by number are judged by it here. What a pin does is the kernel's.
 */
import { hasKeypad } from '../access/mode.ts';
import { type Settings, wiegand } from './settings.ts';

export interface Pin {
  /** BCM2835 number of the GPIO, 0..27; the number by which overlays and settings know it. */
  readonly gpio: number;
  /** Position on the header, 1..40: odd ones in the row that starts at the square pad. */
  readonly header: number;
  readonly group: PinGroup;
  readonly what: string;
  /** Seen from the board. */
  readonly direction: 'in' | 'out' | 'in and out';
  /** Inside the chip, once the overlay is in force; `reset` is what the chip itself starts with. */
  readonly pull: 'up' | 'down' | 'none' | 'reset down';
  /** The level at which it means something; undefined where it carries data. */
  readonly active: 'low' | 'high' | undefined;
  /** From when the overlay is in force until the reader asks for something else. */
  readonly atStart: 'low' | 'high' | 'input' | 'idle';
  /** Node of the overlay that names it, and the property or the child within it. */
  readonly node: string;
  /** Setting under which the reader finds it; undefined: the kernel alone sees to it. */
  readonly setting: SettingKey | undefined;
}

export const pinGroups = ['line', 'keypad', 'lights', 'strike', 'contacts', 'wiegand'] as const;
export type PinGroup = (typeof pinGroups)[number];
type SettingKey = 'line.port' | `devices.${keyof Settings['devices']}`;

const keypad = { group: 'keypad', active: 'low', node: 'doorpad-keypad', setting: 'devices.keypad', pull: 'up' } as const;
const row = { ...keypad, direction: 'in', atStart: 'input', node: 'doorpad-keypad/row-gpios' } as const;
/** Pulled up while it is not its turn: pulled down, it would answer for the column that is asked. */
const column = { ...keypad, direction: 'in and out', atStart: 'low', node: 'doorpad-keypad/col-gpios' } as const;
const output = { direction: 'out', active: 'high', atStart: 'low', pull: 'reset down' } as const;
const contact = { group: 'contacts', direction: 'in', active: 'low', atStart: 'input', pull: 'up' } as const;
const wire = { group: 'wiegand', direction: 'in', active: 'low', atStart: 'input', pull: 'up', node: 'doorpad-input-pins' } as const;
const uart = { group: 'line', node: 'doorpad-uart-pins', setting: 'line.port' } as const;

/** Header positions: the pinout of Raspberry Pi's 40-pin header, the same on every board that has it. */
export const pins: readonly Pin[] = [
  { ...uart, gpio: 14, header: 8, what: 'RS-485: data out (DI)', direction: 'out', pull: 'none', active: undefined, atStart: 'idle' },
  { ...uart, gpio: 15, header: 10, what: 'RS-485: data in (RO)', direction: 'in', pull: 'up', active: undefined, atStart: 'input' },
  { ...uart, gpio: 17, header: 11, what: 'RS-485: driver enable (DE)', direction: 'out', pull: 'down', active: 'high', atStart: 'low' },
  { ...row, gpio: 5, header: 29, what: 'keypad: row 1 2 3' },
  { ...row, gpio: 6, header: 31, what: 'keypad: row 4 5 6' },
  { ...row, gpio: 13, header: 33, what: 'keypad: row 7 8 9' },
  { ...row, gpio: 19, header: 35, what: 'keypad: row * 0 #' },
  { ...column, gpio: 12, header: 32, what: 'keypad: column 1 4 7 *' },
  { ...column, gpio: 16, header: 36, what: 'keypad: column 2 5 8 0' },
  { ...column, gpio: 20, header: 38, what: 'keypad: column 3 6 9 #' },
  { ...output, gpio: 23, header: 16, group: 'lights', what: 'red light', node: 'doorpad-outputs/red', setting: 'devices.red' },
  { ...output, gpio: 24, header: 18, group: 'lights', what: 'green light', node: 'doorpad-outputs/green', setting: 'devices.green' },
  { ...output, gpio: 25, header: 22, group: 'lights', what: 'blue light', node: 'doorpad-outputs/blue', setting: 'devices.blue' },
  {
    ...output,
    gpio: 27,
    header: 13,
    group: 'lights',
    what: 'backlight of the keypad',
    atStart: 'high',
    node: 'doorpad-outputs/backlight',
    setting: undefined,
  },
  { ...output, gpio: 18, header: 12, group: 'lights', what: 'buzzer', node: 'doorpad-outputs/buzzer', setting: 'devices.buzzer' },
  { ...output, gpio: 22, header: 15, group: 'strike', what: 'strike', node: 'doorpad-outputs/strike', setting: 'devices.strike' },
  { ...contact, gpio: 26, header: 37, what: 'request-to-exit', node: 'doorpad-inputs/rex', setting: 'devices.rex' },
  { ...contact, gpio: 21, header: 40, what: 'door contact', node: 'doorpad-inputs/door', setting: 'devices.doorContact' },
  { ...contact, gpio: 4, header: 7, what: 'tamper contact', node: 'doorpad-inputs/tamper', setting: 'devices.tamper' },
  { ...wire, gpio: 7, header: 26, what: 'Wiegand: D0', setting: 'devices.wiegandData0' },
  { ...wire, gpio: 8, header: 24, what: 'Wiegand: D1', setting: 'devices.wiegandData1' },
];

/** The chip whose lines these are. */
const headerChip = '/dev/gpiochip0';
const highestGpio = 27;

/** What is wrong with the pins that these settings name by number, on a board with doorpad's overlay: a sentence each, with the remedy. */
export const pinFindings = ({ reader, devices }: Settings): readonly string[] => {
  const usesWires = devices.cardReader === wiegand || (hasKeypad(reader.model) && devices.keypad === wiegand);
  if (!usesWires || devices.wiegandChip !== headerChip) return [];
  return (['wiegandData0', 'wiegandData1'] as const).flatMap((key) => {
    const gpio = devices[key];
    const own = pins.find(({ setting }) => setting === `devices.${key}`)?.gpio ?? '';
    const taken = pins.find((pin) => pin.gpio === gpio && pin.group !== 'wiegand');
    if (taken === undefined && gpio <= highestGpio) return [];
    const what = taken === undefined ? `no pin of the header, whose highest is GPIO ${highestGpio}` : `the pin of another part (${taken.what})`;
    return [`devices.${key} = ${gpio} is ${what}: put the wire at GPIO ${own}, and leave the setting out.`];
  });
};
