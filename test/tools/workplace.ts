/** A directory with a settings file and a data directory, in which the program runs as people run it. Each test has its own. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { Card } from '../../src/access/card.ts';
import { Pin } from '../../src/access/pin.ts';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import { type Io, main } from '../../src/main.ts';
import type { ReaderKeys } from '../../src/reader/reader-keys.ts';
import { SqliteTableDisk } from '../../src/store/sqlite-table-disk.ts';
import { decodePerson } from '../../src/table/record.ts';
import { Table } from '../../src/table/table.ts';
import { cardTag, pinTag } from '../../src/table/tags.ts';
import { readReaderKeys } from '../../src/tools/key-store.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The program's own file, for those who start it as a process. */
export const programFile = join(import.meta.dirname, '..', '..', 'src', 'main.ts');
export const crypto = new NodeCrypto();

export class Workplace {
  place = '';

  constructor() {
    beforeEach(() => {
      this.place = mkdtempSync(join(tmpdir(), 'doorpad-place-'));
      this.write('doorpad.toml', `[reader]\nname = "Gate"\ndataDir = "${this.dataDir}"\n[door]\nstrike = "relay"\n`);
    });
    afterEach(() => rmSync(this.place, { recursive: true, force: true }));
  }

  get dataDir(): string {
    return join(this.place, 'data');
  }

  get lastGood(): string {
    return join(this.place, 'last-good.toml');
  }

  get configFile(): string {
    return join(this.place, 'doorpad.toml');
  }

  write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.place, name), content);
    return join(this.place, name);
  }

  async run(argv: readonly string[], io: Partial<Io> = {}): Promise<Ran> {
    const [out, err]: [string[], string[]] = [[], []];
    const refuse = (): Promise<never> => Promise.reject(new Error('not a door'));
    const heard = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
    const code = await main(argv, { ...heard, boot: refuse, stopAsked: refuse, ...io });
    return { code, out: out.join(''), err: err.join('') };
  }

  importPeople(csv: string | Uint8Array): Promise<Ran> {
    return this.run(['table', 'import', this.write('people.csv', csv), '--config', this.configFile]);
  }

  keys(): ReaderKeys {
    const keys = readReaderKeys(this.dataDir);
    if (!keys.ok || keys.value === undefined) throw new Error('there are no keys');
    return keys.value;
  }

  /** The person a credential finds in the table on disk. */
  personOf(credential: Pin | Card): number | undefined {
    const { trust, tableKey } = this.keys();
    const disk = new SqliteTableDisk({ directory: this.dataDir });
    const table = new Table({ disk, crypto, trust, tableKey });
    const found = table.find(credential instanceof Pin ? pinTag(crypto, tableKey, credential) : cardTag(crypto, tableKey, credential));
    disk.close();
    return found.found === 'record' ? decodePerson(found.record)?.person : undefined;
  }
}

export const pin = (digits: string): Pin => Pin.from(digits) ?? Pin.empty;
export const textCard = (text: string): Card => new Card('text', new TextEncoder().encode(text), text.length);

export const filesUnder = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name)] : []));
