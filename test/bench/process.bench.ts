/** What the whole program costs as a process: the time from its start to the first key it takes, and its memory with 250,000 people. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, watch, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from '../../hardware/image/bundle.ts';
import { Pin } from '../../src/access/pin.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { present } from '../../src/shared/assert.ts';
import { openTableStore } from '../../src/store/table-store.ts';
import { publishSnapshot } from '../../src/table/publish.ts';
import type { PersonFacts } from '../../src/table/record.ts';
import { pinTag } from '../../src/table/tags.ts';
import { newStandAloneKeys, prepareDataDirectory, type StandAloneKeys, writeStandAloneKeys } from '../../src/tools/key-store.ts';
import { typed } from '../boot/real-door.ts';
import type { Bench } from './bench.ts';

const people = 250_000;
const chunkBytes = 65_536;
const pin = '00412345';
const sources = join(import.meta.dirname, '..', '..', 'src');
const crypto = new NodeCrypto();
/** How long the key beeps (access/feedback.ts): nothing else that a door at rest does beeps as long. */
const keyBeepMs = '60';
const deadlineMs = 30_000;

/** A directory with everything a door needs, and the door that runs in it. */
class Place {
  readonly path = mkdtempSync(join(tmpdir(), 'doorpad-bench-'));
  readonly settings = join(this.path, 'doorpad.toml');
  readonly keys: StandAloneKeys = newStandAloneKeys(crypto);
  readonly #keypad: number;
  #process: ChildProcess | undefined;

  constructor() {
    const leds = ['strike', 'red', 'green', 'buzzer'];
    for (const led of leds) {
      mkdirSync(join(this.path, led));
      for (const attribute of ['brightness', 'max_brightness', 'trigger', 'state', 'duration', 'activate'])
        writeFileSync(join(this.path, led, attribute), '0');
    }
    execFileSync('mkfifo', [join(this.path, 'keypad')]);
    this.#keypad = openSync(join(this.path, 'keypad'), constants.O_RDWR | constants.O_NONBLOCK);
    const devices = [...leds, 'keypad'].map((name) => `${name} = "${join(this.path, name)}"`);
    writeFileSync(
      this.settings,
      `[reader]\ndataDir = "${this.data}"\nmode = "pinOnly"\n[door]\nstrike = "relay"\n[devices]\ncardReader = "none"\n${devices.join('\n')}\n`,
    );
    prepareDataDirectory(this.data);
    writeStandAloneKeys(this.data, this.keys);
  }

  get data(): string {
    return join(this.path, 'data');
  }

