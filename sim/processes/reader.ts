/**
 * `npm run sim -- reader`: the reader of every door in a process of its own, with its real stores and a real serial port; only what hangs on
 * the wall is simulated. What hands do comes in as lines, what the door shows goes out as lines. Rules and line are the reader's.
 */
import { join, resolve } from 'node:path';
import packageFile from '../../package.json' with { type: 'json' };
import { type AccessEvent, displayText } from '../../src/access/events.ts';
import { Restart } from '../../src/boot/restart.ts';
import { settingsChange, settingsRefused } from '../../src/boot/settings-change.ts';
import { settledLineOf } from '../../src/boot/settled-line.ts';
import type { LineBaudRate } from '../../src/config/settings.ts';
import { type Config, type LineConfig, readConfig } from '../../src/config.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { SerialLink } from '../../src/drivers/serial-link.ts';
import { RemoteStrike } from '../../src/link/remote-strike.ts';
import type { InputName } from '../../src/ports/inputs.ts';
import type { TableStore } from '../../src/ports/table-store.ts';
import type { ReaderKeys } from '../../src/reader/reader-keys.ts';
import { Reader } from '../../src/reader.ts';
import { Fault } from '../../src/shared/faults.ts';
import type { Result } from '../../src/shared/result.ts';
import { AbsentTableStore } from '../../src/store/absent.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { openTableStore } from '../../src/store/table-store.ts';
import { addressFinding } from '../../src/tools/describe-door.ts';
import { exitCodes as exitsOf } from '../../src/tools/exit-codes.ts';
import { prepareDataDirectory, readKeyedPlace, readReaderKeys } from '../../src/tools/key-store.ts';
import { type BootFacts, type Running, runDoor } from '../../src/tools/run-door.ts';
import type { SettingsFile } from '../../src/tools/settings-file.ts';
import { SimBuzzer } from '../devices/buzzer.ts';
import { SimCardReader } from '../devices/card-reader.ts';
import { SimInputs } from '../devices/inputs.ts';
import { SimKeypad } from '../devices/keypad.ts';
import { SimLights } from '../devices/lights.ts';
import { SimStrike } from '../devices/strike.ts';
import { exitCodes } from '../exit-codes.ts';
import { defaultMode } from '../terminal/run.ts';
import { holdDirectory, portTeller } from './holding.ts';
import { factsText, type ProcessIo, peopleText, type Say, sayWith, untilEnd } from './io.ts';
import { type Deed, readDeed, readerHelp } from './reader-hands.ts';

export interface ReaderOptions {
  readonly port: string;
  readonly data: string;
  readonly config?: string;
  /** Default: that of the settings file; 1 without one. */
  readonly address?: number;
  /** Default: that of the settings file; 9 600 without one. */
  readonly baud?: LineBaudRate;
}

/** Of the subjects of a line, the longest of which is `strike`. */
const subjectColumns = 6;
/** Between keys: as fast as hands are. */
const keyGapMs = 60;
const rexPressMs = 200;
/** A light that stays longer is told; what flashes and blinks is shorter. */
const steadyLightMs = 2_000;

/** In the data directory: the settings the reader last ran with, by which those of its file are judged. */
const lastGoodFile = 'last-good.toml';

/** Resolves with the exit code once somebody quits. Rejects with a Fault when the disk does not let it start. */
export const runReader = async (options: ReaderOptions, io: ProcessIo): Promise<number> => {
  const dataDir = resolve(options.data);
  const keys = keysIn(dataDir);
  if (!keys.ok) {
    io.err(`${keys.failure}\n`);
    return exitCodes.usage;
  }
  const held = holdDirectory(dataDir);
  if (!held.ok) {
    io.err(`${held.failure}\n`);
    return exitCodes.inUse;
  }
  const { promise: started, resolve: start } = Promise.withResolvers<RunningReader>();
  const files = {
    config: options.config ?? 'What a reader without --config has',
    lastGood: join(dataDir, lastGoodFile),
    settings: options.config === undefined ? defaultSettings() : undefined,
    dataDir,
  };
  const code = await runDoor(files, {
    err: (text) => io.err(text),
    boot: async (config, facts) => {
      const running = await startReader({ config: withLine(config, options), keys: keys.value, facts, io });
      start(running);
      return running;
    },
    stopAsked: () => Promise.race([io.stopAsked, started.then(({ carryOut }) => untilEnd(io, carryOut))]),
  });
  held.value();
  return code === exitsOf.settings ? exitCodes.usage : code;
};

