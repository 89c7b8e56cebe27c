/**
 * What a settings file makes of a door: the rules' policy, the devices, the journal. The rows of the file are
 * config/settings.ts's; opening the file, and going on with older settings when it is wrong, is main.ts's.
 */
import type { Profile } from './access/events.ts';
import { defaultPolicy, type Policy } from './access/policy.ts';
import type { ConfigError } from './config/config-error.ts';
import { readSettings } from './config/read-settings.ts';
import type { Decider, LineBaudRate, Settings } from './config/settings.ts';
import { ok, type Result } from './shared/result.ts';

export { type ConfigError, errorLine } from './config/config-error.ts';
export { maxConfigBytes } from './config/read-settings.ts';

export interface Config {
  readonly name: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly policy: Policy;
  readonly strike: Settings['door']['strike'];
  readonly journal: { readonly capacity: number; readonly whenFull: 'gap' | 'deny' };
  /** Undefined: this door stands alone. */
  readonly line: LineConfig | undefined;
  readonly profile: Profile;
  readonly logLevel: Settings['log']['level'];
  /** As the file says it, defaults filled in: for comparing, hashing and telling people. */
  readonly settings: Settings;
}

/** The serial line, as the file says it; address and rate are those until others are set over the line. */
export interface LineConfig {
  /** The serial port, an absolute path. */
  readonly port: string;
  /** 0..126. */
  readonly address: number;
  readonly baudRate: LineBaudRate;
  readonly decides: Decider;
  /** A panel may speak to it without a secure channel. */
  readonly clear: boolean;
}

/** Every error of the file at once, in its order, or the whole configuration: never half of one. Never throws. */
export const readConfig = (text: string): Result<Config, readonly ConfigError[]> => {
  const read = readSettings(text);
  return read.ok ? ok(configOf(read.value)) : read;
};

const configOf = (settings: Settings): Config => ({
  name: settings.reader.name,
  dataDir: settings.reader.dataDir,
  policy: policyOf(settings),
  strike: settings.door.strike,
  journal: { capacity: settings.journal.capacity, whenFull: settings.journal.whenFull },
  line: lineOf(settings),
  profile: settings.journal.profile,
  logLevel: settings.log.level,
  settings,
});

const lineOf = ({ line: { port, address, baudRate, decides, clear } }: Settings): LineConfig | undefined =>
  port === undefined || address === undefined ? undefined : { port, address, baudRate, decides, clear };

const second = 1_000;
const hour = 3_600_000;

const policyOf = ({ reader, door, entry, lockout, failure, offline }: Settings): Policy => ({
  model: reader.model,
  mode: reader.mode,
  windowMs: entry.windowSeconds * second,
  windowTries: entry.windowTries,
  interDigitMs: entry.interDigitSeconds * second,
  strikeMs: door.strikeSeconds * second,
  secureOnOpen: door.secureOnOpen,
  heldOpenMs: door.heldOpenSeconds * second,
  rex: door.rex,
  recordFailure: failure.recordFailure,
  untrustedTime: failure.untrustedTime,
  duress: entry.duress,
  offline:
    offline.fullHours === undefined || offline.priorityHours === undefined
      ? undefined
      : { fullMs: offline.fullHours * hour, priorityMs: offline.priorityHours * hour },
  budget: {
    door: { ...defaultPolicy.budget.door, attempts: lockout.doorAttempts },
    person: { ...defaultPolicy.budget.person, attempts: lockout.personAttempts },
  },
});
