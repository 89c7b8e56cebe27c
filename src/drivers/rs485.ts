/**
 * What the kernel says of the serial port of the line: who drives it, who else holds it, and who turns its direction round. Says facts, and
 * changes nothing; what is wrong about them, and the remedy, is tools/doctor-board.ts's.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface PortFacts {
  /** The device's own name, such as `ttyAMA0`; undefined: there is no such port. */
  readonly name: string | undefined;
  /** As the kernel calls it, such as `uart-pl011`; undefined where it does not say. */
  readonly driver: string | undefined;
  /** The device tree has the kernel turn the direction round (`linux,rs485-enabled-at-boot-time`). */
  readonly turnsByItself: boolean;
  /** The kernel writes its messages to it. */
  readonly isConsole: boolean;
  /** The program that offers a login on it. */
  readonly login: string | undefined;
}

/** How far up from a port the hardware that has it may be: port, controller, bus device. */
const mostParents = 4;

/** `root` stands before /proc and /sys. Never throws. */
export const portFacts = (port: string, root = ''): PortFacts => {
  const name = nameOf(port);
  if (name === undefined) return { name, driver: undefined, turnsByItself: false, isConsole: false, login: undefined };
  const above = parentsOf(resolved(`${root}/sys/class/tty/${name}/device`));
  const driver = above.map((directory) => resolved(join(directory, 'driver'))).find((path) => path !== undefined);
  return {
    name,
    driver: driver === undefined ? undefined : basename(driver),
    turnsByItself: above.some((directory) => existsSync(join(directory, 'of_node', 'linux,rs485-enabled-at-boot-time'))),
    isConsole: consoles(root).includes(name),
    login: loginsOn(root).find(({ terminal }) => terminal === name)?.program,
  };
};

/** Whether a serial port of the board has been given to Bluetooth, as mainline device trees of the Raspberry Pi do: it is no terminal then. */
export const isPortOfBluetooth = (root = ''): boolean =>
  entries(`${root}/sys/bus/serial/devices`).some((device) => textOf(`${root}/sys/bus/serial/devices/${device}/uevent`).includes('OF_NAME=bluetooth'));

/** The terminals that the kernel writes its messages to: those that it says, and those of its command line. */
export const consoles = (root = ''): readonly string[] => {
  const active = textOf(`${root}/sys/class/tty/console/active`).split(/\s+/);
  const asked = [...textOf(`${root}/proc/cmdline`).matchAll(/(?:^|\s)console=(?:\/dev\/)?([A-Za-z0-9]+)/g)].map(([, name = '']) => name);
  return [...new Set([...active, ...asked])].filter((name) => name !== '');
};

export interface Login {
  readonly terminal: string;
  readonly program: string;
}

/** Programs that offer a login on a terminal, of those this user may see. */
export const loginsOn = (root = ''): readonly Login[] =>
  entries(`${root}/proc`)
    .filter((process) => /^\d+$/.test(process))
    .map((process) => textOf(`${root}/proc/${process}/cmdline`).split('\0'))
    .flatMap(([program = '', ...words]) => {
      const terminal = words.map((word) => basename(word)).find((word) => /^tty[A-Za-z]*\d+$/.test(word));
      return /(?:^|\/)(?:a|m|min)?getty$/.test(program) && terminal !== undefined ? [{ terminal, program: basename(program) }] : [];
    });

const nameOf = (port: string): string | undefined => {
  const path = resolved(port);
  return path === undefined ? undefined : basename(path);
};

const parentsOf = (path: string | undefined): readonly string[] => {
  const found: string[] = [];
  for (let at = path; at !== undefined && at !== '/' && found.length < mostParents; at = dirname(at)) found.push(at);
  return found;
};

const resolved = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

const entries = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
};
