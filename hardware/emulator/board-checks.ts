/** What is checked on the model of a real board: that the card's kernel finds every part of the keypad board by the overlay, and the reader its line. */
import type { Board } from './board.ts';
import { startUnderKeys } from './board-uboot.ts';
import type { Controller } from './controller.ts';
import { until } from './machine.ts';
import type { Place } from './place.ts';

export interface BoardBench {
  readonly place: Place;
  readonly board: Board;
  readonly controller: Controller;
}
export interface BoardCheck {
  /** A behaviour. */
  readonly name: string;
  /** What was seen, in a few words. */
  run(bench: BoardBench): Promise<string>;
}

const startMs = 1_200_000;
const ubootMs = 120_000;
/** Device of the overlay, and the driver that has to have it. */
const bound = {
  'doorpad-keypad': 'matrix-keypad',
  'doorpad-inputs': 'gpio-keys',
  'doorpad-outputs': 'leds-gpio',
  '3f201000.serial': 'uart-pl011',
} as const;
const there = ['doorpad:red', 'doorpad:green', 'doorpad:blue', 'doorpad:backlight', 'doorpad:strike', 'doorpad:buzzer', 'keypad', 'inputs', 'wires'];

export const boardChecks: readonly BoardCheck[] = [
  {
    name: 'the card starts on the model of a Pi 3B, with the device tree of its first partition',
    run: async ({ board }) => {
      const model = await until('PID 1 has looked', startMs, () =>
        /looked/.test(board.console) ? /model: ([^\r\n]*)/.exec(board.console)?.[1] : undefined,
      );
      if (!/Raspberry Pi 3 Model B/.test(model)) throw new Error(model);
      return `${model}, after ${board.secondsUp.toFixed(0)} s`;
    },
  },
  {
    name: 'every part of the keypad board is bound to its driver, and has its name',
    run: async ({ board }) => {
      const said = board.console;
      const wrong = [
        ...Object.entries(bound).flatMap(([device, driver]) => (said.includes(`bound: ${device} ${driver}`) ? [] : [`${device} is not ${driver}'s`])),
        ...there.filter((name) => !said.includes(`there: ${name}`)).map((name) => `${name} is missing`),
      ];
      if (wrong.length > 0) throw new Error(`${wrong.join(', ')}: ${said.match(/(?:bound|there): [^\r\n]*/g)?.join('; ')}`);
      return `${Object.entries(bound)
        .map(([device, driver]) => `${device} ${driver}`)
        .join(', ')}; ${there.length} names`;
    },
  },
  {
    name: 'the reader opens its line at the UART of the board, and a table goes in force',
    run: async ({ board, controller }) =>
      `${(await controller.says(/[^\n]*online, table version 1[^\n]*/, startMs)).trim()}, after ${board.secondsUp.toFixed(0)} s`,
  },
  {
    name: "the Pi's own U-Boot reads the card and begins a start while somebody types on its line without a pause",
    run: async ({ place }) => {
      const { attempts, said } = await startUnderKeys(place.card, place.folder('uboot'), ubootMs);
      if (/Hit any key/.test(said) || !/Loading Environment from FAT\.\.\. OK/.test(said)) throw new Error(`it said: ${said.slice(-400)}`);
      if (!/BOOT_A_LEFT=2/.test(attempts)) throw new Error(`the attempts are ${attempts}; it said: ${said.slice(-400)}`);
      return attempts;
    },
  },
];
