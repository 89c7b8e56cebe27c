/** How root removes a bundle that has done its work, as a shell runs it: the paths of the card lie under a folder, and mounting is played. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hardware } from '../../hardware/image/host.ts';

let at = '';
beforeEach(() => {
  at = mkdtempSync(join(tmpdir(), 'doorpad-used-bundle-'));
  for (const folder of ['data/doorpad', 'boot/firmware', 'run', 'bin']) mkdirSync(join(at, folder), { recursive: true });
  put('bin/mount', '#!/bin/sh\n');
  chmodSync(join(at, 'bin/mount'), 0o755);
});
afterEach(() => rmSync(at, { recursive: true }));

const put = (path: string, text: string): string => {
  const whole = join(at, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
};
const has = (path: string): boolean => existsSync(join(at, path));
const removes = (): string => {
  const script = readFileSync(join(hardware, 'systemd/used-bundle.sh'), 'utf8').replaceAll(/(?<=[\s=>])\/(?=data|boot|run)/g, `${at}/`);
  return execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { PATH: `${at}/bin:${process.env.PATH}` } });
};
const marker = 'data/doorpad/used-bundle';

describe('a bundle that has done its work', () => {
  it.each(['001-gate.bundle', '001-GATE.BUN', 'Gate.Bundle', 'GATE.BUNDLE'])('%s goes where it is called a bundle, overwritten first', (name) => {
    const isBundle = name.toLowerCase().endsWith('.bundle');
    const bundle = put(`boot/firmware/${name}`, 'keys');
    // The same bytes by another name, as a card would still have them.
    linkSync(bundle, join(at, 'same'));
    put(marker, `${name}\n`);
    const said = removes();
    expect([has(`boot/firmware/${name}`), has(marker)]).toEqual([!isBundle, false]);
    expect(readFileSync(join(at, 'same'), 'latin1')).toBe(isBundle ? '\0\0\0\0' : 'keys');
    expect(said).toContain(isBundle ? 'was removed' : 'no name of a bundle');
  });

  it.each(['../../secret.bundle', '/secret.bundle', '.hidden.bundle', 'gate.bundle/../x.bundle'])('%s is no name of one', (name) => {
    for (const path of ['secret.bundle', 'boot/firmware/.hidden.bundle', 'boot/firmware/x.bundle']) put(path, 'keys');
    put(marker, `${name}\n`);
    expect(removes()).toContain('no name of a bundle');
    expect(['secret.bundle', 'boot/firmware/.hidden.bundle', 'boot/firmware/x.bundle', marker].map(has)).toEqual([true, true, true, false]);
  });

  it('is not looked for by a link in place of its name, nor where it is gone already', () => {
    const bundle = put('boot/firmware/gate.bundle', 'keys');
    symlinkSync(put('elsewhere', 'gate.bundle\n'), join(at, marker));
    expect(removes()).toBe('');
    expect([existsSync(bundle), has(marker), has('elsewhere')]).toEqual([true, false, true]);
    rmSync(bundle);
    put(marker, 'gate.bundle\n');
    expect(removes()).toBe('');
  });
});
