/**
 * The real door: settings and devices become the ports of one reader, the strike first. What a part that is missing or
 * broken costs is decided here (a door without a disk or keys starts, and denies); what the reader does is reader.ts's.
 */
import pino, { type Logger } from 'pino';
import type { AccessEvent } from './access/events.ts';
import type { FirstBoot } from './boot/first-boot.ts';
import type { FirstKeysParts } from './boot/first-keys.ts';
import type { BootedLine, bootLine } from './boot/line.ts';
import { LogOutput, standardOutput } from './boot/log-output.ts';
import { PartsLog } from './boot/parts-log.ts';
import { openTriedRecords, WatchedRecordStore } from './boot/record-disk.ts';
import { Restart, type RestartReason } from './boot/restart.ts';
import { type SelfTested, selfTest } from './boot/self-test.ts';
import { type ServedDoor, serveManagerOf } from './boot/service.ts';
import { settingsChange, settingsRefused } from './boot/settings-change.ts';
import { watchTable } from './boot/table-watch.ts';
import type { Config } from './config.ts';
import { LedStrike } from './drivers/led-class.ts';
import { NodeClock } from './drivers/node-clock.ts';
import { NodeCrypto } from './drivers/node-crypto.ts';
import type { RecordStore } from './ports/record-store.ts';
import type { Subscription } from './ports/subscription.ts';
import type { TableStore } from './ports/table-store.ts';
import type { ReaderKeys } from './reader/reader-keys.ts';
import type { Reader, ReaderPorts } from './reader.ts';
import { present } from './shared/assert.ts';
import { asFault, type Fault } from './shared/faults.ts';
import { AbsentRecordStore, AbsentTableStore } from './store/absent.ts';
import type { StoreThreads } from './store/early-threads.ts';
import { mountWarnings } from './store/mount-warnings.ts';
import { takeRunLock } from './store/run-lock.ts';
import { openTableStore, type SqliteTableStore } from './store/table-store.ts';
import { readKeyed } from './tools/key-store.ts';
import type { BootFacts } from './tools/run-door.ts';

/** A door that serves people. */
export interface Running {
  readonly reader: Reader;
  /** See tools/run-door.ts. */
  readonly restartNeeded: Promise<RestartReason>;
  /** Secures the strike, finishes what is being written, lets go of every device. */
  stop(): Promise<void>;
}

/** Starts the door of these settings; `threads`: those of its stores, where they were started before. Rejects with a Fault when not even a door that denies can be started, or one runs already. */
export const boot = async (
  config: Config,
  { lastRun, waiting, areSettingsAccepted = false, settingsFolder }: Partial<BootFacts> = {},
  threads: Partial<StoreThreads> = {},
): Promise<Running> => {
  const log = newLog(config);
  const letGo = takeRunLock(config.dataDir);
  // Before anything that may take long or fail: making the strike de-energises it (R11, SECURITY E22). One at the controller is secured there.
  const ownStrike = config.strike === 'relay' ? new LedStrike(config.settings.devices.strike) : undefined;
  if (ownStrike?.fault !== undefined) log.child({ part: 'strike' }).error({ fault: ownStrike.fault.code }, ownStrike.fault.message);

  const clock = new NodeClock();
  const crypto = new NodeCrypto();
  const restart = new Restart(clock);
  const { keys, isFirst } = await keysOf(config, log.child({ part: 'keys' }));
  // The stores have threads of their own: while those open, the rest of the program is loaded.
  const [records, table, { Reader }, { devicesOf }, line] = await Promise.all([
    openRecords(config, restart, log.child({ part: 'journal' }), threads),
    openTable(config, crypto, keys, restart, log.child({ part: 'table' }), threads),
    import('./reader.ts'),
    import('./boot/devices.ts'),
    // A door that stands alone starts without what speaks on a line.
    config.line && openLine(config, config.line, { clock, crypto, log: log.child({ part: 'line' }) }),
  ]);
  const strike = ownStrike ?? present(line?.strike, 'a strike at the controller has a line');
  const deviceLog = log.child({ part: 'devices' });
  const devices = await devicesOf(config, clock, ({ sentence, cause }) =>
    deviceLog.warn(cause === undefined ? {} : { cause: cause instanceof Error ? cause.message : cause }, sentence),
  );
  const opener = isFirst
    ? await openerOf(config, settingsFolder, { clock, keypad: devices.keypad, log: log.child({ part: 'keys' }) }, restart)
    : undefined;
  const ports = { clock, crypto, strike, records: records.store, table: table.store, ...devices, ...(opener && { keypad: opener.keypad }) };
  const { capacity, whenFull } = config.journal;
  const partsLog = new PartsLog(log, config.settings.devices);
  const reader = await Reader.start({
    ports,
    policy: config.policy,
    keys,
    hasController: line !== undefined,
    line: line?.sideWith(table.isReadOnly ?? false),
    journalLimits: { events: capacity, whenFull },
    waitingSettings: waiting && { hash: waiting.hash, accept: () => waiting.accept().then(() => restart.settingsAccepted()) },
    areSettingsAccepted,
    isSpendingLost: records.openedDamaged !== undefined,
    observer: partsLog,
  });
  if (table.openedDamaged !== undefined) reader.tell({ code: 'table.damaged', fields: { by: 'open' } });
  if (records.openedDamaged !== undefined) reader.tell({ code: 'journal.damaged', fields: { what: 'file' } });
  const change = waiting === undefined ? lastRun && settingsChange(lastRun.settings, config.settings) : settingsRefused(waiting.weaker);
  if (change !== undefined) await recordChange(reader, change);
  const watch = table.shared && watchTable(clock, table.shared, (event) => reader.tell(event));
  warnOfMounts(config, log.child({ part: 'disk' }));
  const tableVersion = table.store.state()?.version ?? 0;
  const works = { strike: ownStrike?.fault === undefined, keys: keys !== undefined, table: tableVersion > 0, journal: records.isAbsent !== true };
  partsLog.started({ ...devicesIn(ports), ...works }, { mode: reader.mode, tableVersion });
  const isOnline = (): boolean => partsLog.isOnline;
  const isAway = (device: string): boolean => partsLog.isAway(device);
  const door = { clock, config, crypto, reader, strike: ownStrike, records: records.store, isAway, isOnline };
  opener?.begin(reader.signals);
  const watches = [restart, watch, opener, ...(await attend(door, log, { isWaiting: opener !== undefined, keys, settingsFolder }))].filter(
    (each) => each !== undefined,
  );
  const end = async (): Promise<void> => {
    await stop(reader, watches, [records.store, table.store], log);
    letGo?.();
  };
  return { reader, restartNeeded: restart.needed, stop: end };
};

