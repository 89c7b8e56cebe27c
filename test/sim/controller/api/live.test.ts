/** The live feed on real sockets: who hears what, who falls behind, who is let go, and how many there may be (SECURITY H6, H9). */
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LiveMessage } from '../../../../sim/controller/api/live.ts';
import { liveLimits } from '../../../../sim/controller/api/live-feed.ts';
import { sessionIdleMs } from '../../../../sim/controller/api/sessions.ts';
import { VirtualClock } from '../../../../sim/virtual-clock.ts';
import { answerIn, ask, codeOf, expectSafe, openRig, type Rig, requestText } from './rig.ts';

let rig: Rig;
let clock: VirtualClock;
beforeEach(async () => {
  clock = new VirtualClock();
  rig = await openRig({ clock, live: { bytesWaiting: 65_536 } });
});
afterEach(() => rig.server.close());

const moment = '2026-01-05T08:00:00.000Z';
const eventOf = (id: number, text = 'a'): LiveMessage => ({
  kind: 'event',
  event: {
    id,
    at: moment,
    isTimeTrusted: true,
    received: moment,
    reader: 1,
    readerName: 'front',
    code: 'access.granted',
    class: 'grant',
    text,
    person: null,
    personName: null,
    fields: {},
    wasOffline: false,
    unknownCard: null,
  },
});
const sending: LiveMessage = {
  kind: 'sending',
  sending: { id: 1, at: moment, trigger: 'pin.changed', way: 'email', person: null, state: 'waiting', tries: 0, lastError: null },
};
const changed: LiveMessage = { kind: 'changed', what: 'people' };

/** A page that listens; what it heard, line by line. */
class Page {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  readonly lines: string[] = [];
  #head = '';
  #rest = '';
  #wanted: { readonly text: string; left: number; readonly resolve: () => void } | undefined;

