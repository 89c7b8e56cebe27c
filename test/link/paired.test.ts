/** B3: a reader that has a key in use is paired, whatever its disk does: no hand opens install mode. */
import { expect, it } from 'vitest';
import type { PdKeySet } from '../../src/osdp/pd-keys.ts';
import { LinkBench, scbk } from './link-bench.ts';

/** A reader whose panel decides, and whose disk takes nothing; with these keys. */
const open = (keys: PdKeySet): Promise<LinkBench> =>
  LinkBench.open({
    lineSide: {
      decides: 'panel',
      pd: {
        line: { address: 1, baudRate: 115_200 },
        keepLine: () => 'failed',
        policy: { keys, keepKeys: () => 'failed', secureRequired: true, clearComset: false },
      },
    },
  });

const opensInstallMode = async (bench: LinkBench): Promise<boolean> => {
  bench.door.story();
  await bench.door.set('tamper', true);
  return bench.door.story().includes('install.opened');
};

it('B3: opens no install mode once its first key has proved itself, though the disk would not keep that', async () => {
  const bench = await open({ current: undefined, pending: scbk });
  await bench.connect();
  expect(await opensInstallMode(bench)).toBe(false);
});

it('B3: opens it for a hand while no key has proved itself, as after a KEYSET whose answer was lost', async () => {
  expect(await opensInstallMode(await open({ current: undefined, pending: scbk }))).toBe(true);
  expect(await opensInstallMode(await open({ current: undefined, pending: undefined }))).toBe(true);
  expect(await opensInstallMode(await open({ current: scbk, pending: undefined }))).toBe(false);
});
