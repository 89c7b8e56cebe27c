/** A reader that is wiped: the power goes between any two steps, and from the key step on nothing can be read (SECURITY I5). */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readReaderKeys } from '../../src/tools/key-store.ts';
import { unfinishedWipe, wiping } from '../../src/tools/wipe.ts';
import { filesUnder, Workplace } from './workplace.ts';

const at = new Workplace();
const child = fileURLToPath(new URL('./wipe-child.ts', import.meta.url));

const people = async (): Promise<void> => {
  await at.importPeople('person,pin,cards\n1,041733,12345678\n');
  mkdirSync(join(at.dataDir, 'keys.new-Ab3dEf'));
  writeFileSync(join(at.dataDir, 'keys.new-Ab3dEf', 'reader.json'), readFileSync(join(at.dataDir, 'keys', 'reader.json')));
  writeFileSync(join(at.dataDir, 'journal.db'), 'events');
  writeFileSync(at.lastGood, 'settings');
};
/** Everything under the place but the settings and the list, as one text. */
const leftText = (): string =>
  filesUnder(at.dataDir)
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
const steps = (): readonly string[] => [...wiping({ dataDir: at.dataDir, lastGood: at.lastGood, keep: [] })];

describe('a wipe', () => {
  it('takes the keys first, and then everything', async () => {
    await people();
    const done = steps().map((what) => what.replaceAll(at.place, ''));
    expect(done.indexOf('the keys')).toBe(done.findLastIndex((what) => what.startsWith('the keys in')) + 1);
    expect(done.indexOf('the keys')).toBeLessThan(done.indexOf('/data/table.db'));
    expect([done[0], done.at(-2), done.at(-1)]).toEqual(['the mark', '/last-good.toml', 'the mark']);
    expect(readdirSync(at.dataDir)).toEqual([]);
    expect(existsSync(at.lastGood)).toBe(false);
  });

  it('keeps what it is told to keep, and the lock of whoever wipes', async () => {
    await people();
    writeFileSync(join(at.dataDir, 'run.lock'), '');
    writeFileSync(join(at.dataDir, 'last-good.toml'), '');
    expect([...wiping({ dataDir: at.dataDir, lastGood: undefined, keep: [join(at.dataDir, 'last-good.toml')] })]).not.toEqual([]);
    expect(readdirSync(at.dataDir).toSorted()).toEqual(['last-good.toml', 'run.lock']);
    expect(existsSync(at.lastGood)).toBe(true);
  });

  it('follows no link out of the data directory', async () => {
    await people();
    const outside = at.write('outside', 'precious');
    symlinkSync(outside, join(at.dataDir, 'keys', 'link'));
    symlinkSync(at.place, join(at.dataDir, 'keys.new-zzzzzz'));
    expect(steps()).not.toEqual([]);
    expect(readFileSync(outside, 'utf8')).toBe('precious');
    expect(readdirSync(at.dataDir)).toEqual([]);
  });

  it('that is cut off between any two steps is told of, goes on, and leaves nothing readable after its keys', { timeout: 120_000 }, async () => {
    await people();
    const done = steps();
    const keyStep = done.indexOf('the keys') + 1;
    expect(keyStep).toBeGreaterThan(1);
    for (let cut = 1; cut < done.length; cut += 1) {
      await people();
      const secret = (JSON.parse(readFileSync(join(at.dataDir, 'keys', 'reader.json'), 'utf8')) as { table: { tableKey: string } }).table.tableKey;
      expect(leftText()).toContain(secret);
      const { signal } = spawnSync(process.execPath, [child, at.dataDir, at.lastGood, String(cut)]);
      expect(signal).toBe('SIGKILL');
      expect(unfinishedWipe(at.dataDir)).toContain('run doorpad wipe again');
      const keys = readReaderKeys(at.dataDir);
      if (cut >= keyStep) expect([leftText().includes(secret), keys]).toEqual([false, { ok: true, value: undefined }]);
      expect((await at.run(['check', '--config', at.configFile, '--last-good', at.lastGood])).err).toContain('A wipe was begun here');
      expect(steps()).not.toEqual([]);
      expect([readdirSync(at.dataDir), unfinishedWipe(at.dataDir)]).toEqual([[], undefined]);
    }
  });

  it('writes zeros over a key before its name goes', async () => {
    await people();
    const handle = openSync(join(at.dataDir, 'keys', 'reader.json'), 'r');
    steps();
    const left = readFileSync(handle);
    closeSync(handle);
    expect(left.length).toBeGreaterThan(100);
    expect(left.every((byte) => byte === 0)).toBe(true);
  });

  it('says what could not be wiped', async () => {
    await people();
    const wipe = wiping({ dataDir: join(at.place, 'nowhere'), lastGood: undefined, keep: [] });
    expect(() => wipe.next()).toThrow('the mark could not be wiped (ENOENT)');
  });
});