/** The settings, with the port and the place that the command names. */
const withLine = (config: Config, { port, address, baud }: ReaderOptions): LinedConfig => {
  const said = config.line ?? { address: 1, baudRate: 9_600, decides: 'reader', clear: false };
  return { ...config, line: { ...said, port, address: address ?? said.address, baudRate: baud ?? said.baudRate } };
};

const defaultSettings = (): SettingsFile => {
  const contacts = inputNames.map((name) => `${name} = "normallyOpen"\n`).join('');
  const text = `[reader]\nname = "Bench"\nmode = "${defaultMode}"\n[door]\nstrike = "relay"\n[devices]\n${contacts}`;
  const read = readConfig(text);
  if (!read.ok) throw new Fault('hardware.failed', 'the defaults of the settings are wrong');
  return { config: read.value, text };
};

type LinedConfig = Config & { readonly line: LineConfig };

interface RunningReader extends Running {
  readonly carryOut: (line: string) => Promise<'more' | 'last'>;
}

interface ReaderParts {
  readonly config: LinedConfig;
  readonly keys: ReaderKeys | undefined;
  readonly facts: BootFacts;
  readonly io: ProcessIo;
}

const startReader = async ({ config, keys, facts, io }: ReaderParts): Promise<RunningReader> => {
  const clock = new NodeClock();
  const say = sayWith(io, clock, subjectColumns);
  if (keys === undefined) say('reader', 'there are no keys yet: doorpad install-keys BUNDLE brings them');
  const place = readKeyedPlace(config.dataDir);
  const misplaced = addressFinding(config, place.ok ? place.value : undefined);
  if (misplaced !== undefined) say('line', misplaced);
  const wall = new Wall(clock, say, config);
  const crypto = new NodeCrypto();
  const { store: records } = await openRecordStore({ directory: config.dataDir });
  const table = await tableOf(config.dataDir, crypto, keys);
  const restart = new Restart(clock);
  const happened = ({ code, person, fields = {} }: AccessEvent): void =>
    say('event', `${code}: ${displayText(code, config.profile)}${person === undefined ? '' : `, person ${person}`}${factsText(fields)}`);
  const { lastRun, waiting, areSettingsAccepted } = facts;
  const reader = await Reader.start({
    ports: { ...wall.ports, clock, crypto, records, table },
    policy: config.policy,
    keys,
    line: lineOf(config, config.line, { clock, crypto, say, strike: wall.remoteStrike }),
    journalLimits: { events: config.journal.capacity, whenFull: config.journal.whenFull },
    waitingSettings: waiting && { hash: waiting.hash, accept: () => waiting.accept().then(() => restart.settingsAccepted()) },
    areSettingsAccepted,
    observer: {
      signalled: (signal) => {
        if (signal !== 'key' && signal !== 'keyLockedOut') say('signal', signal);
      },
      happened,
    },
  });
  const change = waiting === undefined ? lastRun && settingsChange(lastRun.settings, config.settings) : settingsRefused(waiting.weaker);
  if (change !== undefined) {
    await reader.journal.append(change);
    happened(change);
  }
  say('reader', `ready: mode ${reader.mode}, table version ${table.state()?.version ?? 0}, journal at ${reader.journal.head.sequence}`);
  return {
    restartNeeded: restart.needed,
    carryOut: (line) => wall.carryOut(line, () => statusOf(reader, table), io),
    stop: async () => {
      restart.stop();
      await reader.stop();
      await Promise.all([records.close(), table.close()]);
      say('reader', 'stopped');
    },
  };
};

const keysIn = (dataDir: string): Result<ReaderKeys | undefined, string> => {
  const prepared = prepareDataDirectory(dataDir);
  return prepared.ok ? readReaderKeys(dataDir) : prepared;
};

const tableOf = async (directory: string, crypto: NodeCrypto, keys: ReaderKeys | undefined): Promise<TableStore> =>
  keys === undefined ? new AbsentTableStore('wrongSignature') : (await openTableStore({ directory, crypto, ...keys })).store;

interface LineParts {
  readonly clock: NodeClock;
  readonly crypto: NodeCrypto;
  readonly say: Say;
  readonly strike: RemoteStrike | undefined;
}

