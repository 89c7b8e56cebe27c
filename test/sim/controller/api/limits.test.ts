/** Limits of bytes, time and connections: who sends too much, too slowly or too often costs nothing (SECURITY H6). */
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../sim/virtual-clock.ts';
import { NodeClock } from '../../../../src/drivers/node-clock.ts';
import { type Answer, answerIn, ask, codeOf, expectSafe, openRig, type Rig, requestText, sendRaw } from './rig.ts';

const echo = { method: 'POST', path: '/api/toy/1/echo' };
const large = { method: 'POST', path: '/api/toy/large' };

/** A request of which the body does not come; what is heard until the end. */
const halfSent = (rig: Rig, text: string): { readonly socket: Socket; readonly answer: Promise<Answer> } => {
  const socket = connect(rig.port, '127.0.0.1', () => socket.write(text));
  const heard: string[] = [];
  socket.on('data', (part) => heard.push(part.toString()));
  socket.on('error', () => undefined);
  return { socket, answer: new Promise((resolve) => socket.on('close', () => resolve(answerIn(heard.join(''))))) };
};

describe('a body', () => {
  it('of 64 kB is read, and a byte more is refused before it comes', async () => {
    await using rig = await openRig();
    const padded = (bytes: number): string => `{"name":"a"${' '.repeat(bytes - 12)}}`;
    expect((await ask(rig, { ...echo, token: rig.token, body: padded(65_536) })).status).toBe(200);
    const answer = await ask(rig, { ...echo, token: rig.token, body: padded(65_537) });
    expect([answer.status, codeOf(answer), answer.headers.connection, rig.called]).toEqual([413, 'tooLarge', 'close', ['echo']]);
    expectSafe(answer);
    const lying = await ask(rig, { ...echo, token: rig.token, headers: ['content-type: application/json', 'content-length: 99999999999'] });
    expect(lying.status).toBe(413);
  });

  it('in pieces is counted as it comes', async () => {
    await using rig = await openRig();
    const head = requestText(rig.port, { ...echo, token: rig.token, headers: ['content-type: application/json', 'transfer-encoding: chunked'] });
    const piece = `1000\r\n${' '.repeat(4_096)}\r\n`;
    expect((await sendRaw(rig.port, `${head}c\r\n{"name":"a"}\r\n0\r\n\r\n`)).status).toBe(200);
    const answer = await sendRaw(rig.port, head + piece.repeat(17));
    expect([answer.status, codeOf(answer)]).toEqual([413, 'tooLarge']);
    const broken = await sendRaw(rig.port, `${head}zz\r\n`);
    expect([broken.status, rig.called]).toEqual([400, ['echo']]);
    expectSafe(broken);
  });

  it('that does not come in ten seconds is given up', async () => {
    const clock = new VirtualClock();
    await using rig = await openRig({ clock });
    const slow = halfSent(
      rig,
      requestText(rig.port, { ...echo, token: rig.token, headers: ['content-type: application/json', 'content-length: 5'] }),
    );
    await untilSet(clock);
    await clock.advance(9_999);
    slow.socket.write('{');
    await clock.advance(1);
    const answer = await slow.answer;
    expect([answer.status, codeOf(answer), rig.called]).toEqual([408, 'tooSlow', []]);
    expectSafe(answer);
  });

  it('whose sender goes is forgotten', async () => {
    const clock = new VirtualClock();
    await using rig = await openRig({ clock });
    const gone = halfSent(
      rig,
      requestText(rig.port, { ...large, token: rig.token, headers: ['content-type: application/json', 'content-length: 5'] }),
    );
    await untilSet(clock);
    gone.socket.destroy();
    await gone.answer;
    let status = 0;
    while (status !== 200) ({ status } = await ask(rig, { ...large, token: rig.token, body: '{"text":"a"}' }));
    expect(clock.nextDueMs).toBeUndefined();
  });

  it('that a row allows to be longer is read, one at a time', async () => {
    const clock = new VirtualClock();
    await using rig = await openRig({ clock });
    const body = JSON.stringify({ text: 'a'.repeat(900_000) });
    const answer = await ask(rig, { ...large, token: rig.token, body });
    expect([answer.status, answer.body]).toEqual([200, '{"length":900000}']);
    expect((await ask(rig, { ...large, token: rig.token, body: JSON.stringify({ text: 'a'.repeat(1_000_000) }) })).status).toBe(413);
    const first = halfSent(
      rig,
      requestText(rig.port, { ...large, token: rig.token, headers: ['content-type: application/json', 'content-length: 500'] }),
    );
    await untilSet(clock);
    expect(codeOf(await ask(rig, { ...large, token: rig.token, body }))).toBe('busy');
    await clock.advance(120_000);
    expect((await first.answer).status).toBe(408);
    expect((await ask(rig, { ...large, token: rig.token, body })).status).toBe(200);
  });

  it('that is long is read from nobody without a token', async () => {
    await using rig = await openRig();
    const answer = await ask(rig, { ...large, body: JSON.stringify({ text: 'a'.repeat(900_000) }) });
    expect([answer.status, answer.headers.connection]).toEqual([401, 'close']);
  });
});

/** Until the server has set a timer, which it does once it waits for a body. */
const untilSet = async (clock: VirtualClock): Promise<void> => {
  while (clock.nextDueMs === undefined) await clock.settle();
};

