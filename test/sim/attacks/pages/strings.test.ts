/** Two hundred hostile names on every view of the running bench, in Chromium: each is shown as the text it is, and none does anything (SECURITY H5). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { present } from '../../../../src/shared/assert.ts';
import { openBrowser } from '../../web/browser.ts';
import { type BenchPlace, openBench } from '../bench-place.ts';
import { hostileStrings, packedStrings } from '../hostile-strings.ts';
import { addBookings, addHolidays, addNotices, addPeople, addSchedules, addUsers, answered, cut, inNotices, logIn, password } from './filled-site.ts';
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
    await page
      .getByRole('button', { name: /^Set: / })
      .first()
      .click();
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
    for (const name of packedStrings) {
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

describe('a name that turns the direction of writing', () => {
  it('turns nothing beside it', async () => {
    const name = 'Bob \u202Egnp.exe';
    answered(await bench.client.ask('addUser', { body: { name, password, role: 'auditor' } }));
    const watched = await openManager();
    await watched.shows('users', [name]);
    const user = watched.page.getByRole('list', { name: 'Users' }).getByRole('listitem').filter({ hasText: name });
    const [ofName, ofRole] = [await user.locator('strong').boundingBox(), await user.locator('.badge').boundingBox()];
    expect(present(ofRole, 'the role is shown').x).toBeGreaterThan(present(ofName, 'the name is shown').x);
    expect(await watched.close()).toEqual([]);
  });
});

describe('hostile names where there is room for one', () => {
  const half = Math.ceil(packedStrings.length / 2);
  it.each([
    ['the first half', packedStrings.slice(0, half)],
    ['the second half', packedStrings.slice(half)],
  ])('stand as texts at the door, in the log, on the card to print, at the person and in the portal: %s', async (which, names) => {
    const readers = answered(await bench.client.ask('listReaders')).readers.map(({ id }) => String(id));
    const manager = await openManager();
    const tenants = [await openTenant(which, 1, 'A'), await openTenant(which, 2, 'B')];
    for (let from = 0; from < names.length; from += 2) {
      const two = [names[from] ?? '', names[from + 1] ?? 'last'] as const;
      for (const [at, name] of two.entries()) await rename(at + 1, readers[at] ?? '', name);
      const lookAround = async (): Promise<void> => {
        await manager.shows('readers', two);
        await manager.shows('activity', two);
        for (const [at, name] of two.entries()) {
          await manager.shows(`door-card/${readers[at]}`, [name]);
          await manager.shows(`person/${at + 1}`, [name]);
        }
        // It stands in a field there, which is one line.
        await manager.shows('settings', [two[0].replaceAll(/[\r\n]/g, '')]);
      };
      const lookAtOnesOwn = async (tenant: WatchedPage): Promise<void> => {
        await tenant.shows('door-card', []);
        await tenant.shows('portal', two);
      };
      await Promise.all([lookAround(), ...tenants.map(lookAtOnesOwn)]);
    }
    expect(await Promise.all([manager, ...tenants].map((watched) => watched.close()))).toEqual([[], [], []]);
  });
});

/** The portal of a person who has come to the front door. */
const openTenant = async (which: string, person: number, card: string): Promise<WatchedPage> => {
  const { client, origin } = bench;
  const name = `${which} ${person}`;
  answered(await client.ask('addUser', { body: { name, password, role: 'tenant', person } }));
  answered(await client.ask('swipe', { params: { door: 'front' }, body: { card } }));
  await expect
    .poll(async () => answered(await client.ask('listEvents', { query: { person: String(person) } })).total, { timeout: 20_000 })
    .toBeGreaterThan(0);
  const { token } = await logIn(bench, name);
  return WatchedPage.open(browser, origin, `/#token=${token}`);
};

/** A person, a reader and the site. */
const rename = async (person: number, reader: string, name: string): Promise<void> => {
  const { client } = bench;
  const params = { id: String(person) };
  const { revision } = answered(await client.ask('getPerson', { params }));
  answered(await client.ask('changePerson', { params, body: { revision, change: { name } } }));
  answered(await client.ask('changeReader', { params: { id: reader }, body: { name } }));
  if (person === 1) answered(await client.ask('putSettings', { body: { siteName: name } }));
};
