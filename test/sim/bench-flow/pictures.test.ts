/**
 * Every view of the running bench with what a site has in it, on a screen and a phone, light and dark: axe finds nothing, nothing is wider than the
 * page, and a picture of it is kept in out/screenshots. With `--update` the picture of README is taken anew. What views do is flow.test.ts's.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPages } from '../../../sim/web/build.ts';
import { root } from '../../tidy/source.ts';
import { BenchProgram, type Serving } from '../bench/program.ts';
import { keepPicture, type Look, openBrowser, violationsIn } from '../web/browser.ts';
import { BenchPage } from './bench-page.ts';
import { fillSite, password, tenantName } from './lived-in-site.ts';

/** Of the picture of README, so that cloning stays quick. */
const maxPictureBytes = 200_000;

const looks: readonly (readonly [string, Look])[] = [
  ['light', {}],
  ['dark', { isDark: true }],
  ['phone', { isPhone: true }],
  ['phone-dark', { isPhone: true, isDark: true }],
];
/** Where it is, its heading, and a text that stands there once all of it is shown. */
const shownViews: readonly (readonly [string, string, string])[] = [
  ['bench', 'Bench', 'Come in'],
  ['people', 'People', 'Cleo'],
  ['person/1', 'Ada', 'In the activity log'],
  ['bookings', 'Bookings', 'Caterer'],
  ['activity', 'Activity', 'PIN Table Applied'],
  ['readers', 'Readers', 'Store room'],
  ['schedules', 'Schedules', 'Office hours'],
  ['door-card/1', 'Front door', 'Type your PIN'],
  ['settings', 'Settings', 'Christmas'],
  ['notices', 'Notices', 'A code changed'],
  ['audit', 'Audit', 'pin.shown'],
  ['users', 'Users', 'Remove ada'],
];

let browser: Browser;
let folder: string;
let program: BenchProgram;
let serving: Serving;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorpad-pictures-'));
  // Made before the program starts: on a busy machine that takes longer than it is waited for.
  [browser] = await Promise.all([openBrowser(), buildPages()]);
  program = new BenchProgram(join(folder, 'bench'));
  serving = await program.serves();
  await fillSite(serving.client);
});
afterAll(async () => {
  await browser?.close();
  await program?.child.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const judge = async ({ page }: BenchPage, name: string): Promise<void> => {
  expect.soft(await violationsIn(page), name).toEqual([]);
  expect.soft(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), name).toBe(0);
  await keepPicture(page, `real-${name}`);
};

describe('every view with what a site has in it', () => {
  it.each(looks)('can be used by everybody: %s', async (look, how) => {
    const here = await BenchPage.open(browser, serving.address, how);
    for (const [place, heading, text] of shownViews) {
      await here.show(place, heading);
      if (place === 'bench') await here.type('Front door', '0417#');
      await here.page.getByText(text).filter({ visible: true }).first().waitFor();
      await judge(here, `${place.replace('/', '-')}-${look}`);
    }
    await here.close();
  });

  it.each(looks)('can be used by a tenant, and by whoever is not logged in: %s', async (look, how) => {
    const here = await BenchPage.open(browser, serving.origin, how);
    await judge(here, `log-in-${look}`);
    await here.page.getByLabel('Name').fill(tenantName);
    await here.page.getByLabel('Password').fill(password);
    await here.press('Log in');
    await here.page.getByRole('heading', { name: 'Hello, Ada' }).waitFor();
    await judge(here, `portal-${look}`);
    await here.close();
  });

  it('is on the picture of README when that is taken anew', async () => {
    const here = await BenchPage.open(browser, serving.address);
    await here.page.setViewportSize({ width: 1_280, height: 1_000 });
    await here.show('bench', 'Bench');
    await here.swipe('Store room', 'Ada’s card');
    await here.says('Store room', 'Type your PIN');
    await here.type('Front door', '0417#');
    await here.opens('Front door');
    await here.page.locator('.line-log tbody tr').first().waitFor();
    await here.door('Store room').locator('.light-bar:not(.off)').waitFor();
    const picture = await here.page.screenshot({ clip: { x: 0, y: 0, width: 1_280, height: 1_000 }, fullPage: true });
    expect(picture.length).toBeLessThanOrEqual(maxPictureBytes);
    if (expect.getState().snapshotState.snapshotUpdateState === 'all') writeFileSync(join(root, 'docs', 'bench.png'), picture);
    await here.close();
  });
});
