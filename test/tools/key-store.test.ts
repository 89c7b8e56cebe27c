/** Keys on disk: whole or not there, and refused when others could have read them. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import {
  newStandAloneKeys,
  prepareDataDirectory,
  readReaderKeys,
  readStandAloneKeys,
  type StandAloneKeys,
  writeStandAloneKeys,
} from '../../src/tools/key-store.ts';

const crypto = new NodeCrypto();
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'doorpad-keys-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const makeKeys = (): StandAloneKeys => {
  const keys = newStandAloneKeys(crypto);
  writeStandAloneKeys(directory, keys);
  return keys;
};

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const refusal = (): string => {
  const keys = readReaderKeys(directory);
  return keys.ok ? 'none' : keys.failure;
};

describe('the keys of a reader', () => {
  it('are not there until they are made, and the same ever after', () => {
    expect(readReaderKeys(directory)).toEqual({ ok: true, value: undefined });
    expect(readStandAloneKeys(directory)).toEqual({ ok: true, value: undefined });
    const made = makeKeys();
    const read = readStandAloneKeys(directory);
    if (!read.ok || read.value === undefined) throw new Error('no keys');
    for (const name of ['site', 'reader', 'authority'] as const) expect(read.value.trust[name]).toEqual(Uint8Array.from(made.trust[name]));
    expect(read.value.tableKey.reveal()).toEqual(made.tableKey.reveal());
    const message = Uint8Array.of(1, 2, 3);
    expect(crypto.verify(made.trust.authority, message, crypto.sign(read.value.authoritySeed, message))).toBe(true);
  });

  it('are private to their owner', () => {
    makeKeys();
    expect(modeOf(join(directory, 'keys'))).toBe(0o700);
    expect(['reader.json', 'authority.json'].map((file) => modeOf(join(directory, 'keys', file)))).toEqual([0o600, 0o600]);
    expect(readdirSync(directory)).toEqual(['keys']);
  });

  it('are never made over others', () => {
    makeKeys();
    expect(() => makeKeys()).toThrow('The keys could not be written');
    expect(readdirSync(directory)).toEqual(['keys']);
  });

  it.each([0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666])('are refused when their file has mode %o', (mode) => {
    makeKeys();
    chmodSync(join(directory, 'keys', 'reader.json'), mode);
    expect(refusal()).toContain(`can be used by other users (mode ${mode.toString(8)})`);
  });

  it.each([0o750, 0o705, 0o710, 0o701, 0o777])('are refused when their directory has mode %o', (mode) => {
    makeKeys();
    chmodSync(join(directory, 'keys'), mode);
    expect(refusal()).toContain(`(mode ${mode.toString(8)})`);
  });

  it('are refused when they are a link to somewhere else', () => {
    makeKeys();
    renameSync(join(directory, 'keys'), join(directory, 'elsewhere'));
    symlinkSync(join(directory, 'elsewhere'), join(directory, 'keys'));
    expect(refusal()).toContain('is a link');
  });

  it.each(['', '{', '[]', '{"format":1}', '{"format":2}', 'x'.repeat(5_000)])(
    'are refused when damaged, without showing what is in them: %j',
    (content) => {
      makeKeys();
      writeFileSync(join(directory, 'keys', 'reader.json'), content);
      expect(refusal()).toMatch(/is damaged/);
    },
  );

  it('are refused, not made anew, when half of them is missing', () => {
    mkdirSync(join(directory, 'keys'), { mode: 0o700 });
    expect(refusal()).toContain('cannot be used: it is not there, or the directory it is to be in (ENOENT).');
    rmSync(join(directory, 'keys'), { recursive: true });
    makeKeys();
    rmSync(join(directory, 'keys', 'authority.json'));
    expect(readReaderKeys(directory).ok).toBe(true);
    expect(readStandAloneKeys(directory)).toMatchObject({ ok: false, failure: expect.stringContaining('signed elsewhere') });
  });
});

describe('the data directory', () => {
  it('is made for its owner alone', () => {
    const path = join(directory, 'a', 'b');
    expect(prepareDataDirectory(path).ok).toBe(true);
    expect(modeOf(path)).toBe(0o700);
    expect(prepareDataDirectory(path).ok).toBe(true);
  });

  it('is refused when others can use it, or it cannot be made', () => {
    chmodSync(directory, 0o755);
    expect(prepareDataDirectory(directory)).toMatchObject({ ok: false, failure: expect.stringContaining('mode 755') });
    writeFileSync(join(directory, 'file'), '');
    expect(prepareDataDirectory(join(directory, 'file', 'x'))).toMatchObject({
      ok: false,
      failure: expect.stringContaining('cannot be used: a part of its path is no directory (ENOTDIR).'),
    });
  });
});
