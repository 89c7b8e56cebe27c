/**
 * A whole door in a process of its own, put together as boot.ts does it, that also receives and applies a table: what a
 * line will do. Arguments: the settings file, the table's file. It measures nothing; whoever starts it looks at its memory.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import '../../src/boot.ts';
import { devicesOf } from '../../src/boot/devices.ts';
import { openTriedRecords } from '../../src/boot/record-disk.ts';
import { LedStrike } from '../../src/drivers/led-class.ts';
import { NodeClock } from '../../src/drivers/node-clock.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { Reader } from '../../src/reader.ts';
import { openTableStore, type SqliteTableStore } from '../../src/store/table-store.ts';
import { readReaderKeys } from '../../src/tools/key-store.ts';
import { readSettingsFile } from '../../src/tools/settings-file.ts';

const [settingsFile = '', tableFile = ''] = process.argv.slice(2);
const chunkBytes = 65_536;

const receive = async (table: SqliteTableStore): Promise<void> => {
  const file = openSync(tableFile, 'r');
  const chunk = new Uint8Array(chunkBytes);
  for (let at = 0; ; ) {
    const bytes = readSync(file, chunk);
    if (bytes === 0) break;
    const received = await table.receive(at, chunk.subarray(0, bytes));
    if (!received.ok) throw new Error(`the table was refused: ${received.failure}`);
    at += bytes;
  }
  closeSync(file);
  const applied = await table.apply();
  if (!applied.ok) throw new Error(`the table was refused: ${applied.failure}`);
};

const settings = readSettingsFile(settingsFile);
if (!settings.ok) throw new Error(settings.failure.join('\n'));
const { config } = settings.value;
const keys = readReaderKeys(config.dataDir);
if (!keys.ok || keys.value === undefined) throw new Error('there are no keys');
const [clock, crypto] = [new NodeClock(), new NodeCrypto()];
const { store: records } = await openTriedRecords(config.dataDir);
const { store: table } = await openTableStore({ directory: config.dataDir, crypto, ...keys.value });
const reader = await Reader.start({
  ports: { clock, crypto, strike: new LedStrike(config.settings.devices.strike), records, table, ...(await devicesOf(config, clock)) },
  policy: config.policy,
  keys: keys.value,
  hasController: false,
});
await receive(table);
process.stdout.write(`version ${table.state()?.version} is in force\n`);
process.stdin.on('end', () => void reader.stop().then(() => process.exit(0)));
process.stdin.resume();
