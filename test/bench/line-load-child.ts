/**
 * A reader with its real stores on a serial port, at work: it puts tables in force one after the other, records events without a pause, and its
 * commits are slow. Arguments: the port, `plain` or `secure`, a directory with the tables to come, how long a commit takes in milliseconds.
 * It measures nothing; whoever asks it has the stopwatch.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { SimInputs } from '../../sim/devices/inputs.ts';
import { SimLights } from '../../sim/devices/lights.ts';
import { defaultPolicy } from '../../src/access/policy.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { SerialLink } from '../../src/drivers/serial-link.ts';
import { doorpadOui } from '../../src/link/messages.ts';
import type { RecordStore } from '../../src/ports/record-store.ts';
import type { LineSide } from '../../src/reader/line-side.ts';
import { Reader } from '../../src/reader.ts';
import { openRecordStore } from '../../src/store/record-store.ts';
import { openTableStore } from '../../src/store/table-store.ts';
import { maxChunkBytes } from '../../src/table/limits.ts';
import { scbk } from '../osdp/secure-pair.ts';
import { crypto, tableKey, trust } from '../store/publisher.ts';

const [path = '', manner = '', directory = '', commitMs = '0'] = process.argv.slice(2);
const isSecure = manner === 'secure';
const eventGapMs = 10;
const tableGapMs = 500;

const clock = new NodeClock();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One commit after the other, each as slow as a card that is busy with itself. */
const slowed = (store: RecordStore, ms: number): RecordStore => {
  let last: Promise<unknown> = Promise.resolve();
  return {
    commit: (writes) => {
      const committed = last.then(() => pause(ms)).then(() => store.commit(writes));
      last = committed.catch(() => undefined);
      return committed;
    },
    scan: (space, from, limit) => store.scan(space, from, limit),
    close: () => store.close(),
  };
};

const state = join(directory, `state-${process.pid}`);
mkdirSync(state);
const { store: table } = await openTableStore({ directory: state, crypto, trust, tableKey });
const { store: records } = await openRecordStore({ directory: state });
const link = new SerialLink({ path, baudRate: 230_400, clock });
const inputs = new SimInputs(clock);
const line: LineSide = {
  line: link,
  make: {
    identity: { oui: doorpadOui, model: 1, version: 1, serial: 1, firmware: { major: 0, minor: 1, build: 0 } },
    baudRates: [230_400],
    receiveBytes: 1_440,
    readsCards: true,
  },
  decides: 'reader',
  isClearAllowed: !isSecure,
  pd: {
    line: { address: 1, baudRate: 230_400 },
    keepLine: () => 'kept',
    policy: {
      keys: { current: isSecure ? scbk : undefined, pending: undefined },
      keepKeys: () => 'kept',
      secureRequired: isSecure,
      clearComset: false,
    },
  },
  software: 'doorpad bench',
  settingsHash: new Uint8Array(32),
  isLowSecurity: false,
};
const strike = { release: () => Promise.resolve(), secure: () => Promise.resolve() };
await Reader.start({
  ports: {
    clock,
    crypto,
    inputs,
    lights: new SimLights(clock),
    buzzer: { beep: () => undefined },
    strike,
    records: slowed(records, Number(commitMs)),
    table,
  },
  policy: { ...defaultPolicy, mode: 'cardOrPin' },
  keys: { trust, tableKey },
  line,
});

const makeEvents = async (): Promise<never> => {
  for (let isLifted = true; ; isLifted = !isLifted) {
    inputs.set('tamper', isLifted);
    await pause(eventGapMs);
  }
};

/** Piece by piece, as it comes over a line: a whole file in memory would be this bench's own stall. */
const receiveFile = async (path: string): Promise<void> => {
  const file = openSync(path, 'r');
  const piece = new Uint8Array(maxChunkBytes);
  for (let at = 0, bytes = readSync(file, piece); bytes > 0; at += bytes, bytes = readSync(file, piece)) {
    const received = await table.receive(at, piece.subarray(0, bytes));
    if (!received.ok) throw new Error(`the table was refused: ${received.failure}`);
  }
  closeSync(file);
};

const putTablesInForce = async (): Promise<void> => {
  const names = readdirSync(directory).filter((name) => name.startsWith('table-'));
  for (const name of names.toSorted()) {
    await receiveFile(join(directory, name));
    const applied = await table.apply();
    if (!applied.ok) throw new Error(`the table was refused: ${applied.failure}`);
    process.stdout.write(`version ${applied.value.version}\n`);
    await pause(tableGapMs);
  }
};

process.stdout.write('started\n');
void makeEvents();
await putTablesInForce();
