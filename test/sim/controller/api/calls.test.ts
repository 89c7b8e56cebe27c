/** Calls by the table: who may, what may be said, what is answered, and what is told when something goes wrong (SECURITY H4, H9, H10, I1). */
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusals } from '../../../../sim/controller/api/refusals.ts';
import { NodeClock } from '../../../../src/drivers/node-clock.ts';
import { Client } from './client.ts';
import { ask, codeOf, expectSafe, openRig, pathOf, type Rig, rigRoutes, rows } from './rig.ts';

let rig: Rig;
let nowMs = 0;
beforeAll(async () => {
  rig = await openRig({ checksAnswers: true, clock: new NodeClock({ systemNowMs: () => performance.now() + nowMs }) });
});
afterAll(() => rig.server.close());
beforeEach(() => {
  rig.called.length = 0;
  rig.troubles.length = 0;
  nowMs += 60_000;
});

const client = (token?: string) => new Client(rigRoutes, rig.server.origins[0] ?? '', token);
const tokenOf = async (name: string): Promise<string> => {
  const said = await client().ask('logIn', { body: { name, password: `${name} password` } });
  if (!said.ok) throw new Error(said.failure.code);
  return said.value.token;
};

describe('a call', () => {
  it('is answered by its handler with what path, query and body mean', async () => {
    const said = await client(rig.token).ask('echo', { params: { id: '0417' }, query: { times: '3' }, body: { name: 'Mia' } });
    expect(said).toEqual({ ok: true, value: { name: 'Mia', id: 417, times: 3 } });
    expect(rig.called).toEqual(['echo']);
  });

  it('that waits for too many others is told to come again', async () => {
    expect(await client().ask('logIn', { body: { name: 'mia', password: 'fault' } })).toMatchObject({ failure: { code: 'busy' } });
    expect(rig.troubles).toEqual([expect.objectContaining({ route: 'logIn', what: 'fault', code: 'queue.full' })]);
  });

  it('is kept by no cache', async () => {
    const answer = await ask(rig, { path: '/api/health' });
    expect([answer.status, answer.headers['cache-control'], answer.body]).toEqual([200, 'no-store', '{"isWell":true}']);
    expectSafe(answer);
  });

  it('opens and ends a session of its own', async () => {
    const token = await tokenOf('tom');
    expect(await client(token).ask('whoAmI')).toEqual({ ok: true, value: { id: 4, name: 'tom', role: 'tenant', person: 7 } });
    expect(await client(token).ask('logOut')).toEqual({ ok: true, value: { done: true } });
    expect(await client(token).ask('whoAmI')).toMatchObject({ ok: false, failure: { code: 'notLoggedIn' } });
    expect(await client(rig.token).ask('whoAmI')).toMatchObject({ ok: true, value: { id: null, name: 'operator' } });
  });

  it('without a body takes none, or an empty object', async () => {
    const path = '/api/toy/quiet';
    for (const body of ['', '{}', ' {} ']) expect((await ask(rig, { method: 'POST', path, body, token: rig.token })).status).toBe(200);
    for (const body of ['{"a":1}', '[]', 'null', '0']) {
      expect(codeOf(await ask(rig, { method: 'POST', path, body, token: rig.token })), body).toBe('bodyNotAsked');
    }
    expect(codeOf(await ask(rig, { path: '/api/people', body: '{}', token: rig.token }))).toBe('bodyNotAsked');
    expect(codeOf(await ask(rig, { method: 'DELETE', path: '/api/people/1', body: '{}', token: rig.token }))).toBe('bodyNotAsked');
  });

  it('that may be made three times a minute is refused the fourth, for each user apart', async () => {
    const ivo = await tokenOf('mia');
    const said = [];
    for (let count = 0; count < 4; count += 1) said.push((await client(rig.token).ask('seldom')).ok);
    expect([...said, (await client(ivo).ask('seldom')).ok]).toEqual([true, true, true, false, true]);
  });
});

