/** What the pages cost on a large site: two browsers at once on the bench's own program, with 10,000 people and 50,000 events in its database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { buildPages } from '../../sim/web/build.ts';
import { present } from '../../src/shared/assert.ts';
import { type BenchClient, BenchProgram, type Serving } from '../sim/bench/program.ts';
import { openBrowser, openPage } from '../sim/web/browser.ts';
import type { Bench } from './bench.ts';
import { fillSite } from './pages-site.ts';

const people = 10_000;
const events = 50_000;
/** Of a list, as a page asks for it. */
const limit = '200';
const flungFrames = 240;
/** Each view is opened so often. */
const times = 5;
/** As far as a hand flings in one frame of 16 ms. */
const flingPixels = 400;
/** Twice what a screen of 60 frames a second takes for one. */
const smoothMs = 34;
const log = '[aria-label="Events"]';

interface Figures {
  readonly firstViewMs: number;
  readonly activityMs: number;
  readonly peopleMs: number;
  /** Of one that is scrolled while the other looks on, and of both scrolled at the same moment. */
  readonly frames: Readonly<Record<'one' | 'both', readonly number[]>>;
  readonly bothShowMs: number;
  readonly lists: Readonly<Record<'people' | 'events' | 'found', readonly number[]>>;
}

const quantile = (values: readonly number[], share: number): number =>
  present(values.toSorted((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))], 'at least one value');

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
};

/** The slower of the browsers, both at once; of several times the one in the middle. */
const both = async (pages: readonly Page[], work: (page: Page) => Promise<unknown>): Promise<number> => {
  const took: number[] = [];
  for (let time = 0; time < times; time += 1) took.push(Math.max(...(await Promise.all(pages.map((page) => timed(() => work(page)))))));
  return quantile(took, 0.5);
};

const viewOf =
  ({ origin }: Serving, view: string, shows: string) =>
  async (page: Page): Promise<void> => {
    // From nothing, as a reload does.
    await page.goto('about:blank');
    await page.goto(`${origin}/#/${view}`);
    await page.locator(shows).first().waitFor();
  };

/** In the page: milliseconds of each frame while the log is flung down. */
const flingInPage = `new Promise((resolve) => {
  const rows = document.querySelector('section${log}');
  const took = [];
  let lastMs = performance.now();
  const next = (nowMs) => {
    took.push(nowMs - lastMs);
    lastMs = nowMs;
    rows.scrollTop += ${flingPixels};
    if (took.length < ${flungFrames}) requestAnimationFrame(next);
    else resolve(took.slice(1));
  };
  requestAnimationFrame(next);
})`;
const flung = (page: Page): Promise<readonly number[]> => page.evaluate(flingInPage);

/** From a card at the door to both logs. */
const bothShow = async (pages: readonly Page[], client: BenchClient): Promise<number> => {
  for (const page of pages) {
    await page.locator(`section${log}`).evaluate((box) => {
      box.scrollTop = 0;
    });
  }
  const first = `${log} tbody tr:has-text("Cleo")`;
  return timed(async () => {
    await client.ask('swipe', { params: { door: 'front' }, body: { card: 'C' } });
    await Promise.all(pages.map((page) => page.locator(first).first().waitFor()));
  });
};

const listed = async (client: BenchClient, count: number): Promise<Figures['lists']> => {
  const several = async (ask: () => Promise<{ readonly ok: boolean }>): Promise<readonly number[]> => {
    const took: number[] = [];
    for (let n = 0; n < count; n += 1) {
      took.push(
        await timed(async () => {
          if (!(await ask()).ok) throw new Error('a list was refused');
        }),
      );
    }
    return took;
  };
  return {
    people: await several(() => client.ask('listPeople', { query: { limit } })),
    events: await several(() => client.ask('listEvents', { query: { limit } })),
    found: await several(() => client.ask('listPeople', { query: { limit, find: 'frost 99' } })),
  };
};

const measureIn = async (directory: string, browsers: Browser[], isQuick: boolean): Promise<Figures> => {
  await fillSite(directory, { people, events });
  const program = new BenchProgram(directory);
  try {
    const serving = await program.serves();
    const { address, client } = serving;
    for (let n = 0; n < 2; n += 1) browsers.push(await openBrowser());
    const opened = await Promise.all(browsers.map((browser) => openPage(browser)));
    const pages = opened.map(({ page }) => page);
    const firstViewMs = await both(pages, async (page) => {
      await page.goto('about:blank');
      await page.goto(address);
      await page.locator('h1').first().waitFor();
    });
    const peopleMs = await both(pages, viewOf(serving, 'people', 'section[aria-label="People"] tbody a'));
    const activityMs = await both(pages, viewOf(serving, 'activity', `section${log} tbody a`));
    const took = { one: await flung(present(pages[0], 'a page is open')), both: (await Promise.all(pages.map(flung))).flat() };
    const bothShowMs = await bothShow(pages, client);
    const lists = await listed(client, isQuick ? 100 : 400);
    const problems = opened.flatMap(({ problems: found }) => found);
    if (problems.length > 0) throw new Error(`a page has problems: ${problems.join('; ')}`);
    return { firstViewMs, activityMs, peopleMs, frames: took, bothShowMs, lists };
  } finally {
    await program.child.end('SIGKILL');
  }
};

const measure = async (isQuick: boolean): Promise<Figures> => {
  await buildPages();
  const directory = mkdtempSync(join(tmpdir(), 'doorpad-pages-'));
  const browsers: Browser[] = [];
  try {
    return await measureIn(directory, browsers, isQuick);
  } finally {
    for (const browser of browsers) await browser.close();
    rmSync(directory, { recursive: true, force: true });
  }
};

/** In percent. */
const longShare = (frames: readonly number[]): number => (frames.filter((ms) => ms > smoothMs).length * 100) / frames.length;

/** Once for all the figures. */
let measured: Promise<Figures> | undefined;
const figures = (isQuick: boolean): Promise<Figures> => {
  measured ??= measure(isQuick);
  return measured;
};

const figure = (name: string, bar: number | undefined, of: (figures: Figures) => number, unit = 'ms'): Bench => ({
  name: `pages, 2 browsers, 10,000 people, 50,000 events: ${name}`,
  unit,
  bar,
  better: 'lower',
  run: async (isQuick) => of(await figures(isQuick)),
});

export const benches: readonly Bench[] = [
  figure('start address → first view', 1_000, ({ firstViewMs }) => firstViewMs),
  figure('address → people shown', 1_000, ({ peopleMs }) => peopleMs),
  figure('address → activity shown', 1_000, ({ activityMs }) => activityMs),
  figure('a frame while one flings the log, p99', smoothMs, ({ frames: { one } }) => quantile(one, 0.99)),
  figure('frames longer than two of 60 a second, while one flings the log', undefined, ({ frames: { one } }) => longShare(one), '%'),
  figure('frames longer than two of 60 a second, while both do at once', undefined, ({ frames: { both: all } }) => longShare(all), '%'),
  figure('card at the door → in both logs', undefined, ({ bothShowMs }) => bothShowMs),
  ...(['people', 'events', 'found'] as const).flatMap((list) => [
    figure(`200 ${list === 'found' ? 'people found by name' : list} answered, p50`, undefined, ({ lists }) => quantile(lists[list], 0.5)),
    figure(`200 ${list === 'found' ? 'people found by name' : list} answered, p99`, undefined, ({ lists }) => quantile(lists[list], 0.99)),
  ]),
  { name: 'pages, all that a browser fetches, gzip', unit: 'kB', bar: 150, better: 'lower', run: async () => (await buildPages()).gzipBytes / 1_000 },
];
