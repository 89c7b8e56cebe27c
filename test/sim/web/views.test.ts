/** The manager's pages in Chromium against canned answers: what they ask and show, that everybody can use them, and what each role sees. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPages, type Pages } from '../../../sim/web/build.ts';
import { closePage, keepPicture, type Look, type Opened, openBrowser, openPage, showView, violationsIn } from './browser.ts';
import { type Asked, CannedServer } from './canned-server.ts';
import { allEvents, front, newDigits, oldDigits, siteAnswers, tenant, unknownCardEvent, wrongPinEvent } from './canned-site.ts';

let browser: Browser;
let pages: Pages;
let server: CannedServer;
let opened: Opened;

/** A view at that address, once its heading stands. */
const openView = async (address: string, heading: string | RegExp, look?: Look): Promise<Opened['page']> => {
  opened = await openPage(browser, look);
  const { page } = opened;
  await showView(page, server.address, address, heading);
  return page;
};
const sent = (call: Asked['call']): readonly Asked[] => server.asked.filter((one) => one.call === call);

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

const looks = [
  ['', {}],
  ['-dark', { isDark: true }],
  ['-phone', { isPhone: true }],
] as const;
const shownViews = [
  ['people', 'People', 'Bea Lovelace'],
  ['person/1', 'Ada Byron', 'In the activity log'],
  ['bookings', 'Bookings', 'Caterer'],
  ['activity', 'Activity', 'Ada Byron'],
  ['readers', 'Readers', 'The table does not come through.'],
  ['door-card/1', 'Front door', 'Type your code.'],
  ['settings', 'Settings', 'Christmas'],
  ['schedules', 'Schedules', 'Evenings'],
  ['notices', 'Notices', 'No mail server is set: no email is sent.'],
  ['audit', 'Audit', 'pin.shown'],
  ['users', 'Users', 'Remove ada'],
] as const;

describe('every view', () => {
  it.each(shownViews.flatMap(([address, heading, text]) => looks.map(([suffix, look]) => ({ address, heading, text, suffix, look }))))(
    'can be used by everybody: $address $suffix',
    async ({ address, heading, text, suffix, look }) => {
      const page = await openView(`#/${address}`, heading, look);
      await page.getByText(text).first().waitFor();
      expect(await violationsIn(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      await keepPicture(page, `view-${address.replace(/\/.*/, '')}${suffix}`);
    },
  );
});

describe('a view that a role may not see', () => {
  it('says so once, and asks for nothing', async () => {
    server.answer(tenant);
    const page = await openView('#/portal', 'Hello, Ada');
    await page.evaluate(`location.hash = '#/people'`);
    await page.getByText('Your log-in does not show this.').waitFor();
    expect(await page.getByRole('main').textContent()).toBe('PeopleYour log-in does not show this.');
    expect(sent('listPeople')).toEqual([]);
    expect(await violationsIn(page)).toEqual([]);
  });
});

describe('the details of an event', () => {
  it('say first with what it was, and then how the door was set', async () => {
    const fields = { mode: 'cardOrPin', version: 3, detail: 'tooShort', by: 'pin' };
    server.answer({ listEvents: () => ({ events: [{ ...wrongPinEvent, fields }], total: 1, next: null }) });
    const page = await openView('#/activity', 'Activity');
    await page.getByText('by pin, detail tooShort, mode Card or PIN, version 3').waitFor();
  });
});

describe('people', () => {
  it('are found by what is typed and by what they lack', async () => {
    const page = await openView('#/people', 'People');
    await page.getByText('2 people').waitFor();
    await page.getByLabel('Who').selectOption('Has no PIN');
    await page.getByText('1 person', { exact: true }).waitFor();
    await page.getByLabel('Find').fill('bea');
    await expect.poll(() => sent('listPeople').at(-1)?.query).toEqual({ limit: '200', find: 'bea', lacks: 'pin' });
  });

  it('are added, and the new one is shown', async () => {
    const page = await openView('#/people', 'People');
    await page.getByRole('button', { name: 'New person' }).click();
    await page.getByLabel('Name').fill('Bea Lovelace');
    await page.getByRole('button', { name: 'Add' }).click();
    await expect.poll(() => page.url()).toContain('#/person/2');
    expect(sent('addPerson')[0]?.body).toEqual({ name: 'Bea Lovelace' });
  });

  it('that a file brings are refused where guessing gets too easy, until that is meant', async () => {
    const page = await openView('#/people', 'People');
    await page.getByRole('button', { name: 'Import' }).click();
    const dialog = page.getByRole('dialog');
    const buffer = Buffer.from('person,pin\n1,0739\n');
    await dialog.getByLabel('People file (CSV)').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer });
    server.refuseOnce('importPeople', { code: 'codeSpaceTooSmall' });
    await dialog.getByRole('button', { name: 'See what it would do' }).click();
    await dialog.getByText('Too many people for codes of this length: guessing would be too easy.').waitFor();
    await dialog.getByLabel('I know, and mean it all the same').check();
    expect(await violationsIn(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'See what it would do' }).click();
    await dialog.getByText('It would be: 1 added').waitFor();
    await dialog.getByRole('button', { name: 'Put it in place' }).click();
    const isTrial = true;
    await expect
      .poll(() => sent('importPeople').map(({ body }) => body))
      .toMatchObject([{ isTrial }, { isTrial, isMeant: true }, { isTrial: false, isMeant: true }]);
  });
});

