/** Where the server listens, by which names, and with which files: what the operator may ask for, and what is refused with a sentence (SECURITY H1, H7). */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import * as v from 'valibot';
import { afterAll, describe, expect, it } from 'vitest';
import { siteOf } from '../../../../sim/controller/api/guards.ts';
import { type ListenAsked, type Listening, settleListening } from '../../../../sim/controller/api/listening.ts';
import { liveHearers } from '../../../../sim/controller/api/live.ts';
import { LiveFeed } from '../../../../sim/controller/api/live-feed.ts';
import { readPages } from '../../../../sim/controller/api/page-files.ts';
import { openServer } from '../../../../sim/controller/api/server.ts';
import { Sessions } from '../../../../sim/controller/api/sessions.ts';
import { NodeClock } from '../../../../src/drivers/node-clock.ts';
import { NodeCrypto } from '../../../../src/drivers/node-crypto.ts';
import { ok } from '../../../../src/shared/result.ts';
import { pages, sendRaw, usersNamed } from './rig.ts';

const scratch = mkdtempSync(join(tmpdir(), 'doorpad-listen-'));
const healthRow = {
  health: { method: 'GET', path: '/api/health', may: 'anyone', answer: v.object({ isWell: v.boolean() }), says: 'Whether it runs.' },
} as const;

/** A certificate of this test, good for a day. */
const tls = (() => {
  const [key, certificate] = [join(scratch, 'key.pem'), join(scratch, 'certificate.pem')];
  const subject = ['-subj', '/CN=door.example', '-addext', 'subjectAltName=DNS:door.example,DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-days', '1', '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'ignore',
  });
  return { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
})();

const settle = (asked: Partial<ListenAsked>) => settleListening({ port: 0, hasToken: true, ...asked });
const remote = { address: '192.0.2.1', isRemoteMeant: true, tls } as const;

const open = async (listening: Listening) => {
  const [clock, crypto] = [new NodeClock(), new NodeCrypto()];
  const sessions = new Sessions({ crypto, clock, users: usersNamed({}) });
  const feed = new LiveFeed({ clock, hearers: liveHearers, holds: () => true });
  const handlers = { health: async () => ok({ isWell: true }) };
  return openServer({ listening, routes: healthRow, handlers, sessions, feed, pages, clock, checksAnswers: true, report: () => undefined });
};
const opened = async (listening: Listening) => {
  const server = await open(listening);
  if (!server.ok) throw new Error(server.failure);
  closers.push(() => server.value.close());
  return server.value;
};
const closers: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

describe('an address', () => {
  it.each([[{}], [{ address: 'localhost' }]])('is this machine’s two own ones, if nothing else is asked: %j', (asked) => {
    expect(settle(asked)).toEqual({ ok: true, value: { addresses: ['127.0.0.1', '::1'], port: 0, names: ['127.0.0.1', '[::1]', 'localhost'] } });
  });

  it.each(['127.0.0.1', '::1'])('may be one of them, with TLS where it is wanted: %s', (address) => {
    expect(settle({ address, tls })).toMatchObject({ ok: true, value: { addresses: [address], tls } });
  });

  it.each([
    [{ ...remote, isRemoteMeant: false }, 'can be reached from other machines. If that is meant, say so'],
    [{ ...remote, hasToken: false }, 'not without a token'],
    [{ ...remote, tls: undefined }, 'not without a certificate'],
    [{ ...remote, address: '0.0.0.0' }, 'say by which name'],
    [{ ...remote, address: '::' }, 'say by which name'],
    [{ ...remote, address: '0.0.0.0', isRemoteMeant: false }, 'say so with the flag'],
    [{ ...remote, address: '127.0.0.2', isRemoteMeant: false }, 'say so with the flag'],
    [{ ...remote, address: '::ffff:127.0.0.1', isRemoteMeant: false }, 'say so with the flag'],
    [{ ...remote, address: 'door.example' }, 'is an IP address'],
    [{ ...remote, address: '' }, 'is an IP address'],
    [{ ...remote, names: ['Door.example'] }, 'small letters'],
    [{ ...remote, names: ['door.example:443'] }, 'small letters'],
    [{ ...remote, names: ['*'] }, 'small letters'],
    [{ port: 65_536 }, 'a number from 0 to 65535'],
    [{ port: -1 }, 'a number from 0 to 65535'],
    [{ port: 1.5 }, 'a number from 0 to 65535'],
    [{ port: Number.NaN }, 'a number from 0 to 65535'],
  ])('that others could reach by mistake is refused: %#', (asked, sentence) => {
    const { tls: files, ...others } = { tls: undefined, ...asked };
    const settled = settle({ ...others, ...(files === undefined ? {} : { tls: files }) });
    expect(settled).toEqual({ ok: false, failure: expect.stringContaining(sentence) as string });
  });

  it('that is meant is listened on by its names', () => {
    expect(settle({ ...remote, names: ['door.example'] })).toMatchObject({
      value: { addresses: ['192.0.2.1'], names: ['192.0.2.1', 'door.example'] },
    });
    expect(settle({ ...remote, address: '2001:DB8::1' })).toMatchObject({ value: { names: ['[2001:db8::1]'] } });
    expect(settle({ ...remote, address: '0.0.0.0', names: ['door.example'] })).toMatchObject({ value: { names: ['door.example'] } });
  });

  it('is written without the scheme’s own port, or with it', () => {
    expect([...siteOf('http', ['a'], 80).hosts, ...siteOf('https', ['a'], 443).hosts, ...siteOf('https', ['a'], 80).hosts]).toEqual([
      'a',
      'a:80',
      'a',
      'a:443',
      'a:80',
    ]);
  });
});

