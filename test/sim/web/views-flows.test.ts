/** What is done on the manager's pages in Chromium, one row each: what is pressed and typed, what the server is asked for it, and what is said then. */
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPages, type Pages } from '../../../sim/web/build.ts';
import { closePage, type Opened, openBrowser, openPage, showView, violationsIn } from './browser.ts';
import { CannedServer } from './canned-server.ts';
import { ada, front, siteAnswers, unknownCardEvent } from './canned-site.ts';
import { person, reader, rows, type Step, waiting } from './flow-rows.ts';

let browser: Browser;
let pages: Pages;
let server: CannedServer;
let opened: Opened;

const openView = async (address: string, heading: string): Promise<Page> => {
  opened = await openPage(browser);
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

const perform = async (page: Page, region: string | undefined, steps: readonly Step[]): Promise<void> => {
  let within: Page | Locator = region === undefined ? page : page.getByRole('region', { name: region, exact: true });
  for (const [does, name, text = ''] of steps) {
    const button = within.getByRole('button', { name, exact: true });
    const field = within.getByLabel(name, { exact: true });
    if (does === 'open') {
      await button.click();
      within = page.getByRole('dialog');
      await within.waitFor();
    } else if (does === 'press') await button.click();
    else if (does === 'turn') await field.check();
    else if (does === 'type') await field.fill(text);
    else await field.selectOption(text);
  }
};

describe('on the pages', () => {
  it.each(rows)('$what', async ({ at, heading, region, answers = {}, steps, call, path, body, says, saves }) => {
    server.answer(answers);
    const page = await openView(at, heading);
    const download = saves === undefined ? undefined : page.waitForEvent('download');
    await perform(page, region, steps);
    await expect.poll(() => server.asked.filter((one) => one.call === call).map((one) => [one.path, one.body])).toEqual([[path, body]]);
    await page.getByText(says).first().waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await download)?.suggestedFilename()).toBe(saves);
  });

  it('a card that was seen at a reader is given, and the dialog closes', async () => {
    server.answer({ listEvents: () => ({ events: [unknownCardEvent], total: 1, next: null }) });
    const page = await openView(person.at, person.heading);
    await perform(page, 'Cards', [['open', 'Add card']]);
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Front door/ })
      .click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(server.asked.find(({ call }) => call === 'addCard')?.body).toEqual({ unknownCard: 9 });
  });
});

describe('a password', () => {
  it('of one’s own is changed with the old one, and what is wrong is said in words', async () => {
    const page = await openView('#/people', 'People');
    server.refuseOnce('changePassword', { code: 'wrongPassword' });
    await perform(page, undefined, [
      ['open', 'Password'],
      ['type', 'Old password', 'not this one'],
      ['type', 'New password', 'correct horse'],
      ['press', 'Change'],
    ]);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The old password is wrong.').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await dialog.getByLabel('Old password').fill('ten letters at least');
    await dialog.getByRole('button', { name: 'Change' }).click();
    await page.getByText('Your password is changed.').waitFor();
    expect(server.asked.filter(({ call }) => call === 'changePassword').at(-1)?.body).toEqual({
      old: 'ten letters at least',
      password: 'correct horse',
    });
  });

  it('of one’s own is offered to nobody who has none, and not in the list of users', async () => {
    const page = await openView('#/users', 'Users');
    await page.getByRole('button', { name: 'New password for ada' }).waitFor();
    expect(await page.getByRole('button', { name: 'New password for Manager' }).count()).toBe(0);
    server.answer({ whoAmI: () => ({ id: null, name: 'Operator', role: 'manager', person: null }) });
    await page.reload();
    await page.getByText('Operator').waitFor();
    expect(await page.getByRole('button', { name: 'Password', exact: true }).count()).toBe(0);
  });
});

describe('what is refused until it is meant', () => {
  const cases = [
    { what: 'a schedule', at: '#/schedules', heading: 'Schedules', region: 'Office hours', call: 'changeSchedule' },
    { what: 'a schedule of a reader', at: '#/readers', heading: 'Readers', region: 'Front door', call: 'changeReader' },
  ] as const;
  it.each(cases)('is sent again as meant: $what', async ({ at, heading, region, call }) => {
    const page = await openView(at, heading);
    server.refuseOnce(call, { code: 'peopleLackPin' });
    await perform(page, region, [
      ['open', 'Edit'],
      ['press', 'Save'],
    ]);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Some people could not enter any more, because they have no PIN.').waitFor();
    await dialog.getByLabel('I know, and mean it all the same').check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    const sent = server.asked.filter((one) => one.call === call).map(({ body }) => (body as { isMeant?: boolean }).isMeant);
    expect(sent).toEqual([undefined, true]);
  });
});

describe('a person behind a shared access', () => {
  it('is shown with their booking, and nothing is offered that only the booking may do', async () => {
    server.answer({ getPerson: () => ({ ...ada, booking: 3 }) });
    const page = await openView(person.at, person.heading);
    await page.getByText('This is a shared access.').waitFor();
    const offered = await page.getByRole('main').getByRole('button').allTextContents();
    expect(offered.filter((words) => !words.startsWith('Clear lockout'))).toEqual(['Export', 'Show', 'Save']);
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('link', { name: 'its booking' }).click();
    await page.getByRole('region', { name: 'Spring fair' }).waitFor();
  });
});

describe('a reader', () => {
  it('says what is held by hand and how it ends, and of settings only what waits', async () => {
    const page = await openView(reader.at, reader.heading);
    await page.getByText('Live', { exact: true }).waitFor();
    const door = page.getByRole('region', { name: 'Front door' });
    expect(await door.getByRole('button', { name: 'Accept settings' }).count()).toBe(0);
    expect(await door.getByText('Held by hand').count()).toBe(0);
    server.tell({ kind: 'reader', reader: { ...waiting, mode: 'unlocked', byHand: 'unlocked', schedule: 1 } });
    await door.getByText('Held by hand: Unlocked, until its schedule changes it next, or somebody does.').waitFor();
    await door.getByText('Settings that weaken this door wait there').waitFor();
    await door.getByRole('button', { name: 'Accept settings' }).waitFor();
    server.tell({ kind: 'reader', reader: { ...front, mode: 'locked', byHand: 'locked', schedule: 1 } });
    await door.getByText('Held by hand: Locked, until somebody sets another mode.').waitFor();
    // The reader was started anew, and is in its own mode again.
    server.tell({ kind: 'reader', reader: { ...front, byHand: 'locked' } });
    await expect.poll(() => door.getByText('Held by hand').count()).toBe(0);
  });
});
