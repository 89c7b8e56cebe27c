/** Dialogs of the manager's pages in Chromium: where the focus is, what is said of what was refused, and where in what was sent it stands. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPages, type Pages } from '../../../sim/web/build.ts';
import { maxListedErrors } from '../../../src/shared/first-errors.ts';
import { closePage, keepPicture, type Look, type Opened, openBrowser, openPage, showView, violationsIn } from './browser.ts';
import { CannedServer } from './canned-server.ts';
import { ada, siteAnswers } from './canned-site.ts';

let browser: Browser;
let pages: Pages;
let server: CannedServer;
let opened: Opened;

const openView = async (address: string, heading: string, look?: Look): Promise<Page> => {
  opened = await openPage(browser, look);
  await showView(opened.page, server.address, address, heading);
  return opened.page;
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

/** The words of the label of what has the focus, or its own name. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(`(({ activeElement: one }) => (one.labels?.[0] ?? one).ariaLabel ?? (one.labels?.[0] ?? one).textContent)(document)`);

describe('a dialog', () => {
  const dialogs = [
    ['#/people', 'People', 'New person', 'Name'],
    ['#/people', 'People', 'Import', 'People file (CSV)'],
    ['#/people', 'People', 'Export', 'With codes'],
    ['#/person/1', 'Ada Byron', '+ New', 'How'],
    ['#/person/1', 'Ada Byron', 'Add card', 'Card number'],
    ['#/bookings', 'Bookings', 'New booking', 'Title'],
    ['#/readers', 'Readers', 'Change mode', 'What the door asks for'],
    ['#/schedules', 'Schedules', 'New schedule', 'Name'],
    ['#/notices', 'Notices', 'Mail server', 'Host'],
    ['#/users', 'Users', 'New user', 'Name'],
    ['#/users', 'Users', 'Password', 'Old password'],
    ['#/users', 'Users', 'New password for ada', 'New password'],
  ] as const;
  it.each(dialogs)('of %s, %s: %s has the focus in its first field, %s, and gives it back after Escape', async (at, heading, words, field) => {
    const page = await openView(at, heading);
    await page.getByRole('button', { name: words, exact: true }).first().click();
    await page.getByRole('dialog').waitFor();
    await expect.poll(() => focused(page)).toBe(field);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe(words);
  });

  it('without a field has the focus where it changes nothing', async () => {
    const page = await openView('#/person/1', 'Ada Byron');
    await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await expect.poll(() => focused(page)).toBe('Close');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Withdraw');
  });
});

describe('a people file that comes in', () => {
  const choose = async (page: Page): Promise<Locator> => {
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog');
    const buffer = Buffer.from('person,pin\n1,0739\n');
    await dialog.getByLabel('People file (CSV)').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
    return dialog;
  };
  const tries = (dialog: Locator): Promise<void> => dialog.getByRole('button', { name: 'See what it would do' }).click();

  it('with one mistake is refused with its line and column', async () => {
    const page = await openView('#/people', 'People');
    const dialog = await choose(page);
    server.refuseOnce('importPeople', { code: 'fileNotValid', where: [{ at: 'line 2, pin', expected: 'A PIN has at least 4 digits.' }] });
    await tries(dialog);
    await dialog.getByText('The file has mistakes.').waitFor();
    expect(await dialog.getByRole('listitem').allTextContents()).toEqual(['line 2, pin A PIN has at least 4 digits.']);
    await tries(dialog);
    await dialog.getByText('It would be: 1 added').waitFor();
    expect(await dialog.getByRole('listitem').count()).toBe(0);
  });

  it.each([{}, { isDark: true, isPhone: true }])(
    'with hundreds says how many, lists the first in their place, and keeps its button in sight: %o',
    async (look) => {
      const page = await openView('#/people', 'People', look);
      const dialog = await choose(page);
      const listed = Array.from({ length: maxListedErrors }, (_, at) => ({
        at: `line ${at + 2}, valid_until`,
        expected: 'It must be a day such as 2026-12-31, or a moment such as 2026-12-31T18:00Z.',
      }));
      server.refuseOnce('importPeople', { code: 'fileNotValid', where: [...listed, { at: 'file', expected: 'There are 57 further errors.' }] });
      await tries(dialog);
      await dialog.getByText('100 are listed here. There are 57 further errors.').waitFor();
      expect(await dialog.getByRole('listitem').count()).toBe(100);
      const box = await dialog.getByRole('button', { name: 'See what it would do' }).boundingBox();
      expect(box === null ? Number.NaN : box.y + box.height).toBeLessThan(page.viewportSize()?.height ?? 0);
      expect(await violationsIn(page)).toEqual([]);
      await keepPicture(page, `view-people-mistakes${look.isDark === true ? '-dark-phone' : ''}`);
    },
  );

  it('is put in place by the stamp of its trial, and tried again where somebody changed people meanwhile', async () => {
    server.answer({
      importPeople: (body) => ({ added: 1, changed: 0, removed: 0, unchanged: 0, ...((body as { isTrial: boolean }).isTrial && { stamp: 'f00d' }) }),
    });
    const page = await openView('#/people', 'People');
    const dialog = await choose(page);
    await tries(dialog);
    await dialog.getByText('It would be: 1 added').waitFor();
    server.refuseOnce('importPeople', { code: 'changedMeanwhile' });
    await dialog.getByRole('button', { name: 'Put it in place' }).click();
    await dialog.getByText('Somebody else changed this meanwhile. Look again.').waitFor();
    await tries(dialog);
    await dialog.getByRole('button', { name: 'Put it in place' }).click();
    await dialog.waitFor({ state: 'detached' });
    const sent = server.asked.filter(({ call }) => call === 'importPeople').map(({ body }) => body);
    expect(sent.map((body) => (body as { stamp?: string }).stamp)).toEqual([undefined, 'f00d', undefined, 'f00d']);
  });
});

describe('a tenant’s log-in', () => {
  const booked = { ...ada, id: 12, name: 'Adele, the cleaner', booking: 3 };
  it('is for a person who is picked, of whom accesses of bookings are none', async () => {
    server.answer({ listPeople: () => ({ people: [booked, ada], total: 2, next: null }) });
    const page = await openView('#/users', 'Users');
    await page.getByRole('button', { name: 'New user', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('ada');
    await dialog.getByLabel('Password').fill('ten letters at least');
    await dialog.getByLabel('Role').selectOption('Tenant');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await expect.poll(() => dialog.getByLabel('Person').getAttribute('aria-invalid')).toBe('true');
    await dialog.getByText('Choose who they are').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    expect(server.asked.some(({ call }) => call === 'addUser')).toBe(false);
    await dialog.getByLabel('Person').fill('ad');
    await dialog.getByRole('button', { name: 'Ada Byron' }).waitFor();
    expect(await dialog.getByRole('button', { name: 'Adele' }).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Ada Byron' }).click();
    await dialog.getByText('They are Ada Byron.').waitFor();
    expect(await dialog.getByText('Choose who they are').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Add' }).click();
    await expect.poll(() => server.asked.find(({ call }) => call === 'addUser')?.body).toMatchObject({ role: 'tenant', person: 1 });
  });
});
