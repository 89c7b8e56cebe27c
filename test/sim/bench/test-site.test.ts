/** The bench signs for simulated doors only (SECURITY H11). */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { World } from '../../../sim/bench/world.ts';
import { isTestSite, provision } from '../../../src/tools/provision-site.ts';
import { crypto, scratchDirectory } from './rig.ts';

it('makes a site for tests of its own, with keys that no other program has', async () => {
  const world = await World.start(scratchDirectory(), crypto, { speed: 0 });
  expect(isTestSite((await world.store.site.site())?.site ?? new Uint8Array(16))).toBe(true);
  await world.close();
});

it('refuses to start with the keys of real doors', async () => {
  const directory = scratchDirectory();
  await provision(join(directory, 'site'), [{ name: 'front', address: 1, serial: undefined }], { crypto, isRenewing: false });
  await expect(World.start(directory, crypto, { speed: 0 })).rejects.toThrow('real doors');
});