describe('a head', () => {
  it('of more than 8 kB is refused', async () => {
    await using rig = await openRig();
    expect((await ask(rig, { path: '/', headers: [`x-long: ${'a'.repeat(7_900)}`] })).status).toBe(200);
    for (const header of [`x-long: ${'a'.repeat(8_200)}`, Array.from({ length: 400 }, (_, at) => `x-${at}: ${'a'.repeat(20)}`).join('\r\n')]) {
      const answer = await ask(rig, { path: '/', headers: [header] });
      expect([answer.status, codeOf(answer)]).toEqual([431, 'headersTooLarge']);
      expectSafe(answer);
    }
    expect((await ask(rig, { path: `/${'a'.repeat(9_000)}` })).status).toBe(431);
  });

  it('that comes byte by byte is given up in time', async () => {
    await using rig = await openRig({ limits: { headersMs: 150, idleMs: 5_000 } });
    const text = requestText(rig.port, { path: '/', headers: [`x-long: ${'a'.repeat(3_000)}`] });
    const slow = halfSent(rig, text.slice(0, 100));
    const attacker = new NodeClock();
    const drip = (at: number): void => {
      if (slow.socket.destroyed) return;
      slow.socket.write(text.charAt(at));
      attacker.setTimeout(() => drip(at + 1), 10);
    };
    slow.socket.once('connect', () => drip(100));
    const answer = await slow.answer;
    expect([answer.status, codeOf(answer)]).toEqual([408, 'tooSlow']);
    const held = await halfSent(rig, text.slice(0, 50)).answer;
    expect([held.status, codeOf(held)]).toEqual([408, 'tooSlow']);
    expectSafe(held);
  });

  it('that never comes ends the connection', async () => {
    await using rig = await openRig({ limits: { headersMs: 100, idleMs: 100 } });
    const nothing = await halfSent(rig, '').answer;
    expect([0, 408]).toContain(nothing.status);
    const second = requestText(rig.port, { path: '/api/health' }).replace('connection: close\r\n', '');
    expect((await halfSent(rig, second).answer).status).toBe(200);
  });
});

describe('a connection', () => {
  it('beyond the limit takes the place of the longest open that has not asked for anything', async () => {
    await using rig = await openRig({ limits: { connections: 8, headersMs: 5_000, idleMs: 5_000 } });
    const held = Array.from({ length: 8 }, () => halfSent(rig, 'GET'));
    await Promise.all(held.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
    expect((await ask(rig, { path: '/api/health' })).status).toBe(200);
    expect((await Promise.race(held.map(({ answer }) => answer))).status).toBe(0);
    for (const { socket } of held) socket.destroy();
    await Promise.all(held.map(({ answer }) => answer));
    expect((await ask(rig, { path: '/api/health' })).status).toBe(200);
  });

  it('beyond the limit is closed where all others wait for their answers', async () => {
    await using rig = await openRig({ limits: { connections: 2 } });
    const slow = [1, 2].map(() => ask(rig, { path: '/api/toy/slow', token: rig.token }));
    await expect.poll(() => rig.called.length).toBe(2);
    expect((await ask(rig, { path: '/api/health' })).status).toBe(0);
    rig.letSlowGo();
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it('that takes long to read its answer makes room for another', async () => {
    await using rig = await openRig({ limits: { connections: 1, idleMs: 60_000 }, page: Buffer.alloc(30_000_000) });
    const socket = connect(rig.port, '127.0.0.1', () => socket.write(requestText(rig.port, { path: '/' })));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('readable', resolve));
    expect((await ask(rig, { path: '/api/health' })).status).toBe(200);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(socket.bytesRead).toBeLessThan(30_000_000);
  });

  it('whose answer nobody reads ends', async () => {
    await using rig = await openRig({ limits: { idleMs: 200 }, page: Buffer.alloc(30_000_000) });
    const socket = connect(rig.port, '127.0.0.1', () => socket.write(requestText(rig.port, { path: '/' })));
    socket.pause();
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => undefined);
    new NodeClock().setTimeout(() => socket.resume(), 1_000);
    await ended;
    expect(socket.bytesRead).toBeLessThan(30_000_000);
  });

  it('waits for its answer as long as the call takes', async () => {
    await using rig = await openRig({ limits: { idleMs: 100 } });
    const slow = ask(rig, { path: '/api/toy/slow', token: rig.token });
    // Others come and go meanwhile, and are let go when they are silent for too long.
    await halfSent(rig, '').answer;
    await halfSent(rig, '').answer;
    rig.letSlowGo();
    expect((await slow).status).toBe(200);
  });
});

describe('calls', () => {
  it('of one user under way at once are limited, and others are answered meanwhile', async () => {
    await using rig = await openRig({ limits: { callsOfUser: 2 } });
    const mia = await rig.sessions.logIn('mia', 'mia password');
    const token = mia.ok ? mia.value.token : '';
    const slow = Array.from({ length: 2 }, () => ask(rig, { path: '/api/toy/slow', token }));
    let code = '';
    while (code !== 'busy') {
      const answer = await ask(rig, { path: '/api/session', token });
      code = answer.status === 503 ? codeOf(answer) : '';
    }
    expect((await ask(rig, { path: '/api/session', token: rig.token })).status).toBe(200);
    rig.letSlowGo();
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await ask(rig, { path: '/api/session', token })).status).toBe(200);
  });

  it('under way at once are limited, and more are told to come again', async () => {
    await using rig = await openRig({ limits: { callsAtOnce: 4 } });
    const slow = Array.from({ length: 4 }, () => ask(rig, { path: '/api/toy/slow', token: rig.token }));
    let code = '';
    while (code !== 'busy') {
      const answer = await ask(rig, { path: '/api/session', token: rig.token });
      code = answer.status === 503 ? codeOf(answer) : '';
    }
    rig.letSlowGo();
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await ask(rig, { path: '/api/session', token: rig.token })).status).toBe(200);
  });
});