const openLine = async (...parts: Parameters<typeof bootLine>): Promise<BootedLine> => (await import('./boot/line.ts')).bootLine(...parts);

/** Undefined: no code is waited for. */
const openerOf = async (
  config: Config,
  folder: string | undefined,
  parts: Pick<FirstKeysParts, 'clock' | 'keypad' | 'log'>,
  restart: Restart,
): Promise<FirstBoot | undefined> => {
  if (folder === undefined) return undefined;
  const { firstBootOf } = await import('./boot/first-keys.ts');
  return firstBootOf({ ...parts, config, folder, keyed: () => restart.ask({ message: 'the reader has got its keys' }) });
};

interface Keyed {
  /** Keys go to the code of a bundle. */
  readonly isWaiting: boolean;
  readonly keys: ReaderKeys | undefined;
  readonly settingsFolder: string | undefined;
}

/**
 * What a door that serves people has besides: its self-test, and somebody to tell that it is ready and alive. One that waits for its keys shows
 * that, and nothing else.
 */
const attend = async (
  door: ServedDoor & Omit<SelfTested, 'told'> & { isOnline(): boolean },
  log: Logger,
  { isWaiting, keys, settingsFolder }: Keyed,
): Promise<readonly (Subscription | undefined)[]> => {
  if (keys !== undefined && settingsFolder !== undefined)
    (await import('./boot/first-keys.ts')).putBundlesAway(settingsFolder, door.config, keys, log.child({ part: 'keys' }));
  const told: SelfTested['told'] = ({ name, findings }) => log.warn({ check: name, findings }, 'the self-test found something wrong');
  const served = await serveManagerOf(process.env, door, (sentence) => log.warn(sentence));
  const { RUNTIME_DIRECTORY: runDirectory } = process.env;
  const slot = runDirectory === undefined ? undefined : (await import('./boot/slot-watch.ts')).watchSlot({ ...door, runDirectory, root: '' });
  if (isWaiting) slot?.selfTested(['keys']);
  return [isWaiting ? undefined : selfTest({ ...door, settingsFolder, told, ended: slot?.selfTested }), served, slot];
};

/** Those that the settings name. */
const devicesIn = (ports: ReaderPorts): Readonly<Record<string, true>> =>
  Object.fromEntries((['keypad', 'cardReader', 'inputs'] as const).filter((name) => ports[name] !== undefined).map((name) => [name, true]));

