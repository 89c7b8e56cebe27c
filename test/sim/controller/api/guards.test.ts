/** The name of the server and other sites’ pages: what is refused before anything is done (SECURITY H2, H3). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, codeOf, expectSafe, openRig, type Rig, requestText, sendRaw } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.server.close());
beforeEach(() => {
  rig.called.length = 0;
});

const quiet = { method: 'POST', path: '/api/toy/quiet', body: '{}' };

const hostileHosts = (port: number): string[] => [
  '',
  ' ',
  'evil.com',
  `evil.com:${port}`,
  '127.0.0.1.nip.io',
  `127.0.0.1.nip.io:${port}`,
  'localhost',
  '127.0.0.1',
  '[::1]',
  '::1',
  `::1:${port}`,
  `[::ffff:127.0.0.1]:${port}`,
  `[::ffff:7f00:1]:${port}`,
  `[0:0:0:0:0:0:0:1]:${port}`,
  `0.0.0.0:${port}`,
  `0:${port}`,
  `127.1:${port}`,
  `2130706433:${port}`,
  `0x7f000001:${port}`,
  `0177.0.0.1:${port}`,
  `127.0.0.2:${port}`,
  `localhost.:${port}`,
  `localhost.evil.com:${port}`,
  `evil.localhost:${port}`,
  `.localhost:${port}`,
  `localhost:${port + 1}`,
  'localhost:80',
  'localhost:443',
  'localhost:',
  'localhost:0',
  `localhost:0${port}`,
  `localhost:+${port}`,
  `localhost:${port}.`,
  `localhost: ${port}`,
  `localhost :${port}`,
  `localhost:${port}:${port}`,
  `localhost:${port}/`,
  `localhost:${port}@evil.com`,
  `evil.com@localhost:${port}`,
  `user:pass@127.0.0.1:${port}`,
  `localhost:${port}#`,
  `localhost:${port}?`,
  `localhost:${port},evil.com`,
  `evil.com,localhost:${port}`,
  `http://localhost:${port}`,
  `//localhost:${port}`,
  `localhost%3a${port}`,
  `l%6fcalhost:${port}`,
  `ｌocalhost:${port}`,
  `xn--localhost:${port}`,
  `127.0.0.1%00:${port}`,
  `*:${port}`,
  `null:${port}`,
];

describe('the name of the server', () => {
  it('is refused in fifty and more hostile forms, with nothing done', async () => {
    const hosts = hostileHosts(rig.port);
    expect(new Set(hosts).size).toBeGreaterThanOrEqual(50);
    for (const host of hosts) {
      const answer = await ask(rig, { ...quiet, host, token: rig.token });
      expect([answer.status, codeOf(answer)], host).toEqual([421, 'wrongHost']);
      expectSafe(answer);
    }
    expect(rig.called).toEqual([]);
  });

  it('is this machine’s, however large its letters are', async () => {
    for (const name of ['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST']) {
      expect((await ask(rig, { path: '/api/health', host: `${name}:${rig.port}` })).status, name).toBe(200);
    }
  });

  it('is refused when it is missing or said twice', async () => {
    const own = `host: 127.0.0.1:${rig.port}\r\n`;
    for (const hosts of ['', `${own}${own}`, `${own}Host: evil.com\r\n`, `hOsT: evil.com\r\n${own}`]) {
      const answer = await sendRaw(rig.port, `GET /api/health HTTP/1.1\r\n${hosts}connection: close\r\n\r\n`);
      expect([answer.status, codeOf(answer)]).toEqual([421, 'wrongHost']);
      expectSafe(answer);
    }
    expect((await sendRaw(rig.port, 'GET /api/health HTTP/1.0\r\n\r\n')).status).toBe(421);
  });

  it('is reached by IPv6 as well', async () => {
    const answer = await sendRaw(rig.port, requestText(rig.port, { path: '/api/health', host: `[::1]:${rig.port}` }), '::1');
    expect(answer.status).toBe(200);
  });
});

describe('a page of another site', () => {
  it.each([
    ['origin: https://evil.com'],
    ['origin: null'],
    ['origin: '],
    ['origin: http://localhost:1'],
    ['origin: http://127.0.0.1'],
    ['sec-fetch-site: cross-site'],
    ['sec-fetch-site: same-site'],
    ['sec-fetch-site: other'],
    ['sec-fetch-site: cross-site\r\nsec-fetch-mode: navigate\r\nsec-fetch-dest: document'],
  ])('does nothing here, even with the token: %s', async (header) => {
    const answer = await ask(rig, { ...quiet, token: rig.token, headers: [header] });
    expect([answer.status, codeOf(answer), rig.called]).toEqual([403, 'crossSite', []]);
    expectSafe(answer);
    expect((await ask(rig, { path: '/api/live', token: rig.token, headers: [header] })).status).toBe(403);
  });

  it('that names the server by another of its names is another site', async () => {
    const answer = await ask(rig, { ...quiet, token: rig.token, headers: [`origin: http://localhost:${rig.port}`] });
    expect(answer.status).toBe(403);
    const secure = await ask(rig, { ...quiet, token: rig.token, headers: [`origin: https://127.0.0.1:${rig.port}`] });
    expect(secure.status).toBe(403);
  });

  it('may lead a person here by a link, and embed nothing', async () => {
    const link = ['sec-fetch-site: cross-site', 'sec-fetch-mode: navigate', 'sec-fetch-dest: document'];
    expect((await ask(rig, { headers: link })).status).toBe(200);
    for (const dest of ['iframe', 'script', 'image', 'empty']) {
      const answer = await ask(rig, { headers: ['sec-fetch-site: cross-site', 'sec-fetch-mode: navigate', `sec-fetch-dest: ${dest}`] });
      expect(answer.status, dest).toBe(403);
    }
    expect((await ask(rig, { path: '/assets/page.js', headers: ['sec-fetch-site: cross-site', 'sec-fetch-mode: no-cors'] })).status).toBe(403);
  });

  it('is told apart from our own page', async () => {
    const own = [`origin: http://127.0.0.1:${rig.port}`, 'sec-fetch-site: same-origin'];
    expect((await ask(rig, { ...quiet, token: rig.token, headers: own })).status).toBe(200);
    expect((await ask(rig, { path: '/api/health', headers: ['sec-fetch-site: none'] })).status).toBe(200);
  });

  it('is given no leave by a preflight', async () => {
    const headers = ['origin: https://evil.com', 'access-control-request-method: POST', 'access-control-request-headers: authorization'];
    const answer = await ask(rig, { method: 'OPTIONS', path: quiet.path, headers });
    expectSafe(answer);
    expect([answer.status, Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))]).toEqual([403, []]);
  });

  it('cannot send a form', async () => {
    for (const type of [
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=a',
      'text/plain',
      'text/plain; a=application/json',
      'application/jsonp',
      '',
    ]) {
      const answer = await ask(rig, { ...quiet, token: rig.token, headers: [`content-type: ${type}`] });
      expect([answer.status, codeOf(answer), rig.called], type).toEqual([415, 'notJsonType', []]);
    }
    const none = await sendRaw(
      rig.port,
      `POST ${quiet.path} HTTP/1.1\r\nhost: 127.0.0.1:${rig.port}\r\nauthorization: Bearer ${rig.token}\r\nconnection: close\r\n\r\n`,
    );
    expect(none.status).toBe(415);
  });
});