describe('a server', () => {
  const own = settle({});
  const local = own.ok ? own.value : undefined;

  it('listens on this machine’s own addresses and on no other', async () => {
    const server = await opened(local as Listening);
    expect(server.origins).toEqual(['127.0.0.1', '[::1]', 'localhost'].map((name) => `http://${name}:${server.port}`));
    const listeners = execFileSync('ss', ['-Hltn', `sport = :${server.port}`], { encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(listeners.map((line) => line.split(/\s+/)[3] ?? '').sort()).toEqual([`127.0.0.1:${server.port}`, `[::1]:${server.port}`]);
    const others = Object.values(networkInterfaces()).flatMap((list = []) => list.filter(({ internal, family }) => !internal && family === 'IPv4'));
    for (const { address } of others) expect((await sendRaw(server.port, 'GET / HTTP/1.1\r\n\r\n', address)).text, address).toBe('');
  });

  it('says so where the port is taken, and keeps none of the addresses', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '::1', resolve));
    closers.push(() => new Promise((resolve) => taken.close(() => resolve())));
    const { port } = taken.address() as { port: number };
    expect(await open({ ...(local as Listening), port })).toEqual({ ok: false, failure: `Port ${port} of ::1 is taken, or not ours to take.` });
    expect((await sendRaw(port, 'GET / HTTP/1.1\r\n\r\n')).text).toBe('');
  });

  it('says so where the machine has no such address', async () => {
    expect(await open({ addresses: ['192.0.2.1'], port: 0, names: [] })).toEqual({ ok: false, failure: 'This machine has no address 192.0.2.1.' });
    const server = await opened({ addresses: ['127.0.0.1', '2001:db8::1'], port: 0, names: ['localhost'] });
    expect(server.origins).toEqual([`http://localhost:${server.port}`]);
  });

  it('speaks TLS 1.2 and later with the files it was given', async () => {
    const settled = settle({ tls });
    const server = await opened({ ...(settled.ok ? settled.value : (local as Listening)), names: ['door.example'] });
    expect(server.origins).toEqual([`https://door.example:${server.port}`]);
    const asked = { host: '127.0.0.1', port: server.port, path: '/api/health', ca: tls.certificate, servername: 'door.example' };
    const status = await new Promise((resolve, reject) => {
      request({ ...asked, headers: { host: `door.example:${server.port}`, origin: `https://door.example:${server.port}` } }, (response) =>
        resolve(response.statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
    const old = await new Promise((resolve) => {
      connectSecurely({ ...asked, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }, () => resolve('connected')).on('error', () => resolve('refused'));
    });
    expect(old).toBe('refused');
    expect((await sendRaw(server.port, `GET /api/health HTTP/1.1\r\nhost: door.example:${server.port}\r\n\r\n`)).text).not.toContain('isWell');
  });

  it('says so where those are no files of TLS', async () => {
    const wrong = [
      { certificate: 'a', key: 'b' },
      { certificate: tls.key, key: tls.certificate },
      { certificate: tls.certificate, key: '' },
    ];
    for (const files of wrong)
      expect(await open({ ...(local as Listening), tls: files })).toMatchObject({
        ok: false,
        failure: expect.stringContaining('certificate') as string,
      });
  });
});

describe('the files of the pages', () => {
  it('are those of a directory that are of a known kind, by their names from its root', async () => {
    const directory = join(scratch, 'web');
    mkdirSync(join(directory, 'assets'), { recursive: true });
    for (const name of ['index.html', 'assets/page.js', 'assets/page.css', 'notes.txt', '.env', 'page.js.map'])
      writeFileSync(join(directory, name), name);
    const files = await readPages(directory);
    expect([...files].map(([path, { type, bytes }]) => `${path} ${type.split(';')[0]} ${Buffer.from(bytes).toString()}`).sort()).toEqual([
      '/ text/html index.html',
      '/assets/page.css text/css assets/page.css',
      '/assets/page.js text/javascript assets/page.js',
    ]);
  });

  it('that are not there are a fault', async () => {
    await expect(readPages(join(scratch, 'none'))).rejects.toMatchObject({ code: 'disk.failed' });
  });
});