const stop = async (reader: Reader, watches: readonly Subscription[], stores: readonly (RecordStore | TableStore)[], log: Logger): Promise<void> => {
  for (const watch of watches) watch.stop();
  await reader.stop();
  await Promise.all(stores.map((store) => store.close()));
  log.info('the door has stopped');
};

/** Digits, card numbers and keys have types that print as tags. */
const newLog = ({ name, logLevel }: Config): Logger =>
  pino({ level: logLevel, base: { name }, timestamp: pino.stdTimeFunctions.isoTime }, new LogOutput(standardOutput(), name));

interface Opened<Store> {
  readonly store: Store;
  /** Undefined, or one sentence: what was wrong with what stood on disk. */
  readonly openedDamaged?: string | undefined;
  /** Nothing is on disk, and nothing can be. */
  readonly isAbsent?: boolean;
  /** What is on disk serves, and nothing can be put in its place. */
  readonly isReadOnly?: boolean;
}

/** `isFirst`: there are none yet, and none that are refused. */
const keysOf = async (config: Config, log: Logger): Promise<{ readonly keys: ReaderKeys | undefined; readonly isFirst: boolean }> => {
  const read = readKeyed(config.dataDir);
  if (!read.ok) {
    log.error(read.failure);
    return { keys: undefined, isFirst: false };
  }
  const { keys, place } = read.value;
  if (keys === undefined) log.warn('the reader has no keys yet, so it knows nobody: import a table');
  if (config.line !== undefined && place !== undefined && config.line.address !== place.address) {
    const { addressFinding } = await import('./tools/describe-door.ts');
    log.warn(addressFinding(config, place));
  }
  return { keys, isFirst: keys === undefined };
};

const openRecords = async ({ dataDir }: Config, restart: Restart, log: Logger, threads: Partial<StoreThreads>): Promise<Opened<RecordStore>> => {
  try {
    const { store, openedDamaged } = await openTriedRecords(dataDir, threads.records);
    if (openedDamaged !== undefined) log.error(openedDamaged);
    const failed = (fault: Fault): void => {
      log.fatal({ fault: fault.code }, 'the journal can not be trusted any more: %s', fault.message);
      restart.ask(fault);
    };
    return { store: new WatchedRecordStore(store, once(failed)), openedDamaged };
  } catch (thrown) {
    const fault = asFault(thrown, 'disk.failed', 'the journal cannot be opened');
    log.fatal({ fault: fault.code }, 'there is no journal, so nothing is recorded and no PIN opens: %s', fault.message);
    restart.askWhen('the journal', async () => (await openTriedRecords(dataDir)).store.close());
    return { store: new AbsentRecordStore(fault), isAbsent: true };
  }
};

const openTable = async (
  { dataDir }: Config,
  crypto: NodeCrypto,
  keys: ReaderKeys | undefined,
  restart: Restart,
  log: Logger,
  threads: Partial<StoreThreads>,
): Promise<Opened<TableStore> & { readonly shared?: SqliteTableStore }> => {
  if (keys === undefined) return { store: new AbsentTableStore('wrongSignature') };
  const open = () => openTableStore({ directory: dataDir, crypto, ...keys }, threads.table);
  try {
    const { store, openedDamaged, readOnly } = await open();
    if (openedDamaged !== undefined) log.error(openedDamaged);
    if (readOnly !== undefined) log.error(readOnly);
    return { store, openedDamaged, shared: store, isReadOnly: readOnly !== undefined };
  } catch (thrown) {
    const fault = asFault(thrown, 'disk.failed', 'the table cannot be opened');
    log.fatal({ fault: fault.code }, 'there is no PIN table, so nobody enters: %s', fault.message);
    restart.askWhen('the PIN table', async () => (await open()).store.close());
    return { store: new AbsentTableStore('diskFull'), isReadOnly: true };
  }
};

/** On disk before the settings are kept as those of last time, where that can be had: a change is not told twice, and never lost. */
const recordChange = async (reader: Reader, change: AccessEvent): Promise<void> => {
  await reader.journal.append(change).catch(() => reader.tell(change));
};

const warnOfMounts = ({ dataDir }: Config, log: Logger): void => {
  try {
    for (const warning of mountWarnings(dataDir)) log.warn(warning);
  } catch (thrown) {
    log.warn(asFault(thrown, 'disk.failed', 'mount options are not known').message);
  }
};

const once = <Value>(callback: (value: Value) => void): ((value: Value) => void) => {
  let isCalled = false;
  return (value) => {
    if (!isCalled) callback(value);
    isCalled = true;
  };
};
