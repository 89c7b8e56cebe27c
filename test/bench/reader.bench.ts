/** How long people wait: from the key to the beep, from # to the strike, at a reader with its real stores and 250,000 people. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SimKeypad } from '../../sim/devices/keypad.ts';
import { SimLights } from '../../sim/devices/lights.ts';
import { MemoryRecordStore } from '../../sim/devices/memory-record-store.ts';
import { Pin } from '../../src/access/pin.ts';
import { defaultPolicy } from '../../src/access/policy.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { Key } from '../../src/ports/keypad.ts';
import type { RecordStore } from '../../src/ports/record-store.ts';
import { Reader } from '../../src/reader.ts';
import { present } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { openTableStore, type SqliteTableStore } from '../../src/store/table-store.ts';
import { type Publisher, publishSnapshot } from '../../src/table/publish.ts';
import type { PersonFacts } from '../../src/table/record.ts';
import { pinTag } from '../../src/table/tags.ts';
import type { Bench } from './bench.ts';

const people = 250_000;
const chunkBytes = 65_536;
const code = '0041';

/** A reader at work, with hands on its keys and a stopwatch on its strike and its buzzer. */
class Timed {
  readonly table: SqliteTableStore;
  readonly #publisher: Publisher;
  readonly #keypad: SimKeypad;
  readonly #watch: Stopwatch;
  readonly #close: () => Promise<void>;

  private constructor(table: SqliteTableStore, publisher: Publisher, keypad: SimKeypad, watch: Stopwatch, close: () => Promise<void>) {
    this.table = table;
    this.#publisher = publisher;
    this.#keypad = keypad;
    this.#watch = watch;
    this.#close = close;
  }

  static async open({ onDisk }: { readonly onDisk: boolean }): Promise<Timed> {
    const directory = mkdtempSync(join(tmpdir(), 'doorpad-bench-'));
    const publisher = newPublisher();
    const authority = publisher.authority;
    const crypto = publisher.crypto;
    const trust = { authority, site: publisher.site, reader: publisher.reader };
    const { store: table } = await openTableStore({ directory, crypto, trust, tableKey: publisher.tableKey });
    await put(table, snapshotOf(publisher, 1));
    const records: RecordStore = onDisk ? (await openRecordStore({ directory })).store : new MemoryRecordStore();
    const clock = new NodeClock();
    const keypad = new SimKeypad(clock);
    const watch = new Stopwatch();
    const reader = await Reader.start({
      ports: {
        clock,
        crypto,
        keypad,
        lights: new SimLights(clock),
        buzzer: { beep: () => watch.beep() },
        strike: { release: () => Promise.resolve(watch.strike()), secure: () => Promise.resolve() },
        records,
        table,
      },
      policy: { ...defaultPolicy, mode: 'pinOnly' },
      keys: { trust, tableKey: publisher.tableKey },
      hasController: false,
    });
    return new Timed(table, publisher, keypad, watch, async () => {
      await reader.stop();
      await records.close();
      await table.close();
      rmSync(directory, { recursive: true });
    });
  }

