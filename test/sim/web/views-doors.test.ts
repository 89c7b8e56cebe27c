/** What the manager's pages say of doors in Chromium: verdicts, lockouts, odds, tables on their way, cards that nobody has, the card to print. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPages, type Pages } from '../../../sim/web/build.ts';
import { root } from '../../tidy/source.ts';
import { closePage, keepPicture, type Opened, openBrowser, openPage, showView, violationsIn } from './browser.ts';
import { type Asked, CannedServer } from './canned-server.ts';
import { front, siteAnswers, unknownCardEvent } from './canned-site.ts';

let browser: Browser;
let pages: Pages;
let server: CannedServer;
let opened: Opened;

const openView = async (address: string, heading: string): Promise<Opened['page']> => {
  opened = await openPage(browser);
  const { page } = opened;
  await showView(page, server.address, address, heading);
  return page;
};
const bodies = (call: Asked['call']): readonly unknown[] => server.asked.filter((one) => one.call === call).map(({ body }) => body);

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

describe('a door', () => {
  it('is asked what it would say to a code, typed masked', async () => {
    const page = await openView('#/readers', 'Readers');
    await page.getByRole('region', { name: 'Front door' }).getByRole('button', { name: 'What would it say?' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Code').getAttribute('type')).toBe('password');
    await dialog.getByLabel('Code').fill('0739');
    await dialog.getByLabel('When').fill('2026-07-01T08:00');
    await dialog.getByRole('button', { name: 'Ask' }).click();
    await dialog.getByText('Stays shut: wrong code').waitFor();
    await dialog.getByText('The code is not this person’s.').waitFor();
    await dialog.getByRole('link', { name: 'Ada Byron' }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await keepPicture(page, 'view-readers-would-say');
    expect(bodies('validate')).toEqual([{ reader: 1, pin: '0739', at: '2026-07-01T06:00:00.000Z' }]);
  });

  it('says how easy guessing would be in another mode before it is chosen', async () => {
    const page = await openView('#/readers', 'Readers');
    await page.getByRole('region', { name: 'Front door' }).getByRole('button', { name: 'Change mode' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What the door asks for').selectOption('PIN only');
    await dialog.getByText('Then: Who guesses all night gets in 1 time in 40: too easy.').waitFor();
    await dialog.getByLabel('I know, and mean it all the same').waitFor();
    await dialog.getByLabel('What the door asks for').selectOption('Card and PIN');
    await dialog.getByText('Then no code opens alone: there is nothing to guess.').waitFor();
  });

  it('shows in percent how far a table has come, and nothing of one that was given up', async () => {
    const page = await openView('#/readers', 'Readers');
    await page.getByText('Live', { exact: true }).waitFor();
    const table = { ...front.table, state: 'working' as const, progress: 0.425 };
    server.tell({ kind: 'reader', reader: { ...front, table } });
    await page.getByRole('region', { name: 'Front door' }).getByText('42 %', { exact: true }).waitFor();
    expect(await page.getByRole('region', { name: 'Store room' }).getByRole('progressbar').count()).toBe(0);
  });

  it('fits on one printed page', async () => {
    const page = await openView('#/door-card/1', 'Front door');
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(false);
    expect(await page.getByRole('navigation', { name: 'Views' }).isVisible()).toBe(false);
    mkdirSync(join(root, 'out', 'screenshots'), { recursive: true });
    const printed = await page.pdf({ path: join(root, 'out', 'screenshots', 'door-card.pdf'), preferCSSPageSize: true });
    expect(printed.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  });
});

describe('a lockout of one person', () => {
  it('stands on their page with its door, and ends from there', async () => {
    const page = await openView('#/person/1', 'Ada Byron');
    await page.getByText('Locked out at Store room until').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    server.answer({ lockouts: () => ({ lockouts: [] }) });
    await page.getByRole('button', { name: 'Clear lockout at Store room' }).click();
    await page.getByText('The reader has done it.').waitFor();
    await expect.poll(() => page.getByText('Locked out at Store room').count()).toBe(0);
    expect(server.asked.find(({ call }) => call === 'clearLockout')).toMatchObject({ path: '/api/readers/2/clear-lockout', body: { person: 1 } });
  });

  it('ends from the reader, for whoever is picked there', async () => {
    const page = await openView('#/readers', 'Readers');
    await page.getByRole('region', { name: 'Front door' }).getByRole('button', { name: 'Clear one person’s lockout' }).click();
    await page.getByRole('dialog').getByLabel('Person').fill('ada');
    await page.getByRole('dialog').getByRole('button', { name: 'Ada Byron' }).click();
    await page.getByText('The reader has done it.').waitFor();
    expect(bodies('clearLockout')).toEqual([{ person: 1 }]);
  });
});

describe('cards that nobody has', () => {
  it('stand in a list of the activity log, each once, and are given to a person', async () => {
    server.answer({ listEvents: () => ({ events: [unknownCardEvent, { ...unknownCardEvent, id: 50_000 }], total: 2, next: null }) });
    const page = await openView('#/activity', 'Activity');
    await page.getByRole('button', { name: 'Unknown cards' }).click();
    const list = page.getByRole('list', { name: 'Unknown cards' });
    await list.getByText('Front door').waitFor();
    expect(await list.getByRole('listitem').count()).toBe(1);
    expect(server.asked.filter(({ call }) => call === 'listEvents').at(-1)?.query).toEqual({ what: 'card.enrolled', limit: '100' });
    await list.getByRole('button', { name: 'Assign card' }).click();
    const dialog = page.getByRole('dialog', { name: 'Whose card is it?' });
    await dialog.getByLabel('Person').fill('ada');
    await dialog.getByRole('button', { name: 'Ada Byron' }).click();
    await page.getByText('The card is Ada Byron’s.').waitFor();
    expect(bodies('addCard')).toEqual([{ unknownCard: 9 }]);
    expect(await violationsIn(page)).toEqual([]);
  });
});

describe('people', () => {
  it('stand by name in audit and users, and one who is gone has no page', async () => {
    const page = await openView('#/users', 'Users');
    await page.getByText('Person 40, who is gone').waitFor();
    await page.getByRole('link', { name: 'Ada Byron' }).waitFor();
    await page.evaluate('location.hash = "#/audit"');
    await page.getByRole('table', { name: 'Audit' }).getByRole('link', { name: 'Ada Byron' }).waitFor();
  });
});
