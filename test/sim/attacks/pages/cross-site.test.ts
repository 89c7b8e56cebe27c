/** Pages of other origins in Chromium against the running bench, with its token in their hands: nothing is done, and nothing is read (SECURITY H2, H3). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { benchRoutes } from '../../../../sim/bench/bench-routes.ts';
import { livePath } from '../../../../sim/controller/api/live.ts';
import { managerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import { openBrowser } from '../../web/browser.ts';
import { type BenchPlace, openBench } from '../bench-place.ts';
import { answered } from './filled-site.ts';
import { attackOn, openSecondOrigin, type Target, type Tried } from './second-origin.ts';

let browser: Browser;
let bench: BenchPlace;
let other: Awaited<ReturnType<typeof openSecondOrigin>>;

beforeAll(async () => {
  [browser, bench, other] = await Promise.all([openBrowser(), openBench(), openSecondOrigin()]);
});
afterAll(async () => {
  other.close();
  await browser.close();
  await bench.close();
});

/** Each would change something if it came through. */
const calls: Target['calls'] = [
  ['POST', '/api/people', '{"name":"Mallory"}'],
  ['DELETE', '/api/people/1', ''],
  ['POST', '/api/people/1/pin/show', '{}'],
  ['POST', '/api/people/1/pin/roll', '{}'],
  ['PUT', '/api/settings', '{"siteName":"Mallory’s"}'],
  ['POST', '/api/readers/1/release', '{}'],
  ['POST', '/api/users', '{"name":"mallory","password":"ten letters at least","role":"manager"}'],
  ['POST', '/api/bench/front/keys', '{"keys":"0417#"}'],
  ['POST', '/api/bench/line', '{"isCut":true}'],
  ['POST', '/api/people/export', '{"withPins":true}'],
  ['GET', '/api/people', ''],
];

/** Rows with a part to fill in are asked of the first. */
const gets = [
  '/',
  livePath,
  ...Object.values({ ...managerRoutes, ...benchRoutes })
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => path.replaceAll(/\{\w+\}/g, '1')),
];

const attack = async (from: string, target: Target): Promise<Tried> => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(from);
  const tried = await page.evaluate<Tried>(attackOn(target));
  await context.close();
  return tried;
};

/** All that somebody could have changed or looked at. */
const stateOf = async ({ client }: BenchPlace): Promise<unknown> => {
  const asked = ['listPeople', 'listBookings', 'listSchedules', 'getSettings', 'listUsers', 'listNotices', 'listAudit', 'listEvents'] as const;
  const { faults, doors } = answered(await client.ask('world'));
  const doorFacts = doors.map(({ isPowered, mode, isOpen, isTampered }) => ({ isPowered, mode, isOpen, isTampered }));
  return [faults, doorFacts, ...(await Promise.all(asked.map(async (name) => answered(await client.ask(name)))))];
};

/** Until no event is on its way any more. */
const stillStateOf = async (place: BenchPlace): Promise<unknown> => {
  await expect
    .poll(async () => answered(await place.client.ask('listReaders')).readers.every(({ table }) => table.state === 'inStep'), { timeout: 60_000 })
    .toBe(true);
  // A reader is in step before it has told of it.
  const applied = async (): Promise<number> => {
    const { events } = answered(await place.client.ask('listEvents', { query: { what: 'table.applied' } }));
    return new Set(events.map(({ reader }) => reader)).size;
  };
  await expect.poll(applied, { timeout: 60_000 }).toBe(2);
  let before = await stateOf(place);
  await expect
    .poll(
      async () => {
        const [last, state] = [before, await stateOf(place)];
        before = state;
        return JSON.stringify(last) === JSON.stringify(state);
      },
      { interval: 1_500, timeout: 60_000 },
    )
    .toBe(true);
  return before;
};

describe('a page of another origin', () => {
  it.each([
    ['another port', 'http://127.0.0.1:'],
    ['another name of this machine', 'http://localhost:'],
    ['a name of its own', 'http://evil.localhost:'],
  ])('does nothing and reads nothing, from %s', async (_, start) => {
    const before = await stillStateOf(bench);
    const { ways, letThrough, read } = await attack(`${start}${other.port}/`, { origin: bench.origin, token: bench.token, calls, gets });
    process.stdout.write(`second origin ${start}…: ${ways} ways tried, ${letThrough.length} let through, ${read.join('').length} characters read\n`);
    expect(ways).toBeGreaterThan(300);
    expect([letThrough, read]).toEqual([[], []]);
    expect(await stateOf(bench)).toEqual(before);
  });

  it('gets no page of ours under a name of its own', async () => {
    const page = await browser.newPage();
    const port = new URL(bench.origin).port;
    const answer = await page.goto(`http://evil.localhost:${port}/#token=${bench.token}`);
    expect([answer?.status(), await page.evaluate('document.body.textContent.includes("wrongHost")')]).toEqual([421, true]);
    const asked = await page.evaluate(`fetch('/api/people', { headers: { authorization: 'Bearer ${bench.token}' } }).then(({ status }) => status)`);
    expect(asked).toBe(421);
    await page.close();
  });

  it('is found out where a server lets it', async () => {
    const careless = createServer((_, response) =>
      response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/javascript' }).end('1'),
    );
    await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(careless.address() as AddressInfo).port}`;
    const { letThrough, read } = await attack(`http://localhost:${other.port}/`, { origin, token: '', calls: calls.slice(0, 1), gets: ['/'] });
    careless.close();
    careless.closeAllConnections();
    expect(read).toContain('1');
    for (const way of ['fetch cors', 'script', 'link', 'import', 'window']) expect(letThrough.join('\n')).toContain(way);
  });
});