describe('a person', () => {
  it('is issued a code by length, with the site’s length to begin with', async () => {
    const page = await openView('#/person/1', 'Ada Byron');
    await page.getByText('In force at 2 of 3 readers.').waitFor();
    await page.getByText('The old code still opens at 1 reader.').waitFor();
    await page.getByRole('button', { name: '+ New' }).click();
    expect(await page.getByLabel('Length').inputValue()).toBe('6');
    expect(await violationsIn(page)).toEqual([]);
    await keepPicture(page, 'view-person-new-code');
    await page.getByLabel('Length').selectOption('8 digits');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText(newDigits, { exact: true }).waitFor();
    expect(sent('newPin')[0]?.body).toEqual({ length: 8 });
  });

  it('is issued a code typed by hand, and told why it is refused', async () => {
    const page = await openView('#/person/1', 'Ada Byron');
    server.refuseOnce('newPin', { code: 'pinNotAvailable' });
    await page.getByRole('button', { name: '+ New' }).click();
    await page.getByLabel('How').selectOption('Typed by hand');
    await page.getByLabel('Code', { exact: true }).fill('0417');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('This code is not available. Choose another.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText(newDigits, { exact: true }).waitFor();
    expect(sent('newPin').at(-1)?.body).toEqual({ digits: '0417' });
  });

  it('has a code that is shown when asked for, rolled after a question, and gone from the page when the view is left', async () => {
    const page = await openView('#/person/1', 'Ada Byron');
    expect(await page.getByText(oldDigits).count()).toBe(0);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByText(oldDigits, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Roll' }).click();
    await page.getByText('The old code ends first').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Roll' }).click();
    await page.getByText(newDigits, { exact: true }).waitFor();
    await page.getByRole('link', { name: 'People', exact: true }).click();
    await page.getByRole('heading', { name: 'People' }).waitFor();
    expect(await page.content()).not.toContain(newDigits);
  });

  it('keeps times in the site’s zone, and sends only what was changed', async () => {
    const page = await openView('#/person/1', 'Ada Byron');
    await expect.poll(() => page.getByLabel('Valid until').inputValue()).toBe('2026-12-31T23:30');
    await page.getByLabel('Valid from').fill('2026-07-01T08:00');
    await page.getByLabel('Suspended').check();
    await page.getByRole('region', { name: 'Access' }).getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(sent('changePerson')[0]?.body).toEqual({ revision: 4, change: { validFrom: '2026-07-01T06:00:00.000Z', isSuspended: true } });
  });

  it('is given a card that a reader saw and nobody has', async () => {
    server.answer({ listEvents: () => ({ events: [unknownCardEvent], total: 1, next: null }) });
    const page = await openView('#/person/1', 'Ada Byron');
    await page.getByRole('button', { name: 'Add card' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Front door/ })
      .click();
    await expect.poll(() => sent('addCard')[0]?.body).toEqual({ unknownCard: 9 });
  });
});

describe('the activity log', () => {
  const texts = (page: Opened['page']): Promise<string[]> => page.locator('.rows tbody td:nth-child(2)').allTextContents();

  it('shows what happens as it happens, newest first, with what was offline', async () => {
    const page = await openView('#/activity', 'Activity');
    await expect.poll(async () => (await texts(page))[0]).toBe('Access Granted');
    await page.getByText('Live', { exact: true }).waitFor();
    server.tell({ kind: 'event', event: unknownCardEvent }, { kind: 'event', event: wrongPinEvent });
    await expect.poll(async () => (await texts(page)).slice(0, 2)).toEqual(['Deny Access - Wrong PIN', unknownCardEvent.text]);
    await page.getByText('offline', { exact: true }).waitFor();
    await page.getByText('2026-03-02 10:03:00').waitFor();
    await keepPicture(page, 'view-activity-live');
  });

  it(`scrolls through ${allEvents} rows, and holds news back meanwhile`, async () => {
    const page = await openView('#/activity', 'Activity');
    await expect.poll(async () => (await texts(page))[0]).toBe('Access Granted');
    await page.getByText('Live', { exact: true }).waitFor();
    const began = performance.now();
    await page.evaluate(`document.querySelector('.rows').scrollTop = 1e9`);
    await page
      .locator(`tr[aria-rowindex="${allEvents + 1}"]`)
      .getByText('Access Granted')
      .waitFor();
    process.stdout.write(`activity: ${allEvents} rows fetched in ${Math.round(performance.now() - began)} ms\n`);
    server.tell({ kind: 'event', event: wrongPinEvent });
    await page.getByRole('button', { name: 'Show 1 new' }).click();
    await page.evaluate(`document.querySelector('.rows').scrollTop = 0`);
    await expect.poll(async () => (await texts(page))[0]).toBe('Deny Access - Wrong PIN');
  });

  it('is filtered by door, person, reason and time, also as a file', async () => {
    const page = await openView('#/activity/person-1', 'Activity');
    await page.getByRole('combobox', { name: 'Door' }).selectOption('Store room');
    await page.getByLabel('Reason').selectOption('Deny Access - Wrong PIN');
    await page.getByLabel('From').fill('2026-03-01T01:00');
    const filter = { person: '1', reader: '2', what: 'pin.wrong', from: '2026-03-01T00:00:00.000Z' };
    await expect.poll(() => sent('listEvents').at(-1)?.query).toEqual({ limit: '200', ...filter });
    server.tell({ kind: 'event', event: unknownCardEvent }, { kind: 'event', event: wrongPinEvent });
    await expect.poll(async () => (await texts(page)).slice(0, 2)).toEqual(['Deny Access - Wrong PIN', 'Access Granted']);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    expect((await saved).suggestedFilename()).toBe('activity.csv');
    expect(sent('exportEvents')[0]?.query).toEqual(filter);
  });

  it('gives an unknown card to a person', async () => {
    const page = await openView('#/activity', 'Activity');
    await page.getByText('Live', { exact: true }).waitFor();
    await expect.poll(async () => (await texts(page))[0]).toBe('Access Granted');
    server.tell({ kind: 'event', event: unknownCardEvent });
    await page.getByRole('button', { name: 'Assign card' }).click();
    await page.getByRole('dialog').getByLabel('Person').fill('ada');
    await page.getByRole('button', { name: 'Ada Byron' }).click();
    await expect.poll(() => sent('addCard')[0]).toMatchObject({ path: '/api/people/1/cards', body: { unknownCard: 9 } });
  });
});

describe('readers', () => {
  it('say how far they are in step, and change as they tell', async () => {
    const page = await openView('#/readers', 'Readers');
    const store = page.getByRole('region', { name: 'Store room' });
    await store.getByText('1 withdrawn code may still open here.').waitFor();
    await store.getByRole('button', { name: 'Retry' }).click();
    await page.getByText('The table is sent again.').waitFor();
    await store.getByRole('button', { name: 'Clear lockout' }).click();
    await page.getByText('The reader has done it.').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const table = { ...front.table, state: 'working' as const, progress: 0.5, versionInForce: 13 };
    server.tell({ kind: 'reader', reader: { ...front, table } });
    await page.getByRole('progressbar', { name: 'Table on its way to Front door' }).waitFor();
  });

  it('show who forgot the #, and a door card says where a reader does not tell its settings', async () => {
    const page = await openView('#/readers', 'Readers');
    const counted = (door: string) => page.getByRole('region', { name: door }).getByText('forgot the #');
    await counted('Store room').waitFor();
    expect(await counted('Store room').textContent()).toBe('4 times in the last 30 days somebody typed a code and forgot the #.');
    expect(await counted('Front door').count()).toBe(0);
    await page.evaluate('location.hash = "#/door-card/1"');
    await page.getByText('This reader does not tell its times and tries').waitFor();
  });

  it('change their mode only after saying who would be locked out', async () => {
    const page = await openView('#/readers', 'Readers');
    await page.getByRole('region', { name: 'Front door' }).getByRole('button', { name: 'Change mode' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('As it is: Who guesses all night gets in 1 time in 12 000.').waitFor();
    await dialog.getByLabel('What the door asks for').selectOption('Card and PIN');
    await dialog.getByText('One person could not enter any more.').waitFor();
    await dialog.getByRole('link', { name: 'Bea Lovelace' }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await keepPicture(page, 'view-readers-mode');
    await dialog.getByRole('button', { name: 'Issue a code to everybody without one' }).click();
    await page.getByText('1 code issued.').waitFor();
    server.refuseOnce('setMode', { code: 'peopleLackPin' });
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog.getByText('Some people could not enter any more, because they have no PIN.').waitFor();
    await dialog.getByLabel('I know, and mean it all the same').check();
    await dialog.getByRole('button', { name: 'Change', exact: true }).click();
    await expect.poll(() => sent('setMode').map(({ body }) => body)).toEqual([{ mode: 'cardAndPin' }, { mode: 'cardAndPin', isMeant: true }]);
  });
});

describe('a shared access', () => {
  it('gets a new code after a question, and is locked', async () => {
    const page = await openView('#/bookings', 'Bookings');
    const cleaner = page.getByRole('group', { name: 'Cleaner' });
    await cleaner.getByRole('button', { name: 'Regenerate' }).click();
    await page.getByText('The old code is dead before the new one is issued.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Regenerate' }).click();
    await page.getByText(newDigits, { exact: true }).waitFor();
    await cleaner.getByRole('button', { name: 'Lock' }).click();
    await expect.poll(() => sent('lockShared')[0]?.path).toBe('/api/accesses/5/lock');
    await page.getByRole('group', { name: 'Caterer' }).getByRole('button', { name: 'Restore' }).waitFor();
    expect(await page.getByRole('group', { name: 'Band' }).getByRole('button').allTextContents()).toEqual(['History']);
  });
});

describe('settings', () => {
  it('say how many codes keep their length, and are saved', async () => {
    const page = await openView('#/settings', 'Settings');
    await page.getByText('3 codes keep their other length: only new codes follow this setting.').waitFor();
    await page.getByLabel('Length of new codes').selectOption('8 digits');
    await page.getByRole('region', { name: 'Site' }).getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    expect(sent('putSettings')[0]?.body).toMatchObject({ pinLength: 8, keepEventsDays: 90 });
  });
});

describe('a schedule', () => {
  it('is changed day by day', async () => {
    const page = await openView('#/schedules', 'Schedules');
    await page.getByRole('region', { name: 'Office hours' }).getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Sat' }).click();
    await page.getByRole('button', { name: 'Mon' }).click();
    await page.getByLabel('Until').fill('20:00');
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(() => sent('changeSchedule')[0]?.body)
      .toEqual({ name: 'Office hours', kind: 'readerMode', times: [{ days: [2, 3, 4, 5, 6], from: '08:00', until: '20:00', mode: 'cardOnly' }] });
  });
});

describe('a notice', () => {
  it('holds no digits unless somebody says so', async () => {
    const page = await openView('#/notices', 'Notices');
    await page.getByRole('button', { name: 'Set: an access was revoked' }).click();
    await page.getByLabel('Send an email').check();
    await page.getByLabel('Subject').fill('Access ended');
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await expect
      .poll(() => sent('putNotice')[0]?.body)
      .toEqual({ trigger: 'access.revoked', email: { subject: 'Access ended', text: '', mayHoldDigits: false }, webhook: null });
  });
});

describe('users', () => {
  it('are added as one of four roles', async () => {
    const page = await openView('#/users', 'Users');
    await page.getByRole('button', { name: 'New user' }).click();
    await page.getByLabel('Name').fill('eve');
    await page.getByLabel('Password').fill('correct horse');
    await page.getByLabel('Role').selectOption('Auditor');
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click();
    await expect.poll(() => sent('addUser')[0]?.body).toEqual({ name: 'eve', password: 'correct horse', role: 'auditor' });
  });
});

describe('each role', () => {
  it.each(looks)('sees its own: a tenant the portal alone%s', async (suffix, look) => {
    server.answer(tenant);
    const page = await openView('#/portal', 'Hello, Ada', look);
    await page.getByText(oldDigits, { exact: true }).waitFor();
    await page.getByText('In force at 2 of 3 readers.').waitFor();
    await page.getByText('Deny Access - Wrong PIN').waitFor();
    expect(await page.getByRole('navigation').getByRole('link').allTextContents()).toEqual(['My code']);
    expect(await violationsIn(page)).toEqual([]);
    await keepPicture(page, `view-portal${suffix}`);
    await page.getByRole('button', { name: 'Get a new code' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Get a new code' }).click();
    await expect.poll(() => sent('portalRoll').length).toBe(1);
  });

  it('sees its own: an auditor can change nothing', async () => {
    server.answer({ whoAmI: () => ({ id: 3, name: 'Eve', role: 'auditor', person: null }) });
    const page = await openView('#/person/1', 'Ada Byron');
    await page.getByText('In force at 2 of 3 readers.').waitFor();
    for (const name of ['+ New', 'Show', 'Roll', 'Remove', 'Add card']) expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0);
    expect(await page.getByLabel('Valid from').isDisabled()).toBe(true);
  });
});