describe('a token', () => {
  it('is needed everywhere but for health and the log-in', async () => {
    const open: string[] = [];
    for (const [name, route] of rows) {
      const answer = await ask(rig, {
        method: route.method,
        path: pathOf(route),
        ...(route.method === 'GET' || route.method === 'DELETE' ? {} : { body: '{}' }),
      });
      expectSafe(answer);
      if (answer.status !== 401) open.push(name);
      else expect([codeOf(answer), answer.headers['www-authenticate']], name).toEqual(['notLoggedIn', 'Bearer']);
    }
    expect([open.sort(), rig.called]).toEqual([['health', 'logIn'], []]);
    expect((await ask(rig, { path: '/api/live' })).status).toBe(401);
  });

  it('counts in the header alone', async () => {
    const { token } = rig;
    const path = '/api/session';
    const places = [
      { path: `${path}?token=${token}` },
      { path: `${path}?authorization=Bearer%20${token}` },
      { path: `${path}/${token}` },
      { path, headers: [`cookie: token=${token}`] },
      { path, headers: [`cookie: authorization=Bearer ${token}`] },
      { path, headers: [`x-token: ${token}`] },
      { path, headers: [`x-authorization: Bearer ${token}`] },
      { path, headers: [`proxy-authorization: Bearer ${token}`] },
      { path, headers: [`authorization: ${token}`] },
      { path, headers: [`authorization: Basic ${Buffer.from(`operator:${token}`).toString('base64')}`] },
      { path, headers: [`authorization: Bearer ${token}, Bearer ${token}`] },
      { path, headers: ['authorization: Bearer'] },
      { path, headers: [`authorization: Bearer ${token.slice(0, -1)}`] },
      { path, headers: [`authorization: Bearer ${token}${token}`] },
      { path, headers: [`sec-websocket-protocol: ${token}`] },
    ];
    for (const place of places) expect([401, 404], JSON.stringify(place)).toContain((await ask(rig, place)).status);
    expect((await ask(rig, { path, token })).status).toBe(200);
  });

  it('lets each role do what the row says, and nothing else', async () => {
    const roles = { mia: 'manager', ivo: 'installer', ada: 'auditor', tom: 'tenant' } as const;
    for (const [name, role] of Object.entries(roles)) {
      const token = await tokenOf(name);
      for (const [row, route] of rows.filter(([one]) => !['logOut', 'slow'].includes(one))) {
        const body = route.method === 'GET' || route.method === 'DELETE' ? {} : { body: '{}' };
        const { status } = await ask(rig, { method: route.method, path: pathOf(route), token, ...body });
        const may = route.may === 'anyone' || (route.may as readonly string[]).includes(role);
        expect(status === 403, `${role} ${row}`).toBe(!may);
      }
      expect((await ask(rig, { method: 'GET', path: '/api/live', token, headers: ['origin: http://evil.com'] })).status).toBe(403);
    }
  });
});

