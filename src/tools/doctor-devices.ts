/**
 * Whether the parts that a reader's settings name are there and can be used: strike, lights, buzzer, input devices. Looks only: nothing is
 * switched, and a door that runs notices nothing.
 */
import { accessSync, closeSync, constants, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasKeypad } from '../access/mode.ts';
import { none } from '../config/setting.ts';
import { isBell, pn532, wiegand } from '../config/settings.ts';
import type { Config } from '../config.ts';
import { type Check, type Finding, good, wrong } from './doctor.ts';

type Devices = Config['settings']['devices'];
type Named = 'strike' | 'red' | 'green' | 'blue' | 'amber' | 'buzzer' | 'keypad' | 'cardReader' | 'inputs';

export const deviceChecks: readonly Check[] = [
  {
    name: 'strike',
    needs: 'start',
    run: ({ config: { strike, settings } }) =>
      strike === 'relay' ? pulsed(settings.devices, 'strike') : [good('It hangs at the controller: --strike at this reader cannot try it.')],
  },
  {
    name: 'lights',
    needs: 'start',
    run: ({ config: { settings } }) => (['red', 'green', 'blue', 'amber'] as const).flatMap((light) => output(settings.devices, light)),
  },
  { name: 'buzzer', needs: 'start', run: ({ config: { settings } }) => buzzer(settings.devices) },
  {
    name: 'keypad',
    needs: 'start',
    run: ({ config: { policy, settings } }) => (hasKeypad(policy.model) ? input(settings.devices, 'keypad') : []),
  },
  { name: 'cardReader', needs: 'start', run: ({ config: { settings } }) => input(settings.devices, 'cardReader') },
  {
    name: 'inputs',
    needs: 'start',
    run: ({ config: { settings } }) => (hasInputs(settings.devices) ? input(settings.devices, 'inputs') : []),
  },
];

const hasInputs = ({ rex, doorContact, tamper }: Devices): boolean => [rex, doorContact, tamper].some((wiring) => wiring !== none);

const output = (devices: Devices, name: Named): readonly Finding[] => {
  const folder = devices[name];
  return folder === none ? [] : [used(folder, name, () => accessSync(join(folder, 'brightness'), constants.R_OK | constants.W_OK), outputRemedy)];
};

const buzzer = (devices: Devices): readonly Finding[] => {
  const { buzzer: place } = devices;
  if (place === none || !isBell(place)) return pulsed(devices, 'buzzer');
  return [used(place, 'buzzer', () => closeSync(openSync(place, constants.O_WRONLY | constants.O_NONBLOCK)), inputRemedy('input'))];
};

/** An output whose pulses the kernel ends. */
const pulsed = (devices: Devices, name: 'strike' | 'buzzer'): readonly Finding[] => {
  const folder = devices[name];
  const [found] = output(devices, name);
  if (found === undefined || found.weight === 'wrong') return found === undefined ? [] : [found];
  const triggers = used(folder, name, () => accessSync(join(folder, 'trigger'), constants.R_OK | constants.W_OK), outputRemedy);
  if (triggers.weight === 'wrong') return [triggers];
  if (
    readFileSync(join(folder, 'trigger'), 'latin1')
      .split(/[\s[\]]+/)
      .includes('transient')
  )
    return [found];
  return [wrong(`${folder} has no trigger "transient", so the kernel would not end its pulses: load the module ledtrig-transient.`)];
};

const input = (devices: Devices, name: 'keypad' | 'cardReader' | 'inputs'): readonly Finding[] => {
  const place = devices[name];
  if (place === none) return [];
  const [path, group] = place === wiegand ? [devices.wiegandChip, 'gpio'] : place === pn532 ? [devices.pn532, 'dialout'] : [place, 'input'];
  const open = (): void => closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY));
  return [used(path, name, open, inputRemedy(group))];
};

const inputRemedy = (group: string): string => `run this as the user of the door, and give that user the group of the device (often ${group})`;
const outputRemedy = 'run this as the user of the door, and let a udev rule give the output to its group (hardware/systemd/70-doorpad.rules)';

const used = (path: string, name: Named, use: () => void, remedy: string): Finding => {
  try {
    use();
    return good(`${path} is there.`);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM') return wrong(`${path} may not be used by this user: ${remedy}.`);
    if (code === 'EROFS') return wrong(`${path} is read-only here: the unit must list it in ReadWritePaths.`);
    return wrong(`${path} is not there (${code}): plug it in, or load the overlay that makes it, or say its place in devices.${name}.`);
  }
};
