/** The table of pins against the overlays, the page, the drawing and the settings. `npx vitest run test/hardware -u` writes the page and the header anew. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hardware } from '../../hardware/image/host.ts';
import { type Pin, pinFindings, pins } from '../../src/config/pins.ts';
import { sections } from '../../src/config/settings.ts';
import { readConfig } from '../../src/config.ts';
import { pinoutDrawing, pinoutPage, supplies, unused } from './pinout.ts';

const textOf = (...path: readonly string[]): string => readFileSync(join(hardware, ...path), 'utf8');
const numbersIn = (text: string): number[] => [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits));
const gpiosOf = (some: readonly Pin[]): number[] => some.map(({ gpio }) => gpio).sort((one, other) => one - other);
const overlay = textOf('overlays', 'doorpad-hat.dtso').replaceAll(/\/\*.*?\*\//gs, '');

interface Muxed {
  readonly node: string;
  /** Of brcm,function: 0 in, 1 out, 4 ALT0, 7 ALT3; of brcm,pull: 0 none, 1 down, 2 up (the binding of brcm,bcm2835-gpio). */
  readonly function: number;
  readonly pull: number;
}

/** What the groups of the overlay say of each pin; one value stands for all pins of its group. */
const muxed = new Map<number, Muxed>(
  [...overlay.matchAll(/\w+: ([\w-]+) \{\s*brcm,pins = <([^>]*)>;\s*brcm,function = <([^>]*)>;\s*brcm,pull = <([^>]*)>;/g)].flatMap(
    ([, node = '', list = '', functions = '', pulls = '']) => {
      const at = (values: readonly number[], index: number): number => values[index] ?? values[0] ?? -1;
      return numbersIn(list).map((gpio, index): [number, Muxed] => [
        gpio,
        { node, function: at(numbersIn(functions), index), pull: at(numbersIn(pulls), index) },
      ]);
    },
  ),
);

interface Line {
  readonly gpio: number;
  readonly node: string;
  /** GPIO_ACTIVE_HIGH is 0, GPIO_ACTIVE_LOW is 1. */
  readonly active: 'low' | 'high';
  /** Of the node: what else stands in its braces. */
  readonly rest: string;
}

/** Every line that a node of the overlay holds, by the path that the table uses. */
const held: readonly Line[] = ['doorpad-keypad', 'doorpad-inputs', 'doorpad-outputs'].flatMap((parent) => {
  const start = overlay.indexOf(`${parent} {`);
  const body = overlay.slice(start, overlay.indexOf('\n\t};', start));
  const lines = (name: string, text: string, rest: string): Line[] =>
    [...text.matchAll(/<&gpio (\d+) ([01])>/g)].map(([, gpio, flag]) => ({
      gpio: Number(gpio),
      node: `${parent}/${name}`,
      active: flag === '1' ? 'low' : 'high',
      rest,
    }));
  return parent === 'doorpad-keypad'
    ? [...body.matchAll(/((?:row|col)-gpios) = ([^;]*);/g)].flatMap(([, name = '', text = '']) => lines(name, text, body))
    : [...body.matchAll(/(\w+)\s+\{ (label[^}]*)\}/g)].flatMap(([, name = '', text = '']) => lines(name, text, text));
});

const pullNumber = { none: 0, down: 1, up: 2 } as const;

