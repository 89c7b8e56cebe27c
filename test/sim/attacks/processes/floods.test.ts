/** Slow, large and many requests at the running bench: others are answered meanwhile, and its memory stays (SECURITY H6). */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchRoutes } from '../../../../sim/bench/bench-routes.ts';
import { managerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import type { Route } from '../../../../sim/controller/api/route.ts';
import { type BenchPlace, openBench } from '../bench-place.ts';
import { answered } from '../pages/filled-site.ts';

let bench: BenchPlace;
let port: number;
beforeAll(async () => {
  bench = await openBench();
  port = Number(new URL(bench.origin).port);
});
afterAll(() => bench.close());

/** Far less than the ten seconds after which a slow request is given up. */
const answeredInMs = 5_000;
/** What a process of Node may grow by while nothing stays: what it has not collected yet. */
const mostGrownBytes = 120_000_000;
const attackers = 200;

const residentBytes = (): number => {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${bench.program.child.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
};

const openSocket = (): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => resolve(socket));
    socket.on('data', () => undefined);
  });
const head = (method: string, path: string, more: readonly string[] = []): string =>
  [`${method} ${path} HTTP/1.1`, `host: 127.0.0.1:${port}`, `authorization: Bearer ${bench.token}`, ...more, '', ''].join('\r\n');
const jsonHead = (method: string, path: string, length: number): string =>
  head(method, path, ['content-type: application/json', `content-length: ${length}`]);

/** How long somebody else waits for each of a few calls, in milliseconds. */
const othersWait = async (): Promise<readonly number[]> => {
  const waits: number[] = [];
  for (const name of ['listPeople', 'listReaders', 'getSettings', 'world', 'health'] as const) {
    const beganMs = performance.now();
    const response = await fetch(`${bench.origin}${(name === 'health' ? managerRoutes.health : { ...managerRoutes, ...benchRoutes }[name]).path}`, {
      headers: { authorization: `Bearer ${bench.token}`, connection: 'close' },
      signal: AbortSignal.timeout(answeredInMs),
    });
    await response.text();
    expect(response.status, name).toBe(200);
    waits.push(performance.now() - beganMs);
  }
  return waits;
};

const figures = (what: string, waits: readonly number[], grownBytes: number): void => {
  const megabytes = (grownBytes / 1_000_000).toFixed(1);
  process.stdout.write(`${what}: others waited at most ${Math.max(...waits).toFixed(0)} ms, resident memory ${megabytes} MB more\n`);
};

/** Does it while others call, and again; what stays is counted from the second time on. */
const underAttack = async (what: string, attack: () => Promise<() => void>): Promise<void> => {
  const waits: number[] = [];
  let begunBytes = 0;
  for (const time of [1, 2, 3]) {
    const end = await attack();
    waits.push(...(await othersWait()));
    end();
    if (time === 1) begunBytes = residentBytes();
  }
  const grownBytes = residentBytes() - begunBytes;
  figures(what, waits, grownBytes);
  expect(Math.max(...waits)).toBeLessThan(answeredInMs);
  expect(grownBytes).toBeLessThan(mostGrownBytes);
};

describe('a flood', () => {
  it.each([
    ['of connections that say nothing', () => ''],
    ['of heads that come byte by byte', () => head('GET', '/api/people').slice(0, 40)],
    ['of bodies that come byte by byte', () => `${jsonHead('POST', '/api/people', 500)}{`],
    ['of log-ins that come byte by byte', () => `${jsonHead('POST', '/api/session', 500)}{`],
    ['of long bodies that do not come', () => `${jsonHead('POST', '/api/people/import', 60_000_000)}{`],
  ])('%s, two hundred at once, keeps nobody else from being answered', async (what, first) => {
    await underAttack(what, async () => {
      const sockets = await Promise.all(Array.from({ length: attackers }, openSocket));
      for (const socket of sockets) socket.write(first());
      // Some more bytes of each, one at a time.
      if (first() !== '') for (const byte of 'abc') for (const socket of sockets) if (!socket.destroyed) socket.write(byte);
      return () => {
        for (const socket of sockets) socket.destroy();
      };
    });
  });

  it('of requests on one connection is answered in order, and keeps nobody else waiting', async () => {
    await underAttack('of 2,000 requests on one connection', async () => {
      const socket = await openSocket();
      socket.write(head('GET', '/api/people').repeat(2_000));
      return () => socket.destroy();
    });
  });

  it('of news to pages that read nothing keeps nobody else waiting', async () => {
    await underAttack('of news to 16 pages that read nothing', async () => {
      const sockets = await Promise.all(Array.from({ length: 16 }, openSocket));
      for (const socket of sockets) {
        socket.write(head('GET', '/api/live'));
        socket.pause();
      }
      for (let time = 0; time < 5; time += 1) answered(await bench.client.ask('time', { body: { skipMs: 60_000 } }));
      return () => {
        for (const socket of sockets) socket.destroy();
      };
    });
  });
});

describe('a body that is too long', () => {
  const routes: readonly (readonly [string, Route])[] = Object.entries({ ...managerRoutes, ...benchRoutes });
  it('is refused on every call before it comes, and nothing of it stays', async () => {
    await underAttack('of bodies that are too long, on every call', async () => {
      for (const [name, { method, path, bodyBytes = 65_536 }] of routes) {
        const socket = await openSocket();
        const heard: string[] = [];
        const ended = new Promise((resolve) => socket.once('close', resolve));
        socket.on('data', (part) => heard.push(String(part)));
        socket.write(jsonHead(method, path.replaceAll(/\{door\}/g, 'front').replaceAll(/\{\w+\}/g, '1'), bodyBytes + 1));
        socket.write(Buffer.alloc(200_000, 0x20));
        await ended;
        expect(heard.join(''), name).toMatch(/^HTTP\/1.1 4(?:00|03|13|22) /);
      }
      return () => undefined;
    });
  });
});