  /** The next version, made beforehand and then received and applied. */
  async publishAgain(): Promise<void> {
    await put(this.table, snapshotOf(this.#publisher, (this.table.state()?.version ?? 0) + 1));
  }

  /** Milliseconds from one key to its beep. */
  key(key: Key): number {
    const startMs = performance.now();
    this.#keypad.tap(key);
    return this.#watch.lastBeepMs - startMs;
  }

  /** Milliseconds from the # of a right PIN to the strike. */
  async open(): Promise<number> {
    for (const digit of code) this.#keypad.tap(digit as Key);
    const opened = this.#watch.nextStrike();
    const startMs = performance.now();
    this.#keypad.tap('#');
    const tookMs = (await opened) - startMs;
    // The reader's gate lets 20 keys a second through.
    await new Promise((resolve) => setTimeout(resolve, keyGapMs * (code.length + 1)));
    return tookMs;
  }

  close(): Promise<void> {
    return this.#close();
  }
}

class Stopwatch {
  lastBeepMs = 0;
  #strike: ((atMs: number) => void) | undefined;

  beep(): void {
    this.lastBeepMs = performance.now();
  }

  strike(): void {
    this.#strike?.(performance.now());
  }

  nextStrike(): Promise<number> {
    return new Promise((resolve) => {
      this.#strike = resolve;
    });
  }
}

const newPublisher = (): Publisher & { readonly authority: Uint8Array } => {
  const crypto = new NodeCrypto();
  const { seed, publicKey } = crypto.newSigningKey();
  return {
    crypto,
    authoritySeed: seed,
    authority: publicKey,
    site: crypto.randomBytes(16),
    reader: crypto.randomBytes(16),
    tableKey: new SecretBytes(crypto.randomBytes(32)),
  };
};

const snapshotOf = (publisher: Publisher, version: number): Uint8Array => {
  const known = pinTag(publisher.crypto, publisher.tableKey, present(Pin.from(code), 'a PIN'));
  const everyone = Array.from({ length: people }, (_, index): PersonFacts => {
    const tags = new DataView(publisher.crypto.randomBytes(16).buffer);
    const pin = index === 0 ? known : tags.getBigUint64(0);
    const credentials = [
      { kind: 'pin', pinExempt: false, tag: pin } as const,
      { kind: 'card', pinExempt: false, tag: tags.getBigUint64(8) } as const,
    ];
    return { person: index + 1, extendedTime: false, offlinePriority: false, credentials };
  });
  const published = publishSnapshot(publisher, { version, revocation: 0, people: everyone });
  if (!published.ok) throw new Error('two people drew one tag');
  return published.value.file;
};

const put = async (table: SqliteTableStore, file: Uint8Array): Promise<void> => {
  for (let at = 0; at < file.length; at += chunkBytes) await table.receive(at, file.subarray(at, at + chunkBytes));
  const applied = await table.apply();
  if (!applied.ok) throw new Error(`the table was refused: ${applied.failure}`);
};

const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((left, right) => left - right);
  return present(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))], 'at least one value');
};

const opening = async (onDisk: boolean, isQuick: boolean): Promise<readonly number[]> => {
  const timed = await Timed.open({ onDisk });
  const took: number[] = [];
  for (let n = 0; n < (isQuick ? 60 : 400); n += 1) took.push(await timed.open());
  await timed.close();
  return took.slice(took.length / 10);
};

/** Keys of abandoned entries, a few at a time, so that the reader's gate lets every one through. */
const keying = async (meanwhile: 'nothing' | 'apply', isQuick: boolean): Promise<readonly number[]> => {
  const timed = await Timed.open({ onDisk: true });
  const took: number[] = [];
  const press = async (): Promise<void> => {
    took.push(timed.key(took.length % 4 === 3 ? '*' : '5'));
    await new Promise((resolve) => setTimeout(resolve, keyGapMs));
  };
  if (meanwhile === 'nothing') {
    for (let n = 0; n < (isQuick ? 60 : 400); n += 1) await press();
  } else {
    const rounds = isQuick ? 1 : 4;
    for (let round = 0; round < rounds; round += 1) {
      let isApplied = false;
      const applied = timed.publishAgain().then(() => {
        isApplied = true;
      });
      while (!isApplied) await press();
      await applied;
    }
  }
  await timed.close();
  return took;
};

/** Slower than the reader's gate of 20 keys a second. */
const keyGapMs = 55;
const figures = new Map<string, Promise<readonly number[]>>();
/** Each run feeds several figures. */
const once = (name: string, run: () => Promise<readonly number[]>): Promise<readonly number[]> => {
  const running = figures.get(name) ?? run();
  figures.set(name, running);
  return running;
};

export const benches: readonly Bench[] = [
  {
    name: '# → strike asked, 250,000 people, on disk, p50',
    unit: 'ms',
    bar: undefined,
    better: 'lower',
    run: async (isQuick) => percentile(await once('disk', () => opening(true, isQuick)), 0.5),
  },
  {
    name: '# → strike asked, 250,000 people, on disk, p99',
    unit: 'ms',
    bar: 5,
    better: 'lower',
    run: async (isQuick) => percentile(await once('disk', () => opening(true, isQuick)), 0.99),
  },
  {
    name: '# → strike asked, 250,000 people, without the disk, p99',
    unit: 'ms',
    bar: 0.5,
    better: 'lower',
    run: async (isQuick) => percentile(await once('memory', () => opening(false, isQuick)), 0.99),
  },
  {
    name: 'key → beep asked, idle, p99',
    unit: 'ms',
    bar: 2,
    better: 'lower',
    run: async (isQuick) => percentile(await once('idle', () => keying('nothing', isQuick)), 0.99),
  },
  {
    name: 'key → beep asked, while 250,000 people are applied, p99',
    unit: 'ms',
    bar: 2,
    better: 'lower',
    run: async (isQuick) => percentile(await once('apply', () => keying('apply', isQuick)), 0.99),
  },
];
