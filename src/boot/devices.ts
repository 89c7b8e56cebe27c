/**
 * The devices of a door as its settings name them: which driver stands behind which port. What a device that is missing
 * costs is the drivers' and the rules'.
 */
import { hasKeypad } from '../access/mode.ts';
import { none } from '../config/setting.ts';
import { isBell, pn532, wiegand } from '../config/settings.ts';
import type { Config } from '../config.ts';
import type { DeviceNews } from '../drivers/device-news.ts';
import { EvdevCardReader } from '../drivers/evdev-card-reader.ts';
import { evdevControl, keypadControl, watchingControl } from '../drivers/evdev-control.ts';
import { EvdevDevice } from '../drivers/evdev-device.ts';
import { EvdevInputs, type InputWiring, type InputWirings } from '../drivers/evdev-inputs.ts';
import { EvdevKeypad } from '../drivers/evdev-keypad.ts';
import { LedBuzzer, LedLights, threeColourWiring } from '../drivers/led-class.ts';
import type { WiegandReader } from '../drivers/wiegand.ts';
import type { CardReader } from '../ports/card-reader.ts';
import type { Clock } from '../ports/clock.ts';
import type { Keypad } from '../ports/keypad.ts';
import type { Buzzer, Lights } from '../ports/lights.ts';
import type { ReaderPorts } from '../reader.ts';

type Devices = Config['settings']['devices'];
type Told = (news: DeviceNews) => void;

/** All but the strike, which cannot wait for the others. `told` hears what drivers say of their devices. */
export const devicesOf = async (
  { policy, settings: { devices } }: Config,
  clock: Clock,
  told: Told = () => undefined,
): Promise<Pick<ReaderPorts, 'keypad' | 'cardReader' | 'inputs' | 'lights' | 'buzzer'>> => {
  const usesWires = devices.cardReader === wiegand || (hasKeypad(policy.model) && devices.keypad === wiegand);
  const wires = usesWires ? await wiegandOf(devices, clock, told) : undefined;
  const cardReader = wires !== undefined && devices.cardReader === wiegand ? wires.cardReader : await cardReaderOf(devices, clock, told);
  return {
    ...(hasKeypad(policy.model) ? { keypad: keypadOf(devices, clock, wires) } : {}),
    ...(cardReader === undefined ? {} : { cardReader }),
    ...inputsOf(devices, clock),
    lights: lightsOf(devices),
    buzzer: await buzzerOf(devices, clock),
  };
};

const keypadOf = ({ keypad }: Devices, clock: Clock, wires: WiegandReader | undefined): Keypad =>
  wires !== undefined && keypad === wiegand ? wires.keypad : new EvdevKeypad(new EvdevDevice({ path: keypad, clock, control: keypadControl() }));

/** A door without such a reader starts without what drives it. */
const wiegandOf = async ({ wiegandChip, wiegandData0, wiegandData1, wiegandParity }: Devices, clock: Clock, told: Told): Promise<WiegandReader> => {
  const [{ GpioEdges }, drivers] = await Promise.all([import('../drivers/gpio-edges.ts'), import('../drivers/wiegand.ts')]);
  const edges = new GpioEdges({ chip: wiegandChip, lines: [wiegandData0, wiegandData1], clock, told });
  return new drivers.WiegandReader({ edges, wires: { data0: wiegandData0, data1: wiegandData1 }, clock, parity: wiegandParity, told });
};

const cardReaderOf = async ({ cardReader, pn532: port }: Devices, clock: Clock, told: Told): Promise<CardReader | undefined> => {
  if (cardReader === none) return undefined;
  if (cardReader !== pn532) return new EvdevCardReader(new EvdevDevice({ path: cardReader, clock, control: evdevControl() }), clock);
  const [{ Pn532, pn532BaudRate }, { SerialLink }] = await Promise.all([import('../drivers/pn532.ts'), import('../drivers/serial-link.ts')]);
  const line = new SerialLink({
    path: port,
    baudRate: pn532BaudRate,
    clock,
    told: ({ what, sentence, cause }) => {
      if (what === 'away') told({ what, sentence, cause });
    },
  });
  return new Pn532({ line, clock, told });
};

const inputsOf = (devices: Devices, clock: Clock): { inputs?: EvdevInputs } => {
  const wirings: InputWirings = {
    ...wiringOf('rex', devices.rex, devices.rexCode),
    ...wiringOf('doorContact', devices.doorContact, devices.doorContactCode),
    ...wiringOf('tamper', devices.tamper, devices.tamperCode),
  };
  if (Object.keys(wirings).length === 0) return {};
  return { inputs: new EvdevInputs(new EvdevDevice({ path: devices.inputs, clock, control: watchingControl() }), wirings) };
};

const wiringOf = (input: keyof InputWirings, wired: Devices['rex'], code: number): Record<string, InputWiring> =>
  wired === none ? {} : { [input]: { kind: 'key', code, activeValue: wired === 'normallyOpen' ? 1 : 0 } };

/** Without a blue light the resting light is dark: any other colour would say something it does not mean. */
const lightsOf = ({ red, green, blue, amber }: Devices): Lights => {
  const two = { red: [red], green: [green], amber: [red, green], white: [red, green], violet: [red], blue: [] };
  const wiring = blue === none ? two : threeColourWiring(red, green, blue);
  return new LedLights(amber === none ? wiring : { ...wiring, amber: [amber] });
};

const silent: Buzzer = { beep: () => undefined };
const buzzerOf = async ({ buzzer }: Devices, clock: Clock): Promise<Buzzer> => {
  if (buzzer === none) return silent;
  return isBell(buzzer) ? new (await import('../drivers/bell-buzzer.ts')).BellBuzzer(buzzer, clock) : new LedBuzzer(buzzer);
};
