/**
 * The devices of a door as its settings name them: which driver stands behind which port. What a device that is missing
 * costs is the drivers' and the rules'.
 */
import { hasKeypad } from '../access/mode.ts';
import type { Config } from '../config.ts';
import { EvdevCardReader } from '../drivers/evdev-card-reader.ts';
import { EvdevDevice } from '../drivers/evdev-device.ts';
import { EvdevInputs, type InputWiring, type InputWirings } from '../drivers/evdev-inputs.ts';
import { EvdevKeypad } from '../drivers/evdev-keypad.ts';
import { LedBuzzer, LedLights, threeColourWiring } from '../drivers/led-class.ts';
import type { Clock } from '../ports/clock.ts';
import type { Buzzer, Lights } from '../ports/lights.ts';
import type { ReaderPorts } from '../reader.ts';

type Devices = Config['settings']['devices'];

/** All but the strike, which cannot wait for the others. */
export const devicesOf = (
  { policy, settings: { devices } }: Config,
  clock: Clock,
): Pick<ReaderPorts, 'keypad' | 'cardReader' | 'inputs' | 'lights' | 'buzzer'> => ({
  ...(hasKeypad(policy.model) ? { keypad: new EvdevKeypad(new EvdevDevice({ path: devices.keypad, clock })) } : {}),
  ...(devices.cardReader === 'none' ? {} : { cardReader: new EvdevCardReader(new EvdevDevice({ path: devices.cardReader, clock }), clock) }),
  ...inputsOf(devices, clock),
  lights: lightsOf(devices),
  buzzer: buzzerOf(devices),
});

const inputsOf = (devices: Devices, clock: Clock): { inputs?: EvdevInputs } => {
  const wirings: InputWirings = {
    ...wiringOf('rex', devices.rex, devices.rexCode),
    ...wiringOf('doorContact', devices.doorContact, devices.doorContactCode),
    ...wiringOf('tamper', devices.tamper, devices.tamperCode),
  };
  if (Object.keys(wirings).length === 0) return {};
  return { inputs: new EvdevInputs(new EvdevDevice({ path: devices.inputs, clock }), wirings) };
};

const wiringOf = (input: keyof InputWirings, wired: Devices['rex'], code: number): Record<string, InputWiring> =>
  wired === 'none' ? {} : { [input]: { kind: 'key', code, activeValue: wired === 'normallyOpen' ? 1 : 0 } };

/** Without a blue light the resting light is dark: any other colour would say something it does not mean. */
const lightsOf = ({ red, green, blue, amber }: Devices): Lights => {
  const two = { red: [red], green: [green], amber: [red, green], white: [red, green], violet: [red], blue: [] };
  const wiring = blue === 'none' ? two : threeColourWiring(red, green, blue);
  return new LedLights(amber === 'none' ? wiring : { ...wiring, amber: [amber] });
};

const silent: Buzzer = { beep: () => undefined };
const buzzerOf = ({ buzzer }: Devices): Buzzer => (buzzer === 'none' ? silent : new LedBuzzer(buzzer));
