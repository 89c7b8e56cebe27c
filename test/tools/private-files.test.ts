/** Files with keys in them: whole or as before, and nobody else's to read. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { preparePrivateDirectory, replacePrivateFile, replacePrivateFileLater, writeNewPrivateFile } from '../../src/tools/private-files.ts';
import { whyNoTrace } from '../store/power-cut/trace.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'doorpad-private-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const file = (): string => join(directory, 'keys.json');

describe('a private file', () => {
  it.each([
    ['at once', async (path: string, content: string) => replacePrivateFile(path, content)],
    ['later', replacePrivateFileLater],
  ] as const)('is replaced %s, private whatever was there, with nothing left beside it', async (_, replace) => {
    writeFileSync(file(), 'old', { mode: 0o644 });
    writeFileSync(`${file()}.new`, 'left from a power cut', { mode: 0o644 });
    await replace(file(), 'new');
    expect([readFileSync(file(), 'utf8'), statSync(file()).mode & 0o777, readdirSync(directory)]).toEqual(['new', 0o600, ['keys.json']]);
  });

  it.each([
    ['at once', async (path: string, content: string) => replacePrivateFile(path, content)],
    ['later', replacePrivateFileLater],
  ] as const)('stays as it is when it cannot be replaced %s', async (_, replace) => {
    mkdirSync(join(file(), 'inside'), { recursive: true });
    await expect(replace(file(), 'new')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(directory)).toEqual(['keys.json']);
    await expect(replace(join(directory, 'no', 'such'), 'new')).rejects.toThrow('ENOENT');
  });

  it.each([
    ['as before', 'old'],
    ['not there', undefined],
  ])('is %s where its directory does not take the new one for certain', (_, before) => {
    expect(whyNoTrace()).toBeUndefined();
    if (before !== undefined) writeFileSync(file(), before, { mode: 0o600 });
    // One thread, so that the second call to be counted is that of the directory.
    const failing = ['-f', '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO:when=2', '-o', '/dev/null'];
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
    const child = join(import.meta.dirname, 'replace-child.ts');
    const { stdout, stderr } = spawnSync('strace', [...failing, process.execPath, child, file(), 'new'], { encoding: 'utf8', env });
    expect([stderr, stdout]).toEqual(['', 'EIO']);
    expect(existsSync(file()) ? readFileSync(file(), 'utf8') : undefined).toBe(before);
    expect(readdirSync(directory)).toEqual(before === undefined ? [] : ['keys.json']);
  });

  it('is never written over another', () => {
    writeNewPrivateFile(file(), 'one');
    expect(() => writeNewPrivateFile(file(), 'two')).toThrow('EEXIST');
    expect(readFileSync(file(), 'utf8')).toBe('one');
  });

  it.each([0o750, 0o705, 0o777])('has no place in a directory of mode %o', (mode) => {
    chmodSync(directory, mode);
    expect(preparePrivateDirectory(directory)).toMatchObject({ ok: false, failure: expect.stringContaining(mode.toString(8)) });
  });

  it('has a place in a directory that is made with those it stands in, all for their owner alone', () => {
    const deep = join(directory, 'site', 'controller');
    expect(preparePrivateDirectory(deep)).toMatchObject({ ok: true });
    expect([deep, join(directory, 'site')].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
  });

  it('is told that there is no place where no directory can be made', () => {
    expect(preparePrivateDirectory('/proc/nothing/at/all')).toMatchObject({ ok: false, failure: expect.stringContaining('/proc/nothing') });
  });
});
