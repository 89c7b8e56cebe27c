/** Two hundred hostile names on every view of the running bench, in Chromium: each is shown as the text it is, and none does anything (SECURITY H5). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../../../src/shared/assert.ts';
import { openBrowser } from '../../web/browser.ts';
import { type BenchPlace, openBench } from '../bench-place.ts';
import { hostileStrings } from '../hostile-strings.ts';
import {
  addBookings,
  addHolidays,
  addNotices,
  addPeople,
  addSchedules,
  addUsers,
  answered,
  cut,
  inNotices,
  logIn,
  password,
} from './filled-site.ts';
import { WatchedPage } from './watched-page.ts';

let browser: Browser;
let bench: BenchPlace;
let people: readonly number[];

beforeAll(async () => {
  [browser, bench] = await Promise.all([openBrowser(), openBench()]);
  const { client } = bench;
  people = await addPeople(client);
  await addBookings(client);
  await addSchedules(client);
  await addHolidays(client);
  await addNotices(client);
  await addUsers(client);
});
afterAll(async () => {
  await browser.close();
  await bench.close();
});

const openManager = (isPhone = false): Promise<WatchedPage> => WatchedPage.open(browser, bench.origin, `/#token=${bench.token}`, isPhone);
const units = hostileStrings.map((text) => cut(text, 40));

describe('the judge of a page', () => {
  it('finds scripts, requests and markup where names are put into a page as markup and no policy holds', async () => {
    const server = createServer((_, response) => response.end(`<!doctype html>${hostileStrings.join('\n')}`));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const watched = await WatchedPage.open(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '/');
    await watched.judge('a careless page');
    const problems = (await watched.close()).join('\n');
    server.close();
    for (const kind of [/a script ran/, /markup of a name/, /elsewhere: /]) expect(problems).toMatch(kind);
  });
});

describe('two hundred hostile names', () => {
  it.each([
    ['a screen', false],
    ['a phone', true],
  ])('stand as texts in every list, on %s', async (_, isPhone) => {
    const watched = await openManager(isPhone);
    await watched.shows('people', hostileStrings);
    await watched.shows('schedules', hostileStrings);
    await watched.shows('settings', hostileStrings);
    await watched.shows('users', hostileStrings);
    await watched.shows('bookings', []);
    await watched.page.getByRole('button', { name: 'Show more' }).click();
    await watched.reads('bookings', [...hostileStrings, ...units]);
    await watched.judge('bookings');
    await watched.shows('audit', isPhone ? [] : hostileStrings.slice(0, 1));
    expect(await watched.close()).toEqual([]);
  });

  it('stand as texts in dialogs and fields', async () => {
    const watched = await openManager();
    const { page } = watched;
    await watched.shows('notices', []);
    await page.getByRole('button', { name: /^Set: / }).first().click();
    await watched.reads(
      'a notice',
      inNotices.map((text) => text.replaceAll('\r\n', '\n')),
    );
    await watched.judge('a notice');
    await watched.shows('bookings', []);
    for (const at of [0, 10, 20, 30, 40]) {
      await page.getByRole('button', { name: 'Edit', exact: true }).nth(at).click();
      await page.getByRole('dialog').waitFor();
      await watched.judge(`booking ${at}`);
      await page.keyboard.press('Escape');
    }
    expect(await watched.close()).toEqual([]);
  });

  it('stand as texts in the audit and at the head of the page, of whoever did something', async () => {
    const newest = present(people.at(-1), 'people were added');
    answered(await bench.client.ask('newPin', { params: { id: String(newest) }, body: { length: 8 } }));
    const logIns = [];
    for (const name of hostileStrings) {
      const one = await logIn(bench, name);
      answered(await one.client.ask('showPin', { params: { id: String(newest) } }));
      logIns.push({ ...one, name });
    }
    const watched = await openManager();
    await watched.shows('audit', hostileStrings);
    for (const { token, name } of logIns.filter((_, at) => at % 4 === 0)) {
      await watched.page.goto('about:blank');
      await watched.page.goto(`${bench.origin}/#token=${token}`);
      await watched.shows('settings', [name]);
    }
    expect(await watched.close()).toEqual([]);
  });
});

describe('a hostile name of which there is one', () => {
  it('stands as text at its door, in the log, on the card to print, at its person, on the bench and in the portal', async () => {
    const { client } = bench;
    const readers = answered(await client.ask('listReaders')).readers.map(({ id }) => String(id));
    const persons = ['1', '2'];
    for (const [at, card] of ['A', 'B'].entries()) {
      answered(await client.ask('addUser', { body: { name: `tenant ${at}`, password, role: 'tenant', person: at + 1 } }));
      answered(await client.ask('swipe', { params: { door: 'front' }, body: { card } }));
      const seen = { query: { person: String(at + 1) } };
      await expect.poll(async () => answered(await client.ask('listEvents', seen)).total, { timeout: 20_000 }).toBeGreaterThan(0);
    }
    const manager = await openManager();
    const tenants = [];
    for (const at of persons.keys()) {
      const { token } = await logIn(bench, `tenant ${at}`);
      tenants.push(await WatchedPage.open(browser, bench.origin, `/#token=${token}`));
    }
    for (let from = 0; from < hostileStrings.length; from += 2) {
      const names = [hostileStrings[from] ?? '', hostileStrings[from + 1] ?? 'last'];
      for (const [at, name] of names.entries()) {
        const params = { id: persons[at] ?? '' };
        const { revision } = answered(await client.ask('getPerson', { params }));
        answered(await client.ask('changePerson', { params, body: { revision, change: { name } } }));
        answered(await client.ask('changeReader', { params: { id: readers[at] ?? '' }, body: { name } }));
      }
      answered(await client.ask('putSettings', { body: { siteName: names[0] ?? '' } }));
      await manager.shows('readers', names);
      await manager.shows('activity', names);
      for (const at of persons.keys()) {
        await manager.shows(`door-card/${readers[at]}`, names.slice(at, at + 1));
        await manager.shows(`person/${persons[at]}`, names.slice(at, at + 1));
        await tenants[at]?.shows('door-card', []);
        await tenants[at]?.shows('portal', names);
      }
      await manager.shows('settings', names.slice(0, 1));
    }
    expect(await Promise.all([manager, ...tenants].map((watched) => watched.close()))).toEqual([[], [], []]);
  });
});
