/** What paths and methods there are, and that nothing else is: each from a real socket (SECURITY H7). */
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { routeFinder } from '../../../../sim/controller/api/find-route.ts';
import { ask, expectSafe, openRig, pathOf, type Rig, rows, sendRaw } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.server.close());
beforeEach(() => {
  rig.called.length = 0;
});

const treasures = [
  '/etc/passwd',
  'package.json',
  'controller.db',
  '.env',
  'index.html',
  'src/main.ts',
  'token',
  'C:\\boot.ini',
  'proc/self/environ',
  'a',
];
const climbs = [
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
  '//',
  '\\',
  '%uff0e%uff0e/',
  '~/',
];

describe('a path', () => {
  it('that is no file of the pages and no row is not found, in five hundred tricks', async () => {
    const paths = ['', '/assets', '/api', '/api/people', '/assets/page.js'].flatMap((start) =>
      climbs.flatMap((climb) => treasures.map((treasure) => `${start}/${climb.repeat(1 + (treasure.length % 4))}${treasure}`)),
    );
    expect(new Set(paths).size).toBeGreaterThanOrEqual(500);
    const answers = await Promise.all(paths.map((path) => inTurn(() => ask(rig, { path, token: rig.token }))));
    for (const [at, answer] of answers.entries()) {
      expect([400, 404], paths[at]).toContain(answer.status);
      expect(answer.body, paths[at]).not.toMatch(/root:|doctype|dependencies/);
      expectSafe(answer);
    }
    expect(rig.called).toEqual([]);
  });

  it('has no other way of writing it', async () => {
    for (const path of [
      '/api/Health',
      '/api/health/',
      '/api//health',
      '/API/health',
      '/api/health%20',
      '/%61pi/health',
      '/api/health;a',
      '/api/people/+1',
      '/api/people/1%30',
    ]) {
      expect((await ask(rig, { path, token: rig.token })).status, path).toBe(404);
    }
    for (const path of ['http://evil.com/', `http://127.0.0.1:${rig.port}/api/health`, '*', '//api/health', '/ä', 'api/health']) {
      expect((await ask(rig, { path })).status, path).toBe(400);
    }
  });

  it('has parts of letters, digits and hyphens, whatever their row would take', () => {
    const find = routeFinder({ any: { method: 'GET', path: '/api/any/{part}', may: 'anyone', answer: v.string(), says: 'Any part.' } });
    expect(find('GET', '/api/any/a-B_1')).toMatchObject({ found: { name: 'any', params: { part: 'a-B_1' } } });
    for (const part of ['', '.', '..', '%2e', 'a.b', 'a/b', 'a%00', 'é', 'a b', 'a'.repeat(65)])
      expect(find('GET', `/api/any/${part}`), part).toEqual({ methods: [] });
  });

  it('of the pages gives the bytes that were read at the start', async () => {
    const page = await ask(rig, {});
    expect([page.status, page.headers['content-type'], page.body]).toEqual([
      200,
      'text/html; charset=utf-8',
      '<!doctype html><title>doorpad</title>',
    ]);
    expectSafe(page);
    expect(page.headers['content-security-policy']?.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "font-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect((await ask(rig, { path: '/assets/page.js?v=1' })).headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect((await ask(rig, { path: '/index.html' })).status).toBe(404);
  });
});

/** Few connections at once: the server has a limit of them. */
let last: Promise<unknown> = Promise.resolve();
function inTurn<Value>(action: () => Promise<Value>): Promise<Value> {
  const done = last.then(action);
  last = done;
  return done;
}

describe('a method', () => {
  it('that no row has at a path is refused, with those that it has', async () => {
    const paths = [...new Set(rows.map(([, route]) => pathOf(route)))];
    for (const path of paths) {
      const there = rows
        .filter(([, route]) => new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
        .map(([, { method }]) => method);
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'].filter(
        (one) => !there.includes(one as 'GET'),
      )) {
        const answer = await ask(rig, { method, path, token: rig.token });
        expect(answer.status, `${method} ${path}`).toBe(405);
        expect(answer.headers.allow?.split(', ').sort()).toEqual([...new Set(there)].sort());
      }
    }
    expect(rig.called).toEqual([]);
  });

  it('other than GET is for no page and no feed', async () => {
    for (const path of ['/', '/assets/page.js', '/api/live']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'HEAD', 'PATCH']) {
        const answer = await ask(rig, { method, path, token: rig.token });
        expect([answer.status, answer.headers.allow], `${method} ${path}`).toEqual([405, 'GET']);
      }
    }
  });

  it('CONNECT and one that is none open nothing', async () => {
    expect((await sendRaw(rig.port, `CONNECT evil.com:443 HTTP/1.1\r\nhost: 127.0.0.1:${rig.port}\r\n\r\n`)).text).toBe('');
    const answer = await sendRaw(rig.port, `BREW / HTTP/1.1\r\nhost: 127.0.0.1:${rig.port}\r\n\r\n`);
    expect(answer.status).toBe(400);
    expectSafe(answer);
  });
});
