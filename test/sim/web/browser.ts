/** Chromium for tests of pages: one browser, a page a test, what went wrong in it, and pictures of it for people to look at. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { assert } from '../../../src/shared/assert.ts';
import { root } from '../../tidy/source.ts';
import { token } from './canned-server.ts';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });

export interface Look {
  readonly isDark?: boolean;
  readonly isPhone?: boolean;
}

/** A call that fails on purpose: its path, and what the browser says of it, such as `status of 401`. */
export interface Failing {
  readonly path: string;
  readonly says: string;
}

export interface Opened {
  readonly page: Page;
  /** Errors of scripts, and what the browser has refused by the page's policy. */
  readonly problems: readonly string[];
}

/** A page of its own, with nothing kept from others. Where nobody says what fails on purpose, no call that fails is a problem of the page. */
export const openPage = async (browser: Browser, { isDark = false, isPhone = false }: Look = {}, failing?: readonly Failing[]): Promise<Opened> => {
  const context = await browser.newContext({
    colorScheme: isDark ? 'dark' : 'light',
    hasTouch: isPhone,
    viewport: isPhone ? { width: 390, height: 844 } : { width: 1_360, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    const said = message.text();
    const { url } = message.location();
    const isOfCall = /Failed to load resource|ERR_/.test(said);
    const isMeant = isOfCall && (failing?.some(({ path, says }) => new URL(url).pathname === path && said.includes(says)) ?? true);
    if (message.type() === 'error' && !isMeant) problems.push(`${said} ${url}`);
  });
  return { page, problems };
};

/** Shows the view at that address, such as `#/people`, to whoever has the token; resolves once its heading stands. */
export const showView = async (page: Page, origin: string, address: string, heading: string | RegExp): Promise<void> => {
  await page.goto(`${origin}/#token=${token}`);
  await page.getByRole('button', { name: 'Log out' }).waitFor();
  await page.evaluate(`location.hash = ${JSON.stringify(address)}`);
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
};

/** Rejects where something went wrong in it. */
export const closePage = async ({ page, problems }: Opened): Promise<void> => {
  await page.context().close();
  assert(problems.length === 0, `the page has problems: ${problems.join('; ')}`);
};

/** What axe finds wrong, a line each: the rule and where. */
export const violationsIn = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source);
  const found: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] = await page.evaluate(
    'axe.run(document).then(({ violations }) => violations)',
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`));
};

/** Keeps the whole page as a picture in out/screenshots. */
export const keepPicture = async (page: Page, name: string): Promise<void> => {
  const folder = join(root, 'out', 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
};