describe('a body', () => {
  const echo = (body: string | Uint8Array, type = 'application/json') =>
    ask(rig, { method: 'POST', path: '/api/toy/1/echo', token: rig.token, headers: [`content-type: ${type}`], body: body.toString() });

  it.each([
    '',
    '{',
    '{"name":"a"',
    "{'name':'a'}",
    '{"name":"a",}',
    'undefined',
    'NaN',
    '{"name":"a"}{}',
    '\ufeff{"name":"a"}',
    '{"name":"\u0001"}',
    '[1',
    '"',
    '// a',
    '{"name":01}',
  ])('that is no JSON is refused: %j', async (body) => {
    const answer = await echo(body);
    expect([answer.status, codeOf(answer), rig.called]).toEqual([400, 'notJson', []]);
  });

  it.each([
    'null',
    '0',
    '"name"',
    'true',
    '{}',
    '{"name":null}',
    '{"name":1}',
    '{"name":""}',
    '{"name":["a"]}',
    '{"name":{"a":1}}',
    '{"name":"a","digits":"12345678901234567890"}',
    '{"name":"a","digits":417}',
    '{"name":"a","inner":{"list":[{"at":"1"}]}}',
    '{"name":"a","either":{"left":"1"}}',
    `{"name":"${'a'.repeat(81)}"}`,
  ])('of a wrong form is refused, with the place: %j', async (body) => {
    const answer = await echo(body);
    expect([answer.status, codeOf(answer), rig.called]).toEqual([422, 'notValid', []]);
    expect((JSON.parse(answer.body) as { error: { where: unknown[] } }).error.where.length).toBeGreaterThan(0);
  });

  it.each([
    '[]',
    '[[]]',
    '{"name":"a","inner":[]}',
    '{"name":"a","nmae":"b"}',
    '{"name":"a","__proto__":{"role":"manager"}}',
    '{"name":"a","constructor":1}',
    '{"name":"a","inner":{"list":[{"at":1,"by":2}]}}',
    '{"name":"a","either":{"left":1,"right":"b"}}',
    '{"name":"a","toString":1}',
  ])('with a field that nobody asked for is refused: %j', async (body) => {
    expect([codeOf(await echo(body)), rig.called]).toEqual(['unknownField', []]);
  });

  it('nested without end is no more than wrong', async () => {
    for (const body of ['['.repeat(30_000), '['.repeat(30_000) + ']'.repeat(30_000), `{"name":${'{"name":'.repeat(5_000)}1${'}'.repeat(5_001)}`]) {
      expect([400, 422]).toContain((await echo(body)).status);
    }
  });

  it('is JSON by its type, in UTF-8, as it is', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json;charset="UTF-8"'])
      expect((await echo('{"name":"é"}', type)).status, type).toBe(200);
    for (const type of [
      'application/json; charset=latin1',
      'text/json',
      'application/merge-patch+json',
      'application/json\r\ncontent-encoding: gzip',
    ]) {
      expect((await echo('{"name":"a"}', type)).status, type).toBe(415);
    }
  });

  it('in bytes that are no UTF-8 is refused', async () => {
    const answer = await fetch(`${rig.server.origins[0]}/api/toy/1/echo`, {
      method: 'POST',
      headers: { authorization: `Bearer ${rig.token}`, 'content-type': 'application/json' },
      body: Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    });
    expect(answer.status).toBe(400);
    await answer.text();
  });

  it('is right with everything that may be said', async () => {
    const body = { name: 'a', digits: '0417', inner: { list: [{ at: 1 }] }, either: { right: 'b' } };
    expect((await echo(JSON.stringify(body))).status).toBe(200);
    expect((await echo(JSON.stringify({ name: 'a', inner: null }))).status).toBe(200);
  });
});

describe('a query', () => {
  it.each([
    ['?times=4', 422, 'notValid'],
    ['?times=1&times=2', 422, 'notValid'],
    ['?tmies=1', 422, 'unknownField'],
    ['?__proto__=1', 422, 'unknownField'],
    ['?times=%00', 422, 'notValid'],
    ['?times=1?', 422, 'notValid'],
    ['?%zz', 422, 'unknownField'],
  ])('%s is refused', async (query, status, code) => {
    const answer = await ask(rig, { method: 'POST', path: `/api/toy/1/echo${query}`, token: rig.token, body: '{"name":"a"}' });
    expect([answer.status, codeOf(answer), rig.called]).toEqual([status, code, []]);
  });

  it('of a row that takes none is refused', async () => {
    expect(codeOf(await ask(rig, { path: '/api/session?a=1', token: rig.token }))).toBe('unknownField');
  });

  it('with a number in the path that is none is not found', async () => {
    for (const id of ['a', '12345', '-1', '1_1']) {
      expect((await ask(rig, { method: 'POST', path: `/api/toy/${id}/echo`, token: rig.token, body: '{"name":"a"}' })).status, id).toBe(404);
    }
  });
});