describe('the table of pins', () => {
  it('has each pin and each place of the header once, and all forty places with what it leaves alone', () => {
    expect(new Set(pins.map(({ gpio }) => gpio)).size).toBe(pins.length);
    const places = [...pins.map(({ header }) => header), ...Object.keys(supplies).map(Number), ...Object.keys(unused).map(Number)];
    expect(places.sort((one, other) => one - other)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(
      gpiosOf(pins)
        .concat(Object.values(unused))
        .sort((one, other) => one - other),
    ).toEqual(Array.from({ length: 28 }, (_, gpio) => gpio));
  });

  it('has the lines that the overlay gives to the keypad, the contacts and the outputs, and no others', () => {
    expect(gpiosOf(pins.filter(({ node }) => node.includes('/')))).toEqual(held.map(({ gpio }) => gpio).sort((one, other) => one - other));
  });

  it.each(held)('says of GPIO $gpio that it is $node, active $active, as the overlay does', ({ gpio, node, active, rest }) => {
    const pin = pins.find((candidate) => candidate.gpio === gpio);
    expect(pin).toMatchObject({ node, active });
    if (node.startsWith('doorpad-outputs/')) expect(pin?.atStart).toBe(rest.includes('default-state = "on"') ? 'high' : 'low');
  });

  it.each(pins.filter(({ pull }) => pull !== 'reset down'))('says of GPIO $gpio, $what, which pull it has, as the overlay does', (pin) => {
    const group = muxed.get(pin.gpio);
    expect(pin.pull === 'reset down' ? undefined : pullNumber[pin.pull]).toBe(group?.pull);
    if (!pin.node.includes('/')) expect(group?.node).toBe(pin.node);
  });

  it('leaves the pull of every other pin as the chip has it, which is down from GPIO 9 on', () => {
    const left = gpiosOf(pins.filter(({ pull }) => pull === 'reset down'));
    expect(left.filter((gpio) => gpio < 9 || muxed.has(gpio))).toEqual([]);
    expect([...muxed.keys()].every((gpio) => pins.some((pin) => pin.gpio === gpio))).toBe(true);
  });

  it('has the rows and columns of the keypad in the order of its keys', () => {
    for (const property of ['row-gpios', 'col-gpios']) {
      const ofTable = pins.filter(({ node }) => node === `doorpad-keypad/${property}`).map(({ gpio }) => gpio);
      expect(ofTable).toEqual(held.filter(({ node }) => node === `doorpad-keypad/${property}`).map(({ gpio }) => gpio));
    }
  });

  it('has the strike where the firmware of the card drives it low, and the buzzer where its variant is', () => {
    const gpioOf = (what: string): number | undefined => pins.find((pin) => pin.what === what)?.gpio;
    expect(textOf('image', 'config.txt')).toMatch(new RegExp(`^gpio=${gpioOf('strike')}=op,dl$`, 'm'));
    expect(textOf('overlays', 'doorpad-pwm-buzzer.dtso')).toContain(`brcm,pins = <${gpioOf('buzzer')}>`);
  });

  it('has the wires of a Wiegand reader where the settings expect them', () => {
    const gpioOf = (key: string): number | undefined => pins.find(({ setting }) => setting === `devices.${key}`)?.gpio;
    expect(gpioOf('wiegandData0')).toBe(sections.devices.settings.wiegandData0.byDefault);
    expect(gpioOf('wiegandData1')).toBe(sections.devices.settings.wiegandData1.byDefault);
  });
});

describe('the pages about pins', () => {
  it('print the table, and draw the header, as the table has them', async () => {
    await expect(pinoutPage()).toMatchFileSnapshot('../../hardware/pinout.md');
    await expect(pinoutDrawing()).toMatchFileSnapshot('../../hardware/drawings/pinout.svg');
  });
});

describe('settings that name a pin', () => {
  const findings = (devices: string, reader = ''): readonly string[] => {
    const config = readConfig(`[reader]\nmode = "unlocked"\n${reader}\n[door]\nstrike = "relay"\n[devices]\n${devices}\n`);
    if (!config.ok) throw new Error(JSON.stringify(config.failure));
    return pinFindings(config.value.settings);
  };

  it('are in order at the pins of the table, also with the two wires swapped', () => {
    expect(findings('cardReader = "wiegand"')).toEqual([]);
    expect(findings('cardReader = "wiegand"\nwiegandData0 = 8\nwiegandData1 = 7')).toEqual([]);
    expect(findings('cardReader = "wiegand"\nwiegandData0 = 10\nwiegandData1 = 11')).toEqual([]);
  });

  it.each(pins.filter(({ group }) => group !== 'wiegand'))('are told when a wire of a Wiegand reader is said to be at $what', ({ gpio, what }) => {
    expect(findings(`cardReader = "wiegand"\nwiegandData0 = ${gpio}`)).toEqual([
      `devices.wiegandData0 = ${gpio} is the pin of another part (${what}): put the wire at GPIO 7, and leave the setting out.`,
    ]);
  });

  it('are told when a wire is beyond the header', () => {
    expect(findings('cardReader = "wiegand"\nwiegandData1 = 28')).toEqual([
      'devices.wiegandData1 = 28 is no pin of the header, whose highest is GPIO 27: put the wire at GPIO 8, and leave the setting out.',
    ]);
  });

  it('are judged where the keypad alone is at the wires, and not where nothing is, or at another chip', () => {
    const strike = 'wiegandData0 = 22';
    expect(findings(`cardReader = "none"\nkeypad = "wiegand"\n${strike}`)).toHaveLength(1);
    expect(findings(`cardReader = "none"\nkeypad = "wiegand"\n${strike}`, 'model = "RP40"')).toEqual([]);
    expect(findings(`cardReader = "none"\n${strike}`)).toEqual([]);
    expect(findings(`cardReader = "wiegand"\nwiegandChip = "/dev/gpiochip2"\n${strike}`)).toEqual([]);
  });
});
