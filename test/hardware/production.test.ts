/** What a door runs holds nothing of the simulated world, and no page to type a code on (SECURITY H8). */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bundleProgram } from '../../hardware/image/bundle.ts';
import { benchRoutes } from '../../sim/bench/bench-routes.ts';

const directory = mkdtempSync(join(tmpdir(), 'doorpad-production-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Paths of the bench's calls, and what could serve them or anything else to a browser. */
const foreign = ['/sim/', ...Object.values(benchRoutes).map(({ path }) => path), 'node:http', 'node:net', 'node:tls', 'createServer'];

/** Which of it stands in the bundle, file by file. */
const foundIn = async (name: string, furtherEntryPoints: readonly string[] = []): Promise<readonly string[]> => {
  const place = join(directory, name);
  await bundleProgram(place, furtherEntryPoints);
  return readdirSync(place).flatMap((file) => {
    const text = readFileSync(join(place, file), 'utf8');
    return foreign.filter((word) => text.includes(word)).map((word) => `${file}: ${word}`);
  });
};

it('the program of a door serves nothing over a network, and has no part of the bench', async () => {
  expect(await foundIn('door')).toEqual([]);
});

it('a part of the bench that got in would be found', async () => {
  const found = await foundIn('planted', [join(import.meta.dirname, '../../sim/bench/bench-routes.ts')]);
  expect(found).toContain('bench-routes.mjs: /api/bench/{door}/keys');
});
