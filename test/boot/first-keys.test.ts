/** The first start on a disk: which bundle is waited for, and what is there after its code was typed, at a real process. */
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/main.ts';
import type { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { findBundle, mostBundles, removeUsedBundle, usedBundleFile } from '../../src/tools/found-bundle.ts';
import { readKeyed, writeSiteKeys } from '../../src/tools/key-store.ts';
import { openBundle } from '../../src/tools/provision-bundle.ts';
import { provision } from '../../src/tools/provision-site.ts';
import { crypto } from '../tools/workplace.ts';
import { RealDoor, soon } from './real-door.ts';

const door = new RealDoor();

/** A bundle beside the settings file, and its code. */
const bundle = async (name = 'Gate', address = 1): Promise<{ readonly path: string; readonly code: string; readonly secret: SecretBytes }> => {
  const site = join(door.at.place, `site-${name}`);
  const made = await provision(site, [{ name, address, serial: undefined }], { crypto, isRenewing: false });
  if (!made.ok || made.value.issued[0] === undefined) throw new Error('nothing was made');
  const { bundle: file, code } = made.value.issued[0];
  const path = door.at.write(`${name}.bundle`, readFileSync(join(site, file)));
  return { path, code: new TextDecoder().decode(code.reveal()), secret: code };
};
const keys = () => {
  const read = readKeyed(door.at.dataDir);
  if (!read.ok) throw new Error(read.failure);
  return read.value;
};
const waits = (out: string): boolean => out.includes('waits for the code of its bundle');

describe('a real door with a bundle and without keys', () => {
  it('takes its keys at the right code, ends to be started anew, and then serves and removes the bundle', async () => {
    const { path, code } = await bundle();
    const first = await door.start();
    expect(waits(first.out)).toBe(true);
    door.type('55555555#');
    await door.denied();
    expect(keys().keys).toBeUndefined();
    await soon(() => {
      door.type(`*${code}#`);
      expect(first.out).toContain('its keys are on disk');
    });
    expect(await first.ended).toMatchObject({ code: exitCodes.fault });
    expect(keys().place).toEqual({ name: 'Gate', address: 1 });
    expect(statSync(join(door.at.dataDir, 'keys', 'reader.json')).mode & 0o777).toBe(0o600);
    expect(existsSync(path)).toBe(true);
    const second = await door.start();
    expect(waits(second.out)).toBe(false);
    await soon(() => expect(existsSync(path)).toBe(false));
    expect(first.out + first.err + second.out).not.toContain(code);
    expect(await door.codes()).not.toContain('credential.notFound');
  });

  it('stops in time while it waits, and goes on waiting at the next start', async () => {
    await bundle();
    expect(await (await door.start()).stop('SIGTERM')).toMatchObject({ code: exitCodes.done });
    expect(waits((await door.start()).out)).toBe(true);
  });

  it('does not wait for a damaged bundle, and its self-test says so', async () => {
    door.at.write('gate.bundle', '{"kind": "doorpad bundle"');
    const running = await door.start();
    expect(waits(running.out)).toBe(false);
    expect((await door.recorded('selfTest.failed')).fields.wrong).toMatch(/bundle/);
  });

  it('takes no bundle of another reader when it has keys, and leaves it there', async () => {
    const [own, other] = [await bundle(), await bundle('Other', 2)];
    const opened = await openBundle(readFileSync(own.path), own.secret);
    if (!opened.ok) throw new Error(opened.failure);
    mkdirSync(door.at.dataDir, { mode: 0o700 });
    writeSiteKeys(door.at.dataDir, opened.value.keys, opened.value.place);
    const running = await door.start();
    await soon(() => expect(existsSync(own.path)).toBe(false));
    expect(existsSync(other.path)).toBe(true);
    expect(waits(running.out)).toBe(false);
    await soon(() => expect(running.out).toContain('a bundle of another reader is not taken'));
    const doctor = await door.at.run(['doctor', '--config', door.at.configFile]);
    expect(doctor.out).toMatch(/! bundle .*Other\.bundle is that of "Other"/);
  });
});

describe('a reader without a keypad', () => {
  it('does not wait, and says how its bundle is installed', async () => {
    door.configure({ reader: 'model = "RP10"\nmode = "cardOnly"' });
    await bundle();
    const running = await door.start();
    expect(running.out).toContain('install it with doorpad install-keys');
    const doctor = await door.at.run(['doctor', '--config', door.at.configFile]);
    expect(doctor.out).toMatch(/! bundle .*has no keypad/);
  });
});

describe('a bundle that has done its work', () => {
  it('waits by name for whoever may remove it, where the reader may not', () => {
    mkdirSync(door.at.dataDir, { mode: 0o700 });
    const path = join(door.at.place, 'own.bundle');
    mkdirSync(path);
    const own = { path, bytes: new Uint8Array(3), name: 'Gate', address: 1, reader: '' };
    expect(removeUsedBundle(own, door.at.place, door.at.dataDir)).toContain('EISDIR');
    expect(readFileSync(join(door.at.dataDir, usedBundleFile), 'utf8')).toBe('own.bundle\n');
    expect(removeUsedBundle(own, door.at.place, join(door.at.place, 'nowhere'))).toContain('EISDIR');
  });
});

describe('the bundle of a reader', () => {
  it('is the one for the address of its line, or the only one', async () => {
    expect(findBundle(door.at.place, undefined)).toEqual({ ok: true, value: undefined });
    const [gate] = [await bundle(), await bundle('Yard', 2)];
    expect(findBundle(door.at.place, { address: 1 })).toMatchObject({ ok: true, value: { path: gate.path, name: 'Gate' } });
    expect(findBundle(door.at.place, { address: 3 })).toMatchObject({ ok: false, failure: expect.stringContaining('line.address is 3') as string });
    expect(findBundle(door.at.place, undefined)).toMatchObject({ ok: false, failure: expect.stringContaining('2 bundles') as string });
  });

  it('is not looked for where there are too many, or nobody may look', () => {
    const folder = join(door.at.place, 'many');
    expect(findBundle(folder, undefined)).toMatchObject({ ok: false });
    mkdirSync(folder);
    for (let index = 0; index <= mostBundles; index += 1) door.at.write(join('many', `${index}.bundle`), '');
    expect(findBundle(folder, undefined)).toMatchObject({ ok: false, failure: expect.stringContaining('more than') as string });
  });
});
