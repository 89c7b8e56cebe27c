/** The key of the line on disk: both keys until the new one has proved itself, and nothing else in the file is touched. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NodeCrypto } from '../../src/drivers/node-crypto.ts';
import type { PdKeySet } from '../../src/osdp/pd-keys.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import {
  keepLineKeys,
  keyOriginOf,
  newStandAloneKeys,
  readLineKeys,
  readReaderKeys,
  readStandAloneKeys,
  writeSiteKeys,
  writeStandAloneKeys,
} from '../../src/tools/key-store.ts';
import { lineKeyKeeper } from '../../src/tools/line-keys.ts';

const crypto = new NodeCrypto();
const key = (): SecretBytes => new SecretBytes(crypto.randomBytes(16));
const siteKeys = () => ({ ...newStandAloneKeys(crypto), scbk: key() });
let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'doorpad-line-keys-'));
  file = join(directory, 'keys', 'reader.json');
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const bytesOf = ({ current, pending }: PdKeySet) => ({ current: current?.reveal(), pending: pending?.reveal() });
const onDisk = (): unknown => {
  const keys = readLineKeys(directory);
  return keys.ok ? bytesOf(keys.value) : keys.failure;
};

describe('the key of the line', () => {
  it('is not there until a bundle or a panel brings one', () => {
    expect(onDisk()).toEqual({ current: undefined, pending: undefined });
    expect(keyOriginOf(directory)).toBe('none');
  });

  it('comes with the keys of a bundle, which name no seed', () => {
    const keys = siteKeys();
    writeSiteKeys(directory, keys);
    expect(onDisk()).toEqual({ current: keys.scbk.reveal(), pending: undefined });
    expect(readReaderKeys(directory)).toMatchObject({ ok: true, value: { trust: { site: Uint8Array.from(keys.trust.site) } } });
    expect(readStandAloneKeys(directory)).toMatchObject({ ok: false });
    expect(keyOriginOf(directory)).toBe('site');
    expect(() => writeSiteKeys(directory, siteKeys())).toThrow('could not be written');
  });

  it('is missing from a file of format 1, which is read all the same', () => {
    mkdirSync(join(directory, 'keys'), { mode: 0o700 });
    const [site, reader, authority, tableKey] = [16, 16, 32, 32].map((bytes) => Buffer.from(crypto.randomBytes(bytes)).toString('hex'));
    writeFileSync(file, JSON.stringify({ format: 1, site, reader, authority, tableKey }), { mode: 0o600 });
    expect(onDisk()).toEqual({ current: undefined, pending: undefined });
    const before = readReaderKeys(directory);
    const pending = key();
    keepLineKeys(directory, { current: undefined, pending });
    expect(onDisk()).toEqual({ current: undefined, pending: pending.reveal() });
    const after = readReaderKeys(directory);
    expect(after.ok && after.value?.tableKey.reveal()).toEqual(before.ok && before.value?.tableKey.reveal());
  });

  it('of a panel stands alone, and stays when people are imported', () => {
    const current = key();
    keepLineKeys(directory, { current, pending: undefined });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readReaderKeys(directory)).toEqual({ ok: true, value: undefined });
    writeStandAloneKeys(directory, newStandAloneKeys(crypto));
    expect(onDisk()).toEqual({ current: current.reveal(), pending: undefined });
    expect(readStandAloneKeys(directory)).toMatchObject({ ok: true, value: { tableKey: expect.anything() } });
    expect(keyOriginOf(directory)).toBe('standAlone');
  });

  it('of a panel gives way to a bundle, and so does a seed that nothing names', () => {
    keepLineKeys(directory, { current: key(), pending: key() });
    writeFileSync(join(directory, 'keys', 'authority.json'), '{}', { mode: 0o600 });
    const keys = siteKeys();
    writeSiteKeys(directory, keys);
    expect(onDisk()).toEqual({ current: keys.scbk.reveal(), pending: undefined });
    expect(readdirSync(join(directory, 'keys'))).toEqual(['reader.json']);
  });

  it('is refused when others could have read it, and then nothing is kept', () => {
    writeSiteKeys(directory, siteKeys());
    chmodSync(file, 0o640);
    const before = readFileSync(file);
    expect(onDisk()).toContain('mode 640');
    expect(() => keepLineKeys(directory, { current: key(), pending: undefined })).toThrow('could not be written');
    const told: string[] = [];
    expect(lineKeyKeeper(directory, (sentence) => told.push(sentence))({ current: key(), pending: undefined })).toBe('failed');
    expect(told.join()).toContain('mode 640');
    expect(readFileSync(file)).toEqual(before);
  });
});

/** For a busy machine. */
const patience = { timeout: 10_000 };

