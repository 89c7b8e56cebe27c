/** The card of one reader: what is refused before anything is made, and what is on the one that is made. That such a card starts is not tried here. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFat } from '../../hardware/image/boot-part.ts';
import { cardMiB, partitionOf } from '../../hardware/image/card.ts';
import { missingPrograms, run } from '../../hardware/image/host.ts';
import { root } from '../tidy/source.ts';

let at = '';
beforeEach(() => {
  at = mkdtempSync(join(tmpdir(), 'doorpad-card-test-'));
});
afterEach(() => rmSync(at, { recursive: true }));

const card = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(root, 'hardware/image/reader-card.ts'), ...args], { cwd: at, encoding: 'utf8' });

it.each([
  [[], 'npm run card -- --settings'],
  [['--settings', 'gate.toml', '--to', 'gate.img', '--why'], "Unknown option '--why'"],
  [['--settings', 'none.toml', '--to', 'gate.img'], 'none.toml.'],
  [['--settings', 'gate.toml', '--to', 'there.img'], 'there.img is there already'],
  [['--settings', 'gate.toml', '--bundle', 'keys.txt', '--to', 'gate.img'], 'keys.txt is no bundle'],
  [['--settings', 'gate.toml', '--to', 'gate.img', '--image', 'other.img'], 'other.img.'],
] as const)('makes no card of %j', (args, sentence) => {
  for (const name of ['doorpad.img', 'gate.toml', 'keys.txt', 'there.img']) writeFileSync(join(at, name), '');
  const image = args.some((arg) => arg === '--image') ? [] : ['--image', 'doorpad.img'];
  const { status, stderr } = card(...args, ...image);
  expect([status, stderr]).toEqual([1, expect.stringContaining(sentence)]);
  expect(readdirSync(at).sort()).toEqual(['doorpad.img', 'gate.toml', 'keys.txt', 'there.img']);
});

/** What is said on a machine without the programs for it; undefined: they are there. */
const missing = missingPrograms(['mcopy', 'mkfs.vfat']);

describe('of a card and what provisioning has made', () => {
  const settings = (address: number, dataDir = '/data/doorpad'): string => {
    writeFileSync(
      join(at, 'gate.toml'),
      `[reader]\nname = "Gate"\nmode = "pinOnly"\ndataDir = "${dataDir}"\n[door]\nstrike = "relay"\n[line]\nport = "/dev/ttyAMA0"\naddress = ${address}\n`,
    );
    return 'gate.toml';
  };
  const bundle = join('site', 'bundles', '001-gate.bundle');

  beforeEach(() => {
    const provision = ['provision', '--site', 'site', '--name', 'Gate', '--address', '1', '--codes-file', 'codes'];
    run(process.execPath, [join(root, 'src/main.ts'), ...provision], { cwd: at });
    writeFileSync(join(at, 'doorpad.img'), '');
    if (missing !== undefined) return;
    const [folder, fat] = [join(at, 'fat'), join(at, 'fat.img')];
    mkdirSync(folder);
    writeFileSync(join(folder, 'doorpad.toml'), 'nobody has set anything');
    makeFat(folder, fat);
    run('truncate', ['-s', `${cardMiB}M`, join(at, 'doorpad.img')]);
    const { startMiB } = partitionOf('boot');
    run('dd', [`if=${fat}`, `of=${join(at, 'doorpad.img')}`, 'bs=1M', `seek=${startMiB}`, 'conv=notrunc,sparse']);
  });

  const make = (...args: readonly string[]) => card('--image', 'doorpad.img', '--to', 'gate.img', ...args);
  const fileOn = (name: string): string =>
    run('mtype', ['-i', `${join(at, 'gate.img')}@@${partitionOf('boot').startMiB}M`, `::/${name}`], { env: { MTOOLS_SKIP_CHECK: '1' } });

  it('a card has them on its first partition, and is for nobody else to read', () => {
    const { status, stderr, stdout } = make('--settings', settings(1), '--bundle', bundle);
    if (missing !== undefined) {
      expect([status, stderr]).toEqual([1, expect.stringContaining('apt-get install')]);
      return;
    }
    expect([status, stderr, stdout]).toEqual([0, '', expect.stringContaining('gate.img: write it to a card')]);
    expect(fileOn('doorpad.toml')).toBe(readFileSync(join(at, 'gate.toml'), 'utf8'));
    expect(fileOn('001-gate.bundle')).toBe(readFileSync(join(at, bundle), 'utf8'));
    expect(statSync(join(at, 'gate.img')).mode & 0o777).toBe(0o600);
  });

  it('a card takes settings that leave the place of the data to it', () => {
    settings(1);
    writeFileSync(join(at, 'gate.toml'), readFileSync(join(at, 'gate.toml'), 'utf8').replace(/dataDir.*\n/, ''));
    expect(make('--settings', 'gate.toml').status).toBe(missing === undefined ? 0 : 1);
  });

  it.each([
    ['a bundle for another address', () => make('--settings', settings(2), '--bundle', bundle), 'for address 1; line.address is 2'],
    ['a file that is called a bundle', () => make('--settings', settings(1), '--bundle', 'junk.bundle'), 'no whole bundle'],
    ['data where nothing can be written', () => make('--settings', settings(1, '/home/doorpad')), 'nothing but /data/ can be written'],
    ['data beside that place', () => make('--settings', settings(1, '/database')), 'nothing but /data/ can be written'],
    ['an address that is none', () => make('--settings', settings(200)), 'line.address'],
    ['an image that is none', () => card('--image', 'junk.bundle', '--to', 'gate.img', '--settings', settings(1)), 'is no image of doorpad'],
  ] as const)('no card is made with %s', (_, made, sentence) => {
    writeFileSync(join(at, 'junk.bundle'), 'hello');
    const { status, stderr } = made();
    expect(stderr).not.toMatch(/ended with|A door that runs|no-such-file|mcopy -/);
    expect([status, stderr]).toEqual([1, expect.stringContaining(missing === undefined ? sentence : 'apt-get install')]);
    expect(readdirSync(at)).not.toContain('gate.img');
  });
});