  type(keys: string): void {
    writeSync(this.#keypad, typed(keys));
  }

  /** Resolves when this attribute of an LED reads so. */
  async shows(attribute: string, value: string): Promise<void> {
    const path = join(this.path, attribute);
    const changes = watch(path);
    const late = AbortSignal.timeout(deadlineMs);
    try {
      while (readFileSync(path, 'utf8') !== value) await once(changes, 'change', { signal: late });
    } finally {
      changes.close();
    }
  }

  start(argv: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    this.#process = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
    return this.#process;
  }

  run(program: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
    return this.start([program, 'run', '--config', this.settings, '--last-good', join(this.path, 'last-good.toml')], env);
  }

  get process(): ChildProcess {
    return present(this.#process, 'a process was started');
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** Leaves no process and no file behind, whatever becomes of the work. */
const inPlace = async <Value>(work: (place: Place) => Promise<Value>): Promise<Value> => {
  const place = new Place();
  try {
    return await work(place);
  } finally {
    await place.end('SIGKILL');
    rmSync(place.path, { recursive: true });
  }
};

const medianOf = (values: readonly number[]): number =>
  present(values.toSorted((left, right) => left - right)[values.length >> 1], 'at least one value');

const snapshotOf = ({ authoritySeed, trust, tableKey }: StandAloneKeys, count: number): Uint8Array => {
  const known = pinTag(crypto, tableKey, present(Pin.from(pin), 'a PIN'));
  const everyone = Array.from({ length: count }, (_, index): PersonFacts => {
    const tags = new DataView(crypto.randomBytes(16).buffer);
    const tag = index === 0 ? known : tags.getBigUint64(0);
    const credentials = [{ kind: 'pin', pinExempt: false, tag } as const, { kind: 'card', pinExempt: false, tag: tags.getBigUint64(8) } as const];
    return { person: index + 1, extendedTime: false, offlinePriority: false, credentials };
  });
  const published = publishSnapshot(
    { crypto, authoritySeed, site: trust.site, reader: trust.reader, tableKey },
    { version: 1, revocation: 0, people: everyone },
  );
  if (!published.ok) throw new Error('two people drew one tag');
  return published.value.file;
};

const putInForce = async ({ data, keys }: Place, file: Uint8Array): Promise<void> => {
  const { store } = await openTableStore({ directory: data, crypto, ...keys });
  for (let at = 0; at < file.length; at += chunkBytes) await store.receive(at, file.subarray(at, at + chunkBytes));
  const applied = await store.apply();
  if (!applied.ok) throw new Error(`the table was refused: ${applied.failure}`);
  await store.close();
};

/** Milliseconds from the start of the process until it has taken a key that was pressed before it. */
const startMs = (program: string, starts: number, env: NodeJS.ProcessEnv = {}): Promise<readonly number[]> =>
  inPlace(async (place) => {
    await putInForce(place, snapshotOf(place.keys, 1_000));
    const took: number[] = [];
    for (let n = 0; n < starts; n += 1) {
      writeFileSync(join(place.path, 'buzzer', 'duration'), '0');
      place.type('5');
      const beeped = place.shows('buzzer/duration', keyBeepMs);
      const startedMs = performance.now();
      place.run(program, env);
      await beeped;
      took.push(performance.now() - startedMs);
      await place.end('SIGTERM');
    }
    return took;
  });

const applyingChild = fileURLToPath(new URL('./process-child.ts', import.meta.url));

/** The program as three files: one for the process, and one for each of its threads, beside it. Beside them the child that applies. */
const bundled = async <Value>(use: (program: string, child: string) => Promise<Value>): Promise<Value> => {
  const outdir = mkdtempSync(join(tmpdir(), 'doorpad-bundle-'));
  symlinkSync(join(sources, '..', 'node_modules'), join(outdir, 'node_modules'));
  await bundleProgram(outdir, [applyingChild]);
  try {
    return await use(join(outdir, 'main.mjs'), join(outdir, 'process-child.mjs'));
  } finally {
    rmSync(outdir, { recursive: true });
  }
};

const fromSources = join(sources, 'main.ts');
const startsOf = (isQuick: boolean): number => (isQuick ? 7 : 21);

const megabytesOf = ({ pid }: ChildProcess, field: 'VmRSS' | 'VmHWM'): number => {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(line?.[1]) * 1_024) / 1e6;
};

/** Of the real program, after it has opened its door for people of a full table. */
const servingMegabytes = (program: string): Promise<number> =>
  inPlace(async (place) => {
    await putInForce(place, snapshotOf(place.keys, people));
    place.run(program);
    // As many as the reader takes at once.
    for (let entries = 0; entries < 4; entries += 1) {
      writeFileSync(join(place.path, 'strike', 'activate'), '0');
      place.type(pin);
      await place.shows('strike/activate', '1');
    }
    return megabytesOf(place.process, 'VmRSS');
  });

/** The most a whole reader takes from its start until a full table has come, piece by piece, and is in force. */
const applyingMegabytes = (child: string): Promise<number> =>
  inPlace(async (place) => {
    const file = join(place.path, 'table');
    writeFileSync(file, snapshotOf(place.keys, people));
    const applying = place.start([child, place.settings, file]);
    const died = once(applying, 'exit').then(() => Promise.reject(new Error('it died while it applied the table')));
    await Promise.race([once(present(applying.stdout, 'a pipe'), 'data'), died]);
    return megabytesOf(place.process, 'VmHWM');
  });

/** As the service unit starts the program: what was compiled once is kept. The first start compiles. */
const cachedStartMs = async (program: string, isQuick: boolean): Promise<number> => {
  const cache = mkdtempSync(join(tmpdir(), 'doorpad-compiled-'));
  try {
    return medianOf((await startMs(program, startsOf(isQuick) + 1, { NODE_COMPILE_CACHE: cache })).slice(1));
  } finally {
    rmSync(cache, { recursive: true });
  }
};

export const benches: readonly Bench[] = [
  {
    name: 'process start → first key taken, bundled, compiled before, median',
    unit: 'ms',
    bar: 150,
    better: 'lower',
    run: (isQuick) => bundled((program) => cachedStartMs(program, isQuick)),
  },
  {
    name: 'process start → first key taken, from sources, compiled before, median',
    unit: 'ms',
    bar: 300,
    better: 'lower',
    run: (isQuick) => cachedStartMs(fromSources, isQuick),
  },
  {
    name: 'process start → first key taken, from sources, never compiled, median',
    unit: 'ms',
    bar: undefined,
    better: 'lower',
    run: async () => medianOf(await startMs(fromSources, 3, { NODE_DISABLE_COMPILE_CACHE: '1' })),
  },
  {
    name: 'memory serving 250,000 people, bundled, whole process',
    unit: 'MB',
    bar: 120,
    better: 'lower',
    run: () => bundled(servingMegabytes),
  },
  {
    name: 'memory serving 250,000 people, from sources, whole process',
    unit: 'MB',
    bar: undefined,
    better: 'lower',
    run: () => servingMegabytes(fromSources),
  },
  {
    name: 'memory peak while 250,000 people are applied, bundled, whole process',
    unit: 'MB',
    bar: 220,
    better: 'lower',
    run: () => bundled((_, child) => applyingMegabytes(child)),
  },
];