describe('the keeper of the key of the line', () => {
  const told = vi.fn<(sentence: string) => void>();
  beforeEach(() => told.mockClear());
  const keptAfter = async (ask: () => string): Promise<string> => {
    await vi.waitUntil(() => readdirSync(join(directory, 'keys')).every((name) => !name.endsWith('.new')), patience);
    return vi.waitUntil(() => {
      const kept = ask();
      return kept === 'later' ? undefined : kept;
    }, patience);
  };

  it('says later until both keys are on disk, then that they are, and keeps the proven one alone', async () => {
    const keys = siteKeys();
    writeSiteKeys(directory, keys);
    const keep = lineKeyKeeper(directory, told);
    const pending = key();
    expect(keep({ current: keys.scbk, pending })).toBe('later');
    expect(await keptAfter(() => keep({ current: keys.scbk, pending }))).toBe('kept');
    expect(onDisk()).toEqual({ current: keys.scbk.reveal(), pending: pending.reveal() });
    expect(keep({ current: pending, pending: undefined })).toBe('later');
    expect(await keptAfter(() => keep({ current: pending, pending: undefined }))).toBe('kept');
    expect(onDisk()).toEqual({ current: pending.reveal(), pending: undefined });
    expect(readReaderKeys(directory)).toMatchObject({ ok: true, value: { tableKey: expect.anything() } });
    expect(told).not.toHaveBeenCalled();
  });

  it('keeps the last of two that were asked for in one breath', async () => {
    writeSiteKeys(directory, siteKeys());
    const keep = lineKeyKeeper(directory, told);
    const [first, second] = [key(), key()];
    expect(keep({ current: first, pending: undefined })).toBe('later');
    expect(await keptAfter(() => keep({ current: second, pending: undefined }))).toBe('kept');
    expect(onDisk()).toEqual({ current: second.reveal(), pending: undefined });
  });

  it('holds up the line for the first key of all no longer than for another: its place is made before', async () => {
    const keep = lineKeyKeeper(directory, told);
    expect([readdirSync(directory), readdirSync(join(directory, 'keys')), statSync(file).mode & 0o777]).toEqual([['keys'], ['reader.json'], 0o600]);
    const first = { current: undefined, pending: key() };
    expect(keep(first)).toBe('later');
    expect(onDisk()).toEqual({ current: undefined, pending: undefined });
    expect(await keptAfter(() => keep(first))).toBe('kept');
    expect(onDisk()).toEqual({ current: undefined, pending: first.pending.reveal() });
  });

  it('leaves what is there as it is, and its place is no key: people can be imported, a bundle installed', () => {
    lineKeyKeeper(directory, told);
    expect([keyOriginOf(directory), readReaderKeys(directory)]).toEqual(['none', { ok: true, value: undefined }]);
    writeStandAloneKeys(directory, newStandAloneKeys(crypto));
    const before = readFileSync(file);
    lineKeyKeeper(directory, told);
    expect([keyOriginOf(directory), readFileSync(file)]).toEqual(['standAlone', before]);
    rmSync(join(directory, 'keys'), { recursive: true });
    lineKeyKeeper(directory, told);
    writeSiteKeys(directory, siteKeys());
    expect(keyOriginOf(directory)).toBe('site');
    expect(told).not.toHaveBeenCalled();
  });

  it('says at the start that there is no place for a key', () => {
    rmSync(directory, { recursive: true });
    lineKeyKeeper(directory, told);
    expect(told).toHaveBeenCalledWith(expect.stringMatching(/^There is no place for a key of the line: /));
  });

  it('says that it failed, why, and what was kept before stands', async () => {
    const keys = siteKeys();
    writeSiteKeys(directory, keys);
    mkdirSync(join(directory, 'keys', 'reader.json.new'));
    const keep = lineKeyKeeper(directory, told);
    const wanted = { current: key(), pending: undefined };
    expect(keep(wanted)).toBe('later');
    expect(await vi.waitUntil(() => (keep(wanted) === 'failed' ? 'failed' : undefined), patience)).toBe('failed');
    expect(told).toHaveBeenCalledWith(expect.stringMatching(/^The key of the line could not be kept: [A-Z_]+\.$/));
    expect(onDisk()).toEqual({ current: keys.scbk.reveal(), pending: undefined });
    rmSync(join(directory, 'keys'), { recursive: true });
    rmSync(directory, { recursive: true });
    expect(await vi.waitUntil(() => (keep(wanted) === 'failed' ? 'failed' : undefined), patience)).toBe('failed');
    expect(existsSync(directory)).toBe(false);
  });
});
