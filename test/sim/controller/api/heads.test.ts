/** Heads of requests that are no HTTP, or that two programs could read in two ways: each from a real socket (SECURITY H6). */
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerIn, ask, expectSafe, openRig, type Rig, requestText, sendRaw } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.server.close());
beforeEach(() => {
  rig.called.length = 0;
});

const quiet = { method: 'POST', path: '/api/toy/quiet', body: '{}' };

describe('a head that two programs could read in two ways', () => {
  const smuggled = 'POST /api/toy/quiet HTTP/1.1\r\n';
  it.each([
    ['content-length: 4\r\ntransfer-encoding: chunked'],
    ['content-length: 4\r\ncontent-length: 5'],
    ['content-length: 4, 4'],
    ['content-length: +4'],
    ['content-length: -1'],
    ['content-length: 0x4'],
    ['transfer-encoding: chunked\r\ntransfer-encoding: identity'],
    ['transfer-encoding: chunked, identity'],
    ['transfer-encoding: xchunked'],
    ['transfer-encoding : chunked'],
    ['transfer-encoding:\x0bchunked'],
    [' folded: header'],
    ['content-type: application/json\r\n text/plain'],
    ['name\0: value'],
    ['authorization: Bearer other'],
    ['content-type: text/plain\r\ncontent-type: application/json'],
    ['origin: http://evil.com\r\norigin: http://evil.com'],
    ['sec-fetch-site: same-origin\r\nsec-fetch-site: none'],
  ])('is refused: %j', async (header) => {
    const head = `${smuggled}host: 127.0.0.1:${rig.port}\r\nauthorization: Bearer ${rig.token}\r\n${header}\r\nconnection: close\r\n\r\n`;
    const answer = await sendRaw(rig.port, `${head}0\r\n\r\n${smuggled}`);
    expect([400, 403, 415]).toContain(answer.status);
    expect(rig.called).toEqual([]);
    expectSafe(answer);
    expect(answer.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  it('of one line ends, or of another protocol, is no HTTP', async () => {
    const bytes = [
      'GET / HTTP/1.1\nhost: a\n\n',
      '\x16\x03\x01\x02\x00\x01\x00',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      '\0\0\0\0\r\n\r\n',
      'GET /\r\n\r\n',
    ];
    for (const text of bytes) {
      const answer = await sendRaw(rig.port, text);
      expect([400, 421], JSON.stringify(text)).toContain(answer.status);
      expectSafe(answer);
    }
  });

  it('is answered once, and no more is read of that connection', async () => {
    const body = requestText(rig.port, { ...quiet, token: 'wrong', body: 'x'.repeat(500) }).replace('connection: close\r\n', '');
    const answer = await sendRaw(rig.port, body + requestText(rig.port, { path: '/api/health' }));
    expect([answer.status, answer.headers.connection]).toEqual([401, 'close']);
    expect(answer.text).not.toContain('isWell');
  });

  it('that asks before it sends is refused', async () => {
    const answer = await ask(rig, { ...quiet, token: rig.token, headers: ['expect: 100-continue'] });
    expect([answer.status, rig.called]).toEqual([417, []]);
    expectSafe(answer);
    expect((await ask(rig, { path: '/', headers: ['expect: more'] })).status).toBe(417);
  });

  it('that asks for a WebSocket is answered as any other', async () => {
    const answer = await ask(rig, {
      path: '/api/live',
      headers: ['upgrade: websocket', 'sec-websocket-version: 13', 'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=='],
    });
    expect(answer.status).toBe(401);
  });
});

describe('two requests on one connection', () => {
  it('are answered in order', async () => {
    const first = requestText(rig.port, { path: '/api/health' }).replace('connection: close\r\n', '');
    const answer = await sendRaw(rig.port, first + first + requestText(rig.port, { path: '/nothing' }));
    expect(answer.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 404']);
  });

  it('end unanswered where the second is nonsense while the first is under way', async () => {
    const socket = connect(rig.port, '127.0.0.1');
    const heard: string[] = [];
    socket.on('data', (part) => heard.push(part.toString()));
    socket.write(`${requestText(rig.port, { path: '/api/toy/slow', token: rig.token }).replace('connection: close\r\n', '')}NONSENSE\r\n\r\n`);
    await new Promise((resolve) => socket.on('close', resolve));
    expect(answerIn(heard.join('')).text).toBe('');
  });
});
