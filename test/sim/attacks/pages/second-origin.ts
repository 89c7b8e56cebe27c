/**
 * A page of somebody else, on another port and under other names of this machine, that tries all that a page can do to a server it may not speak to
 * (SECURITY H3). Says how many ways it tried, which of them were let through, and every byte that it could read. What must not have happened at the
 * server is the test's.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Tried {
  readonly ways: number;
  /** Loaded, opened or sent, as far as a page can tell. */
  readonly letThrough: readonly string[];
  /** Texts of answers. */
  readonly read: readonly string[];
}

export interface Target {
  readonly origin: string;
  /** An attacker who has it all the same gets no further. */
  readonly token: string;
  /** Of calls: method, path and a body that would be taken. */
  readonly calls: readonly (readonly [method: string, path: string, body: string])[];
  /** Of everything that answers GET. */
  readonly gets: readonly string[];
}

/** In the page. `fetch` in each mode, with and without the token, and all kinds of bodies. */
const fetches = `
  const attempts = [];
  for (const [method, path, body] of target.calls) {
    for (const mode of ['cors', 'no-cors', 'same-origin']) {
      for (const credentials of ['include', 'omit']) attempts.push([path, { method, mode, credentials, body: method === 'GET' ? undefined : body }]);
      const plain = { 'content-type': 'text/plain' };
      const json = { 'content-type': 'application/json', authorization: 'Bearer ' + target.token };
      for (const headers of [plain, json]) attempts.push([path, { method, mode, headers, body: method === 'GET' ? undefined : body }]);
    }
  }
  await Promise.all(attempts.map(([path, options]) => tried('fetch', async () => {
    const response = await fetch(target.origin + path, { ...options, signal: AbortSignal.timeout(5000) });
    const text = await response.text();
    if (text !== '') read.push(text);
    if (response.type !== 'opaque') letThrough.push('fetch ' + options.mode + ' ' + path);
  })));
`;

/** What loads something: the browser says whether it did. */
const elements = `
  const loads = (path, tag, put) => tried(tag, () => new Promise((resolve) => {
    const one = document.createElement(tag);
    one.onload = () => { letThrough.push(tag + ' ' + path); resolve(); };
    one.onerror = resolve;
    put(one, target.origin + path);
    document.body.append(one);
    AbortSignal.timeout(2000).onabort = resolve;
  }));
  await Promise.all(target.gets.flatMap((path) => [
    loads(path, 'script', (one, url) => { one.src = url; }),
    loads(path, 'img', (one, url) => { one.src = url; }),
    loads(path, 'video', (one, url) => { one.src = url; }),
    loads(path, 'object', (one, url) => { one.data = url; }),
    loads(path, 'link', (one, url) => { one.rel = 'stylesheet'; one.href = url; }),
    loads(path, 'link', (one, url) => { one.rel = 'prefetch'; one.href = url; }),
    loads(path, 'link', (one, url) => { one.rel = 'modulepreload'; one.href = url; }),
    tried('import', async () => { await import(target.origin + path); letThrough.push('import ' + path); }),
    tried('worker', () => { new Worker(target.origin + path); letThrough.push('worker ' + path); }),
    tried('beacon', () => { navigator.sendBeacon(target.origin + path, '{}'); }),
  ]));
`;

/** Frames and windows load something whatever it is: what counts is whether one can look into them. */
const windows = `
  for (const path of target.gets) await tried('iframe', () => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.onload = () => {
      try { if (frame.contentDocument !== null) read.push(frame.contentDocument.body.textContent); } catch {}
      try { read.push(String(frame.contentWindow.location.hash)); } catch {}
      frame.contentWindow.postMessage({ kind: 'token?' }, '*');
      frame.remove();
      resolve();
    };
    frame.src = target.origin + path;
    document.body.append(frame);
    AbortSignal.timeout(2000).onabort = resolve;
  }));
  addEventListener('message', (event) => { if (event.origin === target.origin) read.push(JSON.stringify(event.data)); });
  for (const path of ['/', '/#/people', '/#token=' + target.token]) await tried('window', async () => {
    const opened = window.open(target.origin + path);
    for (let time = 0; time < 10; time += 1) {
      await new Promise((resolve) => { AbortSignal.timeout(50).onabort = resolve; });
      try { read.push(opened.document.body.textContent); } catch {}
      try { opened.postMessage({ kind: 'token?' }, '*'); } catch {}
    }
    if (!opened.closed) letThrough.push('window ' + path);
  });
`;

const forms = `
  for (const [method, path, body] of target.calls) for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    await tried('form', () => new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.name = 'into' + ways;
      const form = document.createElement('form');
      Object.assign(form, { method: method === 'GET' ? 'get' : 'post', action: target.origin + path, target: frame.name, enctype });
      const field = document.createElement('input');
      field.name = body.slice(0, -1) + ',"x":"';
      field.value = '"}';
      form.append(field);
      document.body.append(frame, form);
      form.submit();
      frame.onload = resolve;
      AbortSignal.timeout(1000).onabort = resolve;
    }));
  }
`;

const streams = `
  for (const path of target.gets) await Promise.all([
    tried('stream', () => new Promise((resolve) => {
      const source = new EventSource(target.origin + path, { withCredentials: true });
      source.onmessage = ({ data }) => read.push(data);
      source.onopen = () => letThrough.push('EventSource ' + path);
      source.onerror = () => { source.close(); resolve(); };
      AbortSignal.timeout(2000).onabort = () => { source.close(); resolve(); };
    })),
    tried('socket', () => new Promise((resolve) => {
      const socket = new WebSocket(target.origin.replace('http', 'ws') + path, [target.token]);
      socket.onmessage = ({ data }) => read.push(String(data));
      socket.onopen = () => letThrough.push('WebSocket ' + path);
      socket.onclose = resolve;
      AbortSignal.timeout(2000).onabort = resolve;
    })),
  ]);
`;

/** Runs in the page as the body of an asynchronous function; gives what was tried. */
export const attackOn = (target: Target): string => `(async () => {
  const target = ${JSON.stringify(target)};
  const letThrough = [];
  const read = [];
  let ways = 0;
  const tried = async (what, way) => { ways += 1; try { await way(); } catch {} };
  ${[fetches, elements, windows, forms, streams].map((part) => `await (async () => { ${part} })();`).join('\n')}
  return { ways, letThrough, read: read.filter((text) => text !== '') };
})()`;

/** Serves an empty page, without any policy, on every name of this machine. */
export const openSecondOrigin = async (): Promise<{ readonly port: number; close(): void }> => {
  const server: Server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>x</title><body>'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
};
