/**
 * The real door: settings and devices become the ports of one reader, the strike first. What a part that is missing or
 * broken costs is decided here (a door without a disk or keys starts, and denies); what the reader does is reader.ts's.
 */
import pino, { type Logger } from 'pino';
import { hasKeypad } from './access/mode.ts';
import type { Config } from './config.ts';
import { EvdevCardReader } from './drivers/evdev-card-reader.ts';
import { EvdevDevice } from './drivers/evdev-device.ts';
import { EvdevInputs, type InputWiring, type InputWirings } from './drivers/evdev-inputs.ts';
import { EvdevKeypad } from './drivers/evdev-keypad.ts';
import { LedBuzzer, LedLights, LedStrike, threeColourWiring } from './drivers/led-class.ts';
import { NodeClock } from './drivers/node-clock.ts';
import { NodeCrypto } from './drivers/node-crypto.ts';
import type { Buzzer, Lights } from './ports/lights.ts';
import type { RecordStore } from './ports/record-store.ts';
import type { TableStore } from './ports/table-store.ts';
import { Reader, type ReaderKeys, type ReaderPorts } from './reader.ts';
import { asFault } from './shared/faults.ts';
import { AbsentRecordStore, AbsentTableStore } from './store/absent.ts';
import { openRecordStore } from './store/record-store.ts';
import { openTableStore } from './store/table-store.ts';
import { readReaderKeys } from './tools/key-store.ts';

type Devices = Config['settings']['devices'];

/** A door that serves people. */
export interface Running {
  readonly reader: Reader;
  /** Secures the strike, finishes what is being written, lets go of every device. */
  stop(): Promise<void>;
}

/** Starts the door of these settings. Rejects with a Fault when not even a door that denies can be started. */
export const boot = async (config: Config, log: Logger = newLog(config)): Promise<Running> => {
  // Before anything that may take long or fail: making the strike de-energises it (R11, SECURITY E22).
  const strike = new LedStrike(config.settings.devices.strike);
  if (strike.fault !== undefined) log.child({ part: 'strike' }).error({ fault: strike.fault.code }, strike.fault.message);

  const clock = new NodeClock();
  const crypto = new NodeCrypto();
  const keys = keysOf(config, log.child({ part: 'keys' }));
  const [records, table] = await Promise.all([
    openRecords(config, log.child({ part: 'journal' })),
    openTable(config, crypto, keys, log.child({ part: 'table' })),
  ]);
  const ports: ReaderPorts = { clock, crypto, strike, records: records.store, table: table.store, ...devicesOf(config, clock) };
  const { capacity, whenFull } = config.journal;
  const reader = await Reader.start({
    ports,
    policy: config.policy,
    keys,
    hasController: false,
    journalLimits: { events: capacity, whenFull },
  });
  if (table.openedDamaged !== undefined) reader.tell({ code: 'table.damaged', fields: { by: 'open' } });
  if (records.openedDamaged !== undefined) reader.tell({ code: 'journal.damaged', fields: { what: 'file' } });
  log.info({ name: config.name, mode: reader.mode, tableVersion: table.store.state()?.version ?? 0 }, 'the door is open for business');
  return {
    reader,
    stop: async () => {
      await reader.stop();
      await Promise.all([records.store.close(), table.store.close()]);
      log.info('the door has stopped');
    },
  };
};

/** Synchronous, so that the last line before an end is not lost; digits, card numbers and keys have types that print as tags. */
const newLog = ({ name, logLevel }: Config): Logger =>
  pino({ level: logLevel, base: { name }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 1, sync: true }));

interface Opened<Store> {
  readonly store: Store;
  /** Undefined, or one sentence: what was wrong with what stood on disk. */
  readonly openedDamaged?: string | undefined;
}

const keysOf = ({ dataDir }: Config, log: Logger): ReaderKeys | undefined => {
  const keys = readReaderKeys(dataDir);
  if (!keys.ok) log.error(keys.failure);
  else if (keys.value === undefined) log.warn('the reader has no keys yet, so it knows nobody: import a table');
  return keys.ok ? keys.value : undefined;
};

const openRecords = async ({ dataDir }: Config, log: Logger): Promise<Opened<RecordStore>> => {
  try {
    const opened = await openRecordStore({ directory: dataDir });
    if (opened.openedDamaged !== undefined) log.error(opened.openedDamaged);
    return opened;
  } catch (thrown) {
    const fault = asFault(thrown, 'disk.failed', 'the journal cannot be opened');
    log.fatal({ fault: fault.code }, 'there is no journal, so nothing is recorded and no PIN opens: %s', fault.message);
    return { store: new AbsentRecordStore(fault) };
  }
};

const openTable = async (
  { dataDir }: Config,
  crypto: NodeCrypto,
  keys: ReaderKeys | undefined,
  log: Logger,
): Promise<Opened<TableStore>> => {
  if (keys === undefined) return { store: new AbsentTableStore('wrongSignature') };
  try {
    const opened = await openTableStore({ directory: dataDir, crypto, ...keys });
    if (opened.openedDamaged !== undefined) log.error(opened.openedDamaged);
    if (opened.readOnly !== undefined) log.error(opened.readOnly);
    return opened;
  } catch (thrown) {
    const fault = asFault(thrown, 'disk.failed', 'the table cannot be opened');
    log.fatal({ fault: fault.code }, 'there is no PIN table, so nobody enters: %s', fault.message);
    return { store: new AbsentTableStore('diskFull') };
  }
};

const devicesOf = ({ policy, settings: { devices } }: Config, clock: NodeClock) => ({
  ...(hasKeypad(policy.model) ? { keypad: new EvdevKeypad(new EvdevDevice({ path: devices.keypad, clock })) } : {}),
  ...(devices.cardReader === 'none'
    ? {}
    : { cardReader: new EvdevCardReader(new EvdevDevice({ path: devices.cardReader, clock }), clock) }),
  ...inputsOf(devices, clock),
  lights: lightsOf(devices),
  buzzer: buzzerOf(devices),
});

const inputsOf = (devices: Devices, clock: NodeClock): { inputs?: EvdevInputs } => {
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