describe('what goes wrong here', () => {
  const breaks = (how: 'fault' | 'error' | 'number' | 'circle' | 'more' | 'less') =>
    client(rig.token).ask('breaks', { body: { how, with: '90817263' } });

  it.each([
    ['fault', 'diskFailed', { what: 'fault', code: 'disk.full', name: 'Fault' }],
    ['error', 'failed', { what: 'thrown', name: 'TypeError' }],
    ['number', 'failed', { what: 'thrown', name: 'Error' }],
    ['circle', 'failed', { what: 'wrongAnswer' }],
    ['more', 'failed', { what: 'wrongAnswer' }],
    ['less', 'failed', { what: 'wrongAnswer' }],
  ] as const)('is told as a failure, and reported without what was said: %s', async (how, code, trouble) => {
    expect(await breaks(how)).toEqual({ ok: false, failure: { code, sentence: refusals[code].sentence } });
    expect(rig.troubles).toEqual([expect.objectContaining({ route: 'breaks', ...trouble })]);
  });

  it('in an answer that cannot be written is a failure where nobody checks answers', async () => {
    await using unchecked = await openRig();
    const answer = await ask(unchecked, { method: 'POST', path: '/api/toy/breaks', token: unchecked.token, body: '{"how":"circle","with":"0"}' });
    expect([answer.status, codeOf(answer)]).toEqual([500, 'failed']);
    expect(unchecked.troubles).toEqual([expect.objectContaining({ what: 'thrown', name: 'TypeError' })]);
  });

  it('says no digits, no name and no token, whatever was said and however wrong', async () => {
    const canary = '90817263';
    const heard: string[] = [];
    const listen = async (path: string, body: string, method = 'POST'): Promise<void> =>
      void heard.push((await ask(rig, { method, path, token: rig.token, ...(method === 'GET' ? {} : { body }) })).text);
    for (const how of ['fault', 'error', 'number', 'circle', 'more', 'less'] as const) heard.push(inspect(await breaks(how), { depth: 9 }));
    for (const body of [
      `"${canary}"`,
      canary,
      `{"name":${canary}}`,
      `{"name":"a","digits":"${canary}${canary}"}`,
      `{"name":"a","${canary}":1}`,
      `{"name":"a","inner":{"list":[{"at":"${canary}"}]}}`,
      `{"name":"a","either":{"left":"${canary}"}}`,
      `{${canary}`,
    ]) {
      await listen('/api/toy/1/echo', body);
    }
    await listen(`/api/toy/${canary}/echo`, '{"name":"a"}');
    await listen(`/api/toy/1/echo?times=${canary}`, '{"name":"a"}');
    await listen(`/api/toy/1/echo?${canary}=1`, '{"name":"a"}');
    await listen(`/${canary}`, '', 'GET');
    await listen('/api/session', `{"name":"${canary}","password":"${canary}"}`);
    await listen('/api/people/1/pin', `{"digits":"${canary}0"}`);
    heard.push((await ask(rig, { path: '/api/session', token: `${canary}aaaaaaaaaaaaaa` })).text, inspect(rig.troubles, { depth: 9 }));
    const reversed = [...canary].reverse().join('');
    const forms = [canary, reversed, Buffer.from(canary).toString('hex'), Buffer.from(canary).toString('base64').slice(0, 10), rig.token];
    for (const form of forms)
      expect(
        heard.filter((text) => text.includes(form)),
        form,
      ).toEqual([]);
    expect(heard.length).toBeGreaterThan(18);
  });

  it('names the place and what is expected there', async () => {
    const said = await client(rig.token).ask('echo', {
      params: { id: '1' },
      body: { name: 'a', digits: '123456789', inner: { list: [{ at: 'x' as never }] } },
    });
    expect(said).toMatchObject({
      failure: {
        where: [
          { at: 'digits', expected: 'A code has 4 to 8 digits.' },
          { at: 'inner.list.0.at', expected: 'Expected number.' },
        ],
      },
    });
  });
});
