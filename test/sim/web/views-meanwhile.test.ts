/** The manager's pages in Chromium while the site behind them changes, is slow, or goes away: nothing typed is lost, and what happened is said. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPages, type Pages } from '../../../sim/web/build.ts';
import { closePage, type Opened, openBrowser, openPage, violationsIn } from './browser.ts';
import { CannedServer, token } from './canned-server.ts';
import { ada, siteAnswers, tenant } from './canned-site.ts';

let browser: Browser;
let pages: Pages;
let server: CannedServer;
let opened: Opened;

const openView = async (address: string, heading: string): Promise<Opened['page']> => {
  opened = await openPage(browser);
  const { page } = opened;
  await page.clock.install();
  await page.goto(`${server.address}/#token=${token}`);
  await page.getByRole('button', { name: 'Log out' }).waitFor();
  await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  return page;
};

beforeAll(async () => {
  [browser, pages] = await Promise.all([openBrowser(), buildPages()]);
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await CannedServer.start(pages, siteAnswers);
});
afterEach(async () => {
  await closePage(opened);
  await server.stop();
});

describe('what was typed', () => {
  const changed = { ...ada, revision: 5, validUntil: '2027-01-31T22:30:00.000Z' };
  const opens = async () => {
    const page = await openView('#/person/1', 'Ada Byron');
    const access = page.getByRole('region', { name: 'Access' });
    await expect.poll(() => access.getByLabel('Valid until').inputValue()).toBe('2026-12-31T23:30');
    return { page, access, save: access.getByRole('button', { name: 'Save' }) };
  };
  const bodies = () => server.asked.filter(({ call }) => call === 'changePerson').map(({ body }) => body);

  it('stays while the person changes behind it, and the rest follows', async () => {
    const { page, access, save } = await opens();
    await access.getByLabel('Most uses').fill('25');
    server.answer({ getPerson: () => changed });
    await page.getByText('Live', { exact: true }).waitFor();
    server.tell({ kind: 'changed', what: 'people' });
    await expect.poll(() => access.getByLabel('Valid until').inputValue()).toBe('2027-01-31T23:30');
    expect(await access.getByLabel('Most uses').inputValue()).toBe('25');
    expect(await access.getByText('Somebody else has changed this').count()).toBe(0);
    await save.click();
    await page.getByText('Saved.').waitFor();
    expect(bodies()).toEqual([{ revision: 5, change: { uses: { limit: 25 } } }]);
  });

  it('is not written over what somebody else put there before that was shown, and can be let go', async () => {
    const { access, save } = await opens();
    await access.getByLabel('Valid until').fill('2028-06-01T12:00');
    server.answer({ getPerson: () => changed });
    server.refuseOnce('changePerson', { code: 'changedMeanwhile' });
    await save.click();
    await access.getByText('Somebody else changed this meanwhile. Look again.').waitFor();
    await access.getByText('Valid until is 2027-01-31T23:30').waitFor();
    expect(await access.getByLabel('Valid until').inputValue()).toBe('2028-06-01T12:00');
    await access.getByRole('button', { name: 'Take what is there now' }).click();
    await expect.poll(() => access.getByLabel('Valid until').inputValue()).toBe('2027-01-31T23:30');
    expect(await access.getByText('Somebody else has changed this').count()).toBe(0);
  });
});

describe('a call that takes long', () => {
  it('says after a second that it goes on', async () => {
    const page = await openView('#/settings', 'Settings');
    const site = page.getByRole('region', { name: 'Site' });
    await site.getByLabel('Name of the site').waitFor();
    const held = Promise.withResolvers<void>();
    await page.route('**/api/settings', async (route) => {
      if (route.request().method() === 'PUT') await held.promise;
      await route.continue();
    });
    await site.getByRole('button', { name: 'Save' }).click();
    await page.clock.runFor(900);
    expect(await site.getByText('Working …').count()).toBe(0);
    await page.clock.runFor(200);
    await site.getByText('Working …').waitFor();
    held.resolve();
    await page.getByText('Saved.').waitFor();
    expect(await site.getByText('Working …').count()).toBe(0);
  });
});

describe('a session', () => {
  it('that the server has ended is told so at the log-in, and one that somebody ended is not', async () => {
    const page = await openView('#/people', 'People');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await page.getByText('Your session has ended.').count()).toBe(0);
    await page.goto(`${server.address}/?again#token=stale`);
    await page.getByText('Your session has ended. Log in again.').waitFor();
    expect(await violationsIn(page)).toEqual([]);
  });

  it('of a tenant shows what it knew while the controller does not answer, and says so', async () => {
    server.answer(tenant);
    const page = await openView('#/portal', 'Hello, Ada');
    await page.route('**/api/portal', (route) => route.abort());
    await page.clock.runFor(11_000);
    await page.getByText('The controller does not answer. Below is how it was before.').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.unroute('**/api/portal');
    await page.clock.runFor(11_000);
    await expect.poll(() => page.getByText('The controller does not answer.').count()).toBe(0);
  });
});
