/**
 * Which wire goes from the board's header to which terminal of which part. Pins are those of pins.ts. From this table come the wiring page, its
 * drawing, and the sheet that an installer takes to the door. What is beyond the parts, the line and the lock's circuit, is hardware/wiring's.
 */
import type { PinGroup } from './pins.ts';

/** Where a wire begins: a GPIO of the header, a supply of the header, or the adapter beside the board. */
export type WireEnd =
  | { readonly gpio: number }
  | { readonly supply: '3.3 V' | '5 V' | 'ground'; readonly header: number }
  | { readonly adapter: string };

export interface Wire {
  readonly from: WireEnd;
  /** As it is printed on real parts. */
  readonly terminal: string;
  /** What stands between. */
  readonly through?: string;
}

export interface WiredPart {
  readonly title: string;
  /** Undefined: on no pin of the header. */
  readonly group: PinGroup | undefined;
  readonly wires: readonly Wire[];
}

const gpio = (number: number, terminal: string, through?: string): Wire => ({
  from: { gpio: number },
  terminal,
  ...(through === undefined ? {} : { through }),
});
const supply = (name: '3.3 V' | '5 V' | 'ground', header: number, terminal: string): Wire => ({ from: { supply: name, header }, terminal });
const adapter = (name: string, terminal: string): Wire => ({ from: { adapter: name }, terminal });

const ledResistor = '330 Ω';
const fromFiveVolts = 'MOSFET, from 5 V';
const contactGuard = '2.2 kΩ up, 1 kΩ, 100 nF';
/** Two buffers in one case, supplied with 3.3 V, whose inputs take 5 V; they do not invert. */
const shifter = '74LVC2G17';

export const wiredParts: readonly WiredPart[] = [
  {
    title: 'RS-485 transceiver, 3.3 V',
    group: 'line',
    wires: [gpio(14, 'DI'), gpio(15, 'RO'), gpio(17, 'DE and /RE, joined'), supply('3.3 V', 1, 'VCC'), supply('ground', 6, 'GND, and C of the line')],
  },
  {
    title: 'keypad, 4 rows and 3 columns',
    group: 'keypad',
    wires: [
      gpio(5, 'row 1 2 3'),
      gpio(6, 'row 4 5 6'),
      gpio(13, 'row 7 8 9'),
      gpio(19, 'row * 0 #'),
      gpio(12, 'column 1 4 7 *'),
      gpio(16, 'column 2 5 8 0'),
      gpio(20, 'column 3 6 9 #'),
    ],
  },
  {
    title: 'lights and buzzer',
    group: 'lights',
    wires: [
      gpio(23, 'red +', ledResistor),
      gpio(24, 'green +', ledResistor),
      gpio(25, 'blue', fromFiveVolts),
      gpio(27, 'backlight', fromFiveVolts),
      gpio(18, 'active buzzer', fromFiveVolts),
      supply('5 V', 2, '+ of blue, backlight, buzzer'),
      supply('ground', 14, '− of all of them'),
    ],
  },
  {
    title: 'relay of the strike, secure side',
    group: 'strike',
    wires: [gpio(22, 'IN, high releases', '10 kΩ to ground'), supply('ground', 20, 'GND')],
  },
  {
    title: 'contacts',
    group: 'contacts',
    wires: [
      gpio(26, 'request-to-exit', contactGuard),
      gpio(21, 'door contact', contactGuard),
      gpio(4, 'tamper contact', contactGuard),
      supply('ground', 39, 'the other end of each'),
    ],
  },
  {
    title: 'Wiegand reader',
    group: 'wiegand',
    wires: [gpio(7, 'D0, green', shifter), gpio(8, 'D1, white', shifter), supply('ground', 25, 'ground, black')],
  },
  {
    title: 'PN532, set to HSU (UART)',
    group: undefined,
    wires: [adapter('TXD, 3.3 V', 'RXD'), adapter('RXD', 'TXD'), adapter('3.3 V or 5 V', 'VCC'), adapter('GND', 'GND')],
  },
];

/** Of the line: what the transceiver has on its other side. */
export const lineTerminals = ['A', 'B', 'C (common)', 'shield'] as const;
