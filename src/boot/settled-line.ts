/**
 * The reader's end of the line as its settings and its keys settle it: what the device says it is, what may pass in clear, and where new keys
 * and settings are kept. The port itself is whoever opens it's; what is said on it is reader/line-side.ts's.
 */
import { readFileSync } from 'node:fs';
import { models } from '../access/mode.ts';
import { settingsHash } from '../config/compare.ts';
import { lineBaudRates } from '../config/settings.ts';
import type { Config, LineConfig } from '../config.ts';
import { doorpadOui } from '../link/messages.ts';
import { maxFrameBytes } from '../osdp/frame.ts';
import type { PdKeySet } from '../osdp/pd-keys.ts';
import type { LineSettings } from '../osdp/pd-line-settings.ts';
import type { Crypto } from '../ports/crypto.ts';
import type { LineSide } from '../reader/line-side.ts';
import { isLowSecurity } from '../tools/describe-door.ts';
import { keyOriginOf, readLineKeys, readReaderKeys } from '../tools/key-store.ts';
import { lineKeyKeeper } from '../tools/line-keys.ts';
import { lineSettingsKeeper, readLineSettings } from '../tools/line-settings.ts';

/** What is left for whoever has the port and the stores. */
export type SettledLine = Omit<LineSide, 'line' | 'reopen' | 'remoteStrike' | 'isTableReadOnly' | 'updates'>;

export interface SettledLineOptions {
  readonly config: Config;
  readonly line: LineConfig;
  readonly crypto: Crypto;
  /** Of the program. */
  readonly version: string;
  /** Hears, in a sentence each, what of the line could not be read or kept. */
  readonly told: (sentence: string) => void;
  /** Where the kernel shows the number of the board. */
  readonly serialFile?: string;
}

/** Where the flattened device tree of a Raspberry Pi has its serial number: hexadecimal digits and a zero. */
const boardSerialFile = '/proc/device-tree/serial-number';

/** Never fails: keys that are refused are none, and nothing passes in clear then. */
export const settledLineOf = ({ config, line, crypto, version, told, serialFile = boardSerialFile }: SettledLineOptions): SettledLine => {
  const { dataDir, settings } = config;
  const keys = readLineKeys(dataDir);
  if (!keys.ok) told(keys.failure);
  const isClearAllowed = line.clear && keys.ok;
  return {
    make: {
      identity: {
        oui: doorpadOui,
        model: models.indexOf(config.policy.model) + 1,
        version: 1,
        serial: serialOf(dataDir, serialFile),
        firmware: firmwareOf(version),
      },
      baudRates: lineBaudRates,
      receiveBytes: maxFrameBytes,
      readsCards: settings.devices.cardReader !== 'none',
    },
    decides: line.decides,
    isClearAllowed,
    pd: {
      line: settingsInForce(dataDir, line, told),
      keepLine: lineSettingsKeeper(dataDir, line, told),
      policy: {
        keys: keys.ok ? keys.value : noKeys,
        keepKeys: lineKeyKeeper(dataDir, told),
        secureRequired: !isClearAllowed,
        clearComset: false,
      },
    },
    software: `doorpad ${version}`.slice(0, maxSoftware),
    settingsHash: settingsHash(settings, (message) => crypto.sha256(message)),
    isLowSecurity: isLowSecurity(config, keyOriginOf(dataDir)),
  };
};

const noKeys: PdKeySet = { current: undefined, pending: undefined };
/** docs/table-profile.md: page *door*. */
const maxSoftware = 24;

const settingsInForce = (dataDir: string, line: LineConfig, told: (sentence: string) => void): LineSettings => {
  const kept = readLineSettings(dataDir, line);
  if (kept.ok) return kept.value;
  told(kept.failure);
  return { address: line.address, baudRate: line.baudRate };
};

/** Of the board; else of the reader's own id; 0 where there is neither. */
const serialOf = (dataDir: string, serialFile: string): number => {
  const board = /^[0-9a-f]{8,16}$/i.exec(textOf(serialFile))?.[0];
  if (board !== undefined) return Number.parseInt(board.slice(-8), 16);
  const keys = readReaderKeys(dataDir);
  if (!keys.ok || keys.value === undefined) return 0;
  const { reader } = keys.value.trust;
  return new DataView(reader.buffer, reader.byteOffset).getUint32(0);
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1').replaceAll('\0', '').trim();
  } catch {
    // No board with a number of its own.
    return '';
  }
};

const firmwareOf = (version: string): { readonly major: number; readonly minor: number; readonly build: number } => {
  const [major = 0, minor = 0, build = 0] = version.split(/[.-]/).map((part) => Math.min(255, Number.parseInt(part, 10) || 0));
  return { major, minor, build };
};