  constructor(token: string) {
    this.socket = connect(rig.port, '127.0.0.1', () => this.socket.write(requestText(rig.port, { path: '/api/live', token })));
    this.socket.on('error', () => undefined);
    this.socket.on('data', (part) => this.#take(part.toString()));
    this.ended = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  get head() {
    return answerIn(this.#head);
  }

  get messages(): LiveMessage[] {
    return this.lines.map((line) => JSON.parse(line) as LiveMessage);
  }

  get kinds(): string[] {
    return this.messages.map(({ kind }) => kind);
  }

  /** Once it heard this text `times` times. */
  heard(text: string, times = 1): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wanted = { text, left: times, resolve };
    this.#count(this.lines);
    return promise;
  }

  #take(part: string): void {
    const parts = (this.#rest + part).split('\n');
    this.#rest = parts.pop() ?? '';
    const lines = parts.filter((line) => line.startsWith('{'));
    if (this.lines.length === 0) this.#head += part;
    this.lines.push(...lines);
    this.#count(lines);
  }

  #count(lines: readonly string[]): void {
    if (this.#wanted === undefined) return;
    this.#wanted.left -= lines.filter((line) => line.includes(this.#wanted?.text ?? '')).length;
    if (this.#wanted.left <= 0) this.#wanted.resolve();
  }
}

const listening = async (token = rig.token): Promise<Page> => {
  const page = new Page(token);
  await page.heard('"beat"');
  return page;
};
const tokenOf = async (name: string): Promise<string> => {
  const said = await rig.sessions.logIn(name, `${name} password`);
  return said.ok ? said.value.token : '';
};

describe('a page that listens', () => {
  it('hears a beat at once, then what is new, a line each', async () => {
    const page = await listening();
    expectSafe(page.head);
    expect([page.head.headers['content-type'], page.head.headers['cache-control']]).toEqual(['application/x-ndjson; charset=utf-8', 'no-store']);
    rig.feed.tell(eventOf(1, 'line\nbreak'));
    rig.feed.tell(changed);
    await page.heard('"changed"');
    expect(page.messages).toEqual([{ kind: 'beat' }, eventOf(1, 'line\nbreak'), changed]);
  });

  it('hears a beat every fifteen seconds', async () => {
    const page = await listening();
    for (let count = 2; count < 5; count += 1) {
      await clock.advance(liveLimits.beatMs);
      await page.heard('"beat"', count);
    }
    expect(page.kinds).toEqual(['beat', 'beat', 'beat', 'beat']);
  });

  it('hears what its role may', async () => {
    const manager = await listening(await tokenOf('mia'));
    const installer = await listening(await tokenOf('ivo'));
    const auditor = await listening(await tokenOf('ada'));
    for (const message of [eventOf(1), sending, changed]) rig.feed.tell(message);
    await Promise.all([manager, installer, auditor].map((page) => page.heard('"changed"')));
    expect([manager.kinds, installer.kinds, auditor.kinds]).toEqual([
      ['beat', 'event', 'sending', 'changed'],
      ['beat', 'changed'],
      ['beat', 'event', 'changed'],
    ]);
    const tenant = await ask(rig, { path: '/api/live', token: await tokenOf('tom') });
    expect([tenant.status, codeOf(tenant)]).toEqual([403, 'notAllowed']);
  });

  it('is not let in with a body', async () => {
    expect(codeOf(await ask(rig, { path: '/api/live', token: rig.token, body: '{}' }))).toBe('bodyNotAsked');
  });

  it('is let go when its person is logged out, or idle for too long', async () => {
    const page = await listening(await tokenOf('mia'));
    const idle = await listening(await tokenOf('ada'));
    const operator = await listening();
    rig.sessions.endOfUser(1);
    await clock.advance(liveLimits.beatMs);
    await page.ended;
    expect(idle.socket.destroyed).toBe(false);
    await clock.advance(sessionIdleMs);
    await idle.ended;
    expect([rig.feed.clients, operator.socket.destroyed]).toEqual([1, false]);
  });

  it('hears nothing that is told after its person was logged out', async () => {
    const page = await listening(await tokenOf('mia'));
    const operator = await listening();
    rig.sessions.endOfUser(1);
    rig.feed.tell({ kind: 'changed', what: 'users' });
    await page.ended;
    expect([rig.feed.clients, operator.socket.destroyed]).toEqual([1, false]);
  });

  it('that goes is forgotten, and no beat is kept for nobody', async () => {
    const page = await listening();
    page.socket.destroy();
    while (rig.feed.clients > 0) await clock.settle();
    await clock.advance(liveLimits.beatMs);
    expect(clock.nextDueMs).toBeUndefined();
    await listening();
    expect(clock.nextDueMs).toBeDefined();
  });
});

describe('twenty pages', () => {
  it('are sixteen, and the rest are told so; one that goes makes room', async () => {
    const tokens = [rig.token, await tokenOf('mia'), await tokenOf('ada')];
    const pages = await Promise.all(Array.from({ length: liveLimits.clients }, (_, at) => listening(tokens[at % tokens.length])));
    for (let count = 0; count < 4; count += 1) {
      const answer = await ask(rig, { path: '/api/live', token: rig.token });
      expect([answer.status, codeOf(answer)]).toEqual([503, 'tooManyPages']);
      expectSafe(answer);
    }
    rig.feed.tell(changed);
    await Promise.all(pages.map((page) => page.heard('"changed"')));
    pages[3]?.socket.destroy();
    while (rig.feed.clients === liveLimits.clients) await clock.settle();
    await listening();
    expect(rig.feed.clients).toBe(liveLimits.clients);
  });

  it('are six of one user, and others still find room', async () => {
    for (let count = 0; count < liveLimits.clientsOfUser; count += 1) await listening(await tokenOf('ada'));
    expect(codeOf(await ask(rig, { path: '/api/live', token: await tokenOf('ada') }))).toBe('tooManyPages');
    await listening();
    expect(rig.feed.clients).toBe(liveLimits.clientsOfUser + 1);
  });

  it('end with the server', async () => {
    const pages = await Promise.all(Array.from({ length: 5 }, () => listening()));
    await rig.server.close();
    await Promise.all(pages.map(({ ended }) => ended));
    expect(rig.feed.clients).toBe(0);
  });
});

describe('a page that reads nothing', () => {
  it('costs no more than its share of memory, misses what is new, and is told so once it reads', async () => {
    const slow = await listening();
    const quick = await listening();
    slow.socket.pause();
    const text = 'x'.repeat(1_000);
    const before = process.memoryUsage().rss;
    for (let round = 1; round <= 100; round += 1) {
      for (let at = 0; at < 40; at += 1) rig.feed.tell(eventOf(round * 40 + at, text));
      rig.feed.tell(changed);
      await quick.heard('"changed"', round);
    }
    expect(quick.kinds.filter((kind) => kind === 'missed')).toEqual([]);
    quick.socket.destroy();
    while (rig.feed.clients > 1) await clock.settle();
    // 200 MB, 3,000 times what may wait for it.
    for (let round = 0; round < 2_000; round += 1) {
      for (let at = 0; at < 100; at += 1) rig.feed.tell(eventOf(at + 1, text));
      await clock.settle();
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(120_000_000);
    slow.socket.resume();
    await slow.heard('"missed"');
    rig.feed.tell(eventOf(999_999));
    await slow.heard('999999');
    expect(slow.kinds.slice(-2)).toEqual(['missed', 'event']);
    expect(slow.messages.length).toBeLessThan(50_000);
  });

  it('for a minute after it missed something is let go', async () => {
    const slow = await listening();
    slow.socket.pause();
    const text = 'x'.repeat(10_000);
    // More than the system takes for a page that does not read.
    for (let at = 0; at < 4_000; at += 1) {
      rig.feed.tell(eventOf(at + 1, text));
      await clock.settle();
    }
    await clock.advance(2 * liveLimits.beatMs);
    expect(rig.feed.clients).toBe(1);
    await clock.advance(liveLimits.behindMs);
    while (rig.feed.clients > 0) await clock.settle();
    slow.socket.resume();
    await slow.ended;
  });
});
