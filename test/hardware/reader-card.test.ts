/** The card of one reader, as far as it is refused before anything is made; that such a card starts is the emulated machine's (first-start). */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { root } from '../tidy/source.ts';

let at = '';
beforeEach(() => {
  at = mkdtempSync(join(tmpdir(), 'doorpad-card-test-'));
  for (const name of ['doorpad.img', 'gate.toml', 'keys.txt', 'there.img']) writeFileSync(join(at, name), '');
});
afterEach(() => rmSync(at, { recursive: true }));

it.each([
  [[], 'npm run card -- --settings'],
  [['--settings', 'gate.toml', '--to', 'gate.img', '--why'], "Unknown option '--why'"],
  [['--settings', 'none.toml', '--to', 'gate.img'], 'none.toml.'],
  [['--settings', 'gate.toml', '--to', 'there.img'], 'there.img is there already'],
  [['--settings', 'gate.toml', '--bundle', 'keys.txt', '--to', 'gate.img'], 'keys.txt is no bundle'],
  [['--settings', 'gate.toml', '--to', 'gate.img', '--image', 'other.img'], 'other.img.'],
] as const)('makes no card of %j', (args, sentence) => {
  const image = args.some((arg) => arg === '--image') ? [] : ['--image', 'doorpad.img'];
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'hardware/image/reader-card.ts'), ...args, ...image], {
    cwd: at,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([1, expect.stringContaining(sentence)]);
  expect(readdirSync(at).sort()).toEqual(['doorpad.img', 'gate.toml', 'keys.txt', 'there.img']);
});
