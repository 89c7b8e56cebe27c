/** The pages around the views in Chromium: token, log-in, menu and the size of it all. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPages, type Pages } from '../../../sim/web/build.ts';
import { closePage, keepPicture, type Opened, openBrowser, openPage, violationsIn } from './browser.ts';
import { CannedServer, token } from './canned-server.ts';
import { benchAnswers } from './canned-world.ts';

const maxGzipBytes = 150_000;

let browser: Browser;
let pages: Pages;
let server: CannedServer;
let opened: Opened;

const open = async (fragment: string): Promise<Opened['page']> => {
  opened = await openPage(browser);
  await opened.page.goto(`${server.address}/${fragment}`);
  return opened.page;
};

beforeAll(async () => {
  [browser, pages] = await Promise.all([openBrowser(), buildPages()]);
});
afterAll(() => browser.close());

describe('the built pages', () => {
  it('are small enough', () => {
    process.stdout.write(`pages: ${pages.files.length} files, ${(pages.gzipBytes / 1_000).toFixed(1)} kB compressed\n`);
    expect(pages.gzipBytes).toBeLessThanOrEqual(maxGzipBytes);
  });

  it('are not built again while nothing they are made of has changed', async () => {
    expect(await buildPages()).toEqual(pages);
  });
});

describe('the house', () => {
  beforeEach(async () => {
    server = await CannedServer.start(pages, benchAnswers);
  });
  afterEach(async () => {
    await closePage(opened);
    await server.stop();
  });

  it('takes the token out of the address, keeps it over a reload, and forgets it at the log-out', async () => {
    const page = await open(`#token=${token}`);
    await page.getByRole('heading', { name: 'Bench' }).waitFor();
    expect(page.url()).toBe(`${server.address}/`);
    await page.reload();
    await page.getByRole('heading', { name: 'Bench' }).waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    expect(server.asked.at(-1)?.call).toBe('logOut');
  });

  it('takes the token of an address that is opened in a tab that has the page', async () => {
    const page = await open('');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await page.evaluate(`location.hash = '#token=${token}'`);
    await page.getByRole('heading', { name: 'Bench' }).waitFor();
    expect(page.url()).toBe(`${server.address}/`);
  });

  it('asks for name and password where there is no token, and says why they are refused', async () => {
    const page = await open('');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await keepPicture(page, 'log-in');
    const fill = async (): Promise<void> => {
      await page.getByLabel('Name').fill('ada');
      await page.getByLabel('Password').fill('correct horse');
      await page.getByRole('button', { name: 'Log in' }).click();
    };
    await fill();
    await page.getByText('There is no such thing here.').waitFor();
    expect(await page.getByLabel('Password').getAttribute('aria-invalid')).toBe('true');
    server.answer({ logIn: () => ({ token, user: { id: 2, name: 'ada', role: 'manager', person: null } }) });
    await fill();
    await page.getByRole('heading', { name: 'Bench' }).waitFor();
  });

  it('asks for the log-in again when a token is not known any more', async () => {
    const page = await open('#token=stale');
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  });

  it('tells when the controller does not answer, and asks again when it is asked to', async () => {
    opened = await openPage(browser);
    const { page } = opened;
    await page.route('**/api/session', (route) => route.abort(), { times: 1 });
    await page.goto(`${server.address}/#token=${token}`);
    await page.getByText('The controller does not answer.').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Bench' }).waitFor();
  });

  it('shows a manager the bench in the menu, and an auditor none of it', async () => {
    const page = await open(`#token=${token}`);
    await page.getByRole('heading', { name: 'Bench' }).waitFor();
    expect(await page.getByRole('navigation').getByRole('link', { name: 'Bench' }).getAttribute('aria-current')).toBe('page');
    expect(await page.title()).toBe('Bench · doorpad');
    server.answer({ whoAmI: () => ({ id: 3, name: 'Eve', role: 'auditor', person: null }) });
    await page.reload();
    await page.getByText('Eve', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Bench' }).count()).toBe(0);
  });

  it.each([1_024, 1_280, 1_360])('keeps the whole menu in sight, and as it was, when the controller goes away: %i px wide', async (width) => {
    opened = await openPage(browser);
    const { page } = opened;
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${server.address}/#token=${token}`);
    await page.getByText('Live', { exact: true }).waitFor();
    const places = (): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll('.menu a, .line-state')].map((one) => [one.getBoundingClientRect().x, one.getBoundingClientRect().y])`,
      );
    const before = await places();
    expect(await page.evaluate(`document.querySelector('.menu').scrollWidth - document.querySelector('.menu').clientWidth`)).toBe(0);
    await page.route('**/api/live', (route) => route.abort());
    server.cutLive();
    await page.getByText('Not connected').waitFor();
    expect(await places()).toEqual(before);
    expect(await violationsIn(page)).toEqual([]);
    await keepPicture(page, `house-down-${width}`);
  });

  it('says so when an address names a view that is not there', async () => {
    const page = await open(`#token=${token}`);
    await page.getByRole('heading', { name: 'Bench' }).waitFor();
    await page.evaluate("location.hash = '#/nowhere'");
    await page.getByRole('heading', { name: 'Bench' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('runs no script and shows no markup that stands in a name', async () => {
    const name = '<img src=x onerror="globalThis.ran = true">';
    server.answer({ whoAmI: () => ({ id: 1, name, role: 'manager', person: null }) });
    const page = await open(`#token=${token}`);
    await page.getByText(name).waitFor();
    expect(await page.evaluate('globalThis.ran')).toBeUndefined();
  });
});
