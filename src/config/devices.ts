/** From the settings of the devices to what their drivers are given. Which drivers there are is boot.ts's. */
import { hasKeypad } from '../access/mode.ts';
import type { InputName } from '../ports/inputs.ts';
import type { Colour } from '../ports/lights.ts';
import { none } from './setting.ts';
import type { Settings, Wiring } from './settings.ts';

/** Paths are absolute; undefined: there is no such part. */
export interface DevicePaths {
  readonly keypad: string | undefined;
  readonly cardReader: string | undefined;
  /** Undefined when no contact is wired. */
  readonly inputs: { readonly path: string; readonly wirings: Readonly<Partial<Record<InputName, ContactWiring>>> } | undefined;
  readonly strike: string;
  /** For each colour the LEDs that make it; at least one. */
  readonly lights: Readonly<Record<Exclude<Colour, 'off'>, readonly string[]>>;
  readonly buzzer: string | undefined;
}

export interface ContactWiring {
  readonly kind: 'key';
  readonly code: number;
  /** A contact that is closed reads 1. */
  readonly activeValue: 0 | 1;
}

export const devicePathsOf = ({ reader, devices }: Settings): DevicePaths => ({
  keypad: hasKeypad(reader.model) ? devices.keypad : undefined,
  cardReader: unlessNone(devices.cardReader),
  inputs: inputsOf(devices),
  strike: devices.strike,
  lights: lightsOf(devices),
  buzzer: unlessNone(devices.buzzer),
});

const unlessNone = (path: string): string | undefined => (path === none ? undefined : path);

const inputsOf = (devices: Settings['devices']): DevicePaths['inputs'] => {
  const wirings = {
    ...contact('rex', devices.rex, devices.rexCode),
    ...contact('doorContact', devices.doorContact, devices.doorContactCode),
    ...contact('tamper', devices.tamper, devices.tamperCode),
  };
  return Object.keys(wirings).length === 0 ? undefined : { path: devices.inputs, wirings };
};

const contact = (input: InputName, wiring: Wiring, code: number): Partial<Record<InputName, ContactWiring>> =>
  wiring === none ? {} : { [input]: { kind: 'key', code, activeValue: wiring === 'normallyOpen' ? 1 : 0 } };

const lightsOf = ({ red, green, ...others }: Settings['devices']): DevicePaths['lights'] => {
  const blue = unlessNone(others.blue);
  const amber = unlessNone(others.amber);
  const mixed = amber === undefined ? [red, green] : [amber];
  return {
    red: [red],
    green: [green],
    amber: mixed,
    blue: blue === undefined ? mixed : [blue],
    violet: blue === undefined ? mixed : [red, blue],
    white: blue === undefined ? [red, green] : [red, green, blue],
  };
};
