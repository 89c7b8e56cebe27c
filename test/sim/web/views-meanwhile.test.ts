/** The manager's pages in Chromium while the site behind them changes, is slow, or goes away: nothing typed is lost, and what happened is said. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPages, type Pages } from '../../../sim/web/build.ts';
import { closePage, type Opened, openBrowser, openPage, showView, violationsIn } from './browser.ts';
import { CannedServer } from './canned-server.ts';
import { ada, front, oldDigits, siteAnswers, tenant } from './canned-site.ts';
import { cannedWorld } from './canned-world.ts';

let browser: Browser;
let pages: Pages;
let server: CannedServer;
let opened: Opened;

const openView = async (address: string, heading: string): Promise<Opened['page']> => {
  opened = await openPage(browser);
  const { page } = opened;
  await page.clock.install();
  await showView(page, server.address, address, heading);
  return page;
};

/** From then on only the test moves the page's time: a busy machine adds nothing to it. */
const stopClock = async (page: Opened['page']): Promise<void> => page.clock.pauseAt((await page.evaluate<number>('Date.now()')) + 5_000);

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

describe('a code that is shown', () => {
  const shows = async (): Promise<Opened['page']> => {
    const page = await openView('#/person/1', 'Ada Byron');
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText(oldDigits).waitFor();
    return page;
  };
  const becomes = (pin: typeof ada.pin): void => {
    server.answer({ getPerson: () => ({ ...ada, revision: 5, pin }) });
    server.tell({ kind: 'changed', what: 'people' });
  };

  it('is shown no longer once somebody rolls it elsewhere, and the new one can be', async () => {
    const page = await shows();
    becomes(ada.pin && { ...ada.pin, issued: '2026-11-02T08:00:00.000Z' });
    await page.getByText(oldDigits).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Show', exact: true }).isEnabled()).toBe(true);
  });

  it('is shown no longer once it is withdrawn elsewhere', async () => {
    const page = await shows();
    becomes(null);
    await page.getByText('No code yet.').waitFor();
    expect(await page.getByText(oldDigits).count()).toBe(0);
  });
});

describe('the list of people', () => {
  it('follows the readers as codes come into force, also where somebody has scrolled', async () => {
    const many = Array.from({ length: 450 }, (_, at) => ({ ...ada, id: at + 1, name: `P${at + 1}` }));
    let inForceAt = 0;
    server.answer({
      listPeople: (_, { query }) => {
        const from = Number(query.after ?? 0);
        const pin = ada.pin && { ...ada.pin, spread: { inForceAt, of: 3 } };
        const people = many.slice(from, from + Number(query.limit)).map((one) => ({ ...one, pin }));
        return { people, total: many.length, next: from + people.length < many.length ? from + people.length : null };
      },
    });
    const page = await openView('#/people', 'People');
    await page.getByText('Live', { exact: true }).waitFor();
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    await row('P1').getByText('6 digits, at 0 of 3').waitFor();
    inForceAt = 1;
    server.tell({ kind: 'reader', reader: front });
    await row('P1').getByText('6 digits, at 1 of 3').waitFor();
    await page.evaluate(`document.querySelector('.rows').scrollTop = 1e6`);
    await row('P450').waitFor();
    inForceAt = 3;
    server.tell({ kind: 'reader', reader: front }, { kind: 'reader', reader: front });
    await row('P450').getByText('6 digits, at 3 of 3').waitFor();
    inForceAt = 2;
    server.tell({ kind: 'changed', what: 'people' });
    await row('P450').getByText('6 digits, at 2 of 3').waitFor();
  });
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
    await stopClock(page);
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

describe('a button', () => {
  const setsClock = async () => {
    const page = await openView('#/readers', 'Readers');
    await page.getByText('Live', { exact: true }).waitFor();
    const held = Promise.withResolvers<void>();
    await page.route('**/api/readers/1/clock', async (route) => {
      await held.promise;
      await route.continue();
    });
    const door = page.getByRole('region', { name: 'Front door' });
    await stopClock(page);
    await door.getByRole('button', { name: 'Set clock' }).click();
    return { page, door, answers: held.resolve };
  };

  it('says after a second that what it does goes on', async () => {
    const { page, door, answers } = await setsClock();
    await page.clock.runFor(900);
    expect(await door.getByText('Working …').count()).toBe(0);
    await page.clock.runFor(200);
    await door.getByText('Working …').waitFor();
    await page.clock.resume();
    expect(await violationsIn(page)).toEqual([]);
    answers();
    await page.getByText('The reader has done it.').waitFor();
    expect(await door.getByRole('status').count()).toBe(0);
  });

  it('says at once that it waits while simulated time stands still, and lets it go on', async () => {
    server.answer({ world: () => ({ ...cannedWorld, speed: 0 }), time: () => ({ done: true }) });
    const { page, door, answers } = await setsClock();
    await expect.poll(() => server.asked.some(({ call }) => call === 'world')).toBe(true);
    await page.clock.runFor(250);
    await door.getByText('Waits: time stands still.').waitFor();
    await page.clock.resume();
    expect(await violationsIn(page)).toEqual([]);
    await door.getByRole('button', { name: 'Play' }).click();
    await expect.poll(() => server.asked.find(({ call }) => call === 'time')?.body).toEqual({ speed: 1 });
    server.tell({ kind: 'time', nowMs: 61_000, wall: cannedWorld.wall, speed: 1 });
    await expect.poll(() => door.getByText('Waits: time stands still.').count()).toBe(0);
    answers();
    await page.getByText('The reader has done it.').waitFor();
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