const lineOf = (config: Config, line: LineConfig, { clock, crypto, say, strike }: LineParts) => {
  const side = settledLineOf({ config, line, crypto, version: packageFile.version, told: (sentence) => say('line', sentence) });
  const link = new SerialLink({ path: line.port, baudRate: side.pd.line.baudRate, clock, told: portTeller(line.port, say) });
  return { ...side, line: link, reopen: () => link.reopen(), ...(strike === undefined ? {} : { remoteStrike: strike }) };
};

const statusOf = ({ mode, states, journal }: Reader, table: TableStore): string => {
  const { version = 0, persons = 0 } = table.state() ?? {};
  const { head, acknowledged, pending } = journal;
  return `mode ${mode}, PIN path ${String(states.reader.pinPath)}, table version ${version} of ${peopleText(persons)}, journal at ${head.sequence}, acknowledged ${acknowledged}, ${pending} waiting`;
};

/** As the settings call them. */
const inputNames: readonly InputName[] = ['rex', 'doorContact', 'tamper'];
const inputWords: Readonly<Record<InputName, string>> = { rex: 'exit button', doorContact: 'door contact', tamper: 'tamper contact' };

const inputOf = (deed: Deed): InputName | undefined => (deed.do === 'input' ? deed.input : deed.do === 'rex' ? 'rex' : undefined);

/** What hangs on the wall, in memory. */
class Wall {
  readonly ports;
  readonly remoteStrike: RemoteStrike | undefined;
  readonly #clock: NodeClock;
  readonly #say: Say;
  /** Those that the settings name. */
  readonly #inputs: readonly InputName[];
  #light: unknown;

  constructor(clock: NodeClock, say: Say, { strike: wired, settings }: Config) {
    const [lights, buzzer, strike] = [new SimLights(clock), new SimBuzzer(clock), new SimStrike(clock)];
    this.#clock = clock;
    this.#say = say;
    this.#inputs = inputNames.filter((name) => settings.devices[name] !== 'none');
    this.remoteStrike = wired === 'controller' ? new RemoteStrike(clock) : undefined;
    this.ports = {
      keypad: new SimKeypad(clock),
      cardReader: new SimCardReader(clock),
      inputs: new SimInputs(clock, this.#inputs),
      lights,
      buzzer,
      strike: this.remoteStrike ?? strike,
    };
    lights.shown.watch(() => this.#sayLight(lights));
    strike.changes.watch(({ isEnergised }) => say('strike', isEnergised ? 'released' : 'secured'));
  }

  /** Once it stands still: what flashes comes with a signal, or with a key. */
  #sayLight(lights: SimLights): void {
    this.#clock.clearTimeout(this.#light);
    this.#light = this.#clock.setTimeout(() => this.#say('light', lights.colour), steadyLightMs);
  }

  async carryOut(line: string, status: () => string, io: Pick<ProcessIo, 'out' | 'err'>): Promise<'more' | 'last'> {
    const deed = readDeed(line);
    if (!deed.ok) {
      io.err(`${deed.failure}\n`);
      return 'more';
    }
    if (deed.value.do === 'help') io.out(readerHelp);
    else if (deed.value.do === 'status') this.#say('status', status());
    else {
      const input = inputOf(deed.value);
      if (input === undefined || this.#inputs.includes(input)) await this.#do(deed.value);
      else io.err(`The settings of this door name no ${inputWords[input]}, so it does not know: set devices.${input}.\n`);
    }
    return deed.value.do === 'quit' ? 'last' : 'more';
  }

  async #do(deed: Deed): Promise<void> {
    const { cardReader, inputs, keypad } = this.ports;
    switch (deed.do) {
      case 'type':
        for (const key of deed.keys) {
          keypad.tap(key);
          await this.#pause(keyGapMs);
        }
        break;
      case 'cardText':
        cardReader.presentText(deed.text);
        break;
      case 'cardBits':
        cardReader.presentBits(deed.bits);
        break;
      case 'input':
        inputs.set(deed.input, deed.isActive);
        break;
      case 'rex':
        inputs.set('rex', true);
        await this.#pause(rexPressMs);
        inputs.set('rex', false);
        break;
      default:
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolvePause) => void this.#clock.setTimeout(() => resolvePause(), ms));
  }
}
