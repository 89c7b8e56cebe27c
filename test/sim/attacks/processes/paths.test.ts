/**
 * Five hundred tricks with paths at the running bench, and at a manager without a bench: nothing of a disk comes out, and where there is no simulated
 * world no call of one is answered (SECURITY H7, H8).
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { benchRoutes } from '../../../../sim/bench/bench-routes.ts';
import { settleListening } from '../../../../sim/controller/api/listening.ts';
import { liveHearers } from '../../../../sim/controller/api/live.ts';
import { managerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import { newManager } from '../../../../sim/processes/manager-server.ts';
import { BenchRig, crypto, scratchDirectory } from '../../bench/rig.ts';
import { ask, codeOf, expectSafe, pathOf } from '../../controller/api/rig.ts';
import { type BenchPlace, openBench } from '../bench-place.ts';
import { answered } from '../pages/filled-site.ts';

let bench: BenchPlace;
let port: number;
beforeAll(async () => {
  bench = await openBench();
  port = Number(new URL(bench.origin).port);
});
afterAll(() => bench.close());

const starts = ['/', '/api/', '/assets/', '/api/people/', '/api/bench/'];
const climbs = [
  '',
  '../',
  '..%2f',
  '%2e%2e/',
  '%2e%2e%2f',
  '..\\',
  '..%5c',
  '%252e%252e%252f',
  '....//',
  '..;/',
  '%c0%ae%c0%ae/',
  './',
  '%00/',
  '..%00/',
  '%uff0e%uff0e/',
  '.%09./',
  '%e2%80%a5/',
  'file:///',
];
/** Files that are there, on this machine or beside the program. */
const treasures = ['etc/passwd', 'proc/self/environ', 'package.json', 'sim/main.ts', 'data/controller.db', 'start-token', 'site/site.json'];
const inside = /root:.*:0:|PATH=|"dependencies"|SQLite format|import .* from|BEGIN .*KEY/;

describe('a path', () => {
  it('that climbs or hides gets nothing of a disk, in more than five hundred tricks', async () => {
    const paths = starts.flatMap((start) =>
      climbs.flatMap((climb) => treasures.map((treasure) => `${start}${climb.repeat(climb === '' ? 1 : 6)}${treasure}`)),
    );
    expect(new Set(paths).size).toBeGreaterThanOrEqual(500);
    const statuses = new Map<number, number>();
    for (const path of paths) {
      const answer = await ask({ port }, { path, token: bench.token });
      expect([400, 404, 405], path).toContain(answer.status);
      expect(answer.text, path).not.toMatch(inside);
      expect(answer.text, path).not.toContain(bench.token);
      expectSafe(answer);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    }
    process.stdout.write(`paths: ${paths.length} tricks, ${[...statuses].map(([status, count]) => `${count} of ${status}`).join(', ')}\n`);
  });

  it('to any file of its own directory is not found', async () => {
    const files = readdirSync(bench.directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(5);
    for (const { parentPath, name } of files) {
      const whole = join(parentPath, name);
      for (const path of [whole, whole.slice(bench.directory.length), `/assets${whole}`, `/${name}`]) {
        expect((await ask({ port }, { path, token: bench.token })).status, path).toBe(404);
      }
    }
  });

  it('of a call needs a token wherever it is not for anyone', async () => {
    for (const [name, route] of Object.entries({ ...managerRoutes, ...benchRoutes })) {
      const asked = { method: route.method, path: pathOf(route).replace('/bench/1/', '/bench/front/') };
      for (const token of [undefined, 'A'.repeat(22), bench.token.slice(1), `${bench.token}A`, bench.token.toUpperCase()]) {
        const hasBody = route.method === 'POST' || route.method === 'PUT';
        const answer = await ask({ port }, { ...asked, ...(token === undefined ? {} : { token }), ...(hasBody ? { body: '{}' } : {}) });
        if (route.may === 'anyone') expect([200, 422], name).toContain(answer.status);
        else expect([answer.status, codeOf(answer)], name).toEqual([401, 'notLoggedIn']);
      }
    }
  });
});

describe('a manager without a simulated world', () => {
  it('answers no call of a bench', async () => {
    const { world } = await BenchRig.open();
    const manager = newManager({
      store: world.store,
      crypto,
      clock: world.clock,
      line: world.controller,
      directory: scratchDirectory(),
      routes: managerRoutes,
      handlers: (calls) => calls,
      hearers: liveHearers,
      report: () => undefined,
    });
    const served = await manager.serve({ listening: answered(settleListening({ port: 0, hasToken: true }) as never), pages: new Map() });
    const server = answered(served as never) as { readonly address: string; close(): Promise<void> };
    onTestFinished(() => server.close());
    const { port: own, hash } = new URL(server.address);
    const token = hash.slice('#token='.length);
    for (const route of Object.values(benchRoutes)) {
      const path = pathOf(route).replace('/bench/1/', '/bench/front/');
      const answer = await ask({ port: Number(own) }, { method: route.method, path, token, ...(route.method === 'GET' ? {} : { body: '{}' }) });
      expect([answer.status, codeOf(answer)], path).toEqual([404, 'notFound']);
    }
  });
});
