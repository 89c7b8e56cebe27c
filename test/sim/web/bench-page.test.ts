/** The bench's page in Chromium against canned answers: what hands send, what is shown of what is told, and that everybody can use it. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPages, type Pages } from '../../../sim/web/build.ts';
import { closePage, keepPicture, type Look, type Opened, openBrowser, openPage, violationsIn } from './browser.ts';
import { type Asked, CannedServer, token } from './canned-server.ts';
import { awaitingPin, benchAnswers, cannedWorld, frontOpened, lineNews } from './canned-world.ts';

let browser: Browser;
let pages: Pages;
let server: CannedServer;
let opened: Opened;

const openBench = async (look?: Look): Promise<Opened['page']> => {
  opened = await openPage(browser, look);
  const { page } = opened;
  await page.goto(`${server.address}/#token=${token}`);
  await page.getByRole('heading', { name: 'Front door' }).waitFor();
  await page.getByText('Live', { exact: true }).waitFor();
  return page;
};
const sent = (call: Asked['call']): readonly Asked[] => server.asked.filter((one) => one.call === call);
/** What hands did at doors, in order. */
const hands = (): readonly (readonly [path: string, body: unknown])[] =>
  server.asked.filter(({ path }) => path.startsWith('/api/bench/')).map(({ path, body }) => [path.slice('/api/bench/'.length), body]);

beforeAll(async () => {
  [browser, pages] = await Promise.all([openBrowser(), buildPages()]);
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await CannedServer.start(pages, benchAnswers);
});
afterEach(async () => {
  await closePage(opened);
  await server.stop();
});

describe('the keypad', () => {
  it('sends the keys that are clicked, in order, to its own door', async () => {
    const page = await openBench();
    const keypad = page.getByRole('group', { name: 'Keypad of Store room' });
    for (const key of ['0', '4', '1', '7']) await keypad.getByRole('button', { name: key, exact: true }).click();
    await keypad.getByRole('button', { name: 'Hash, enter' }).click();
    await expect
      .poll(() =>
        sent('type')
          .map(({ body }) => (body as { keys: string }).keys)
          .join(''),
      )
      .toBe('0417#');
    expect(new Set(sent('type').map(({ path }) => path))).toEqual(new Set(['/api/bench/store/keys']));
  });

  it('takes typed digits while it has the focus; Enter ends what was typed and Backspace clears it', async () => {
    const page = await openBench();
    await page.getByRole('group', { name: 'Keypad of Front door' }).getByRole('button', { name: '5', exact: true }).focus();
    for (const key of ['1', '2', 'Backspace', '0', '4', '1', '7', 'Enter']) await page.keyboard.press(key);
    await expect
      .poll(() =>
        sent('type')
          .map(({ body }) => (body as { keys: string }).keys)
          .join(''),
      )
      .toBe('12*0417#');
  });

  it('is one stop of the Tab key; arrows go from key to key, and Enter presses the one in focus', async () => {
    const page = await openBench();
    await page.getByRole('group', { name: 'Keypad of Front door' }).getByRole('button', { name: '5', exact: true }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => sent('type').map(({ body }) => body)).toEqual([{ keys: '9' }]);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Open the door');
  });
});

describe('a key of the keypad', () => {
  const keyIn = (page: Opened['page']) => page.getByRole('group', { name: 'Keypad of Front door' }).getByRole('button', { name: '4', exact: true });
  const isDown = async (page: Opened['page']): Promise<boolean> => ((await keyIn(page).getAttribute('class')) ?? '').includes('down');
  const keys = (): string =>
    sent('type')
      .map(({ body }) => (body as { keys: string }).keys)
      .join('');

  it('is drawn down while a mouse holds it, and no longer', async () => {
    const page = await openBench();
    await keyIn(page).hover();
    await page.mouse.down();
    await expect.poll(() => isDown(page)).toBe(true);
    await page.mouse.up();
    await expect.poll(() => isDown(page)).toBe(false);
    await expect.poll(keys).toBe('4');
    expect(await isDown(page)).toBe(false);
    await page.mouse.down();
    await page.mouse.move(0, 0);
    await expect.poll(() => isDown(page)).toBe(false);
    await page.mouse.up();
    expect(keys()).toBe('4');
  });

  it('is let go by a finger that taps it', async () => {
    const page = await openBench({ isPhone: true });
    await keyIn(page).tap();
    await expect.poll(keys).toBe('4');
    expect(await isDown(page)).toBe(false);
  });

  it('is drawn down while it is held on the keyboard, and let go with it or with the focus', async () => {
    const page = await openBench();
    await keyIn(page).focus();
    await page.keyboard.down('4');
    await expect.poll(() => isDown(page)).toBe(true);
    await page.keyboard.up('4');
    await expect.poll(() => isDown(page)).toBe(false);
    await page.keyboard.down('4');
    await page.getByRole('button', { name: 'Open the door' }).first().focus();
    await expect.poll(() => isDown(page)).toBe(false);
    await page.keyboard.up('4');
    await keyIn(page).focus();
    await page.keyboard.press('Enter');
    await expect.poll(keys).toBe('44#');
    expect(await isDown(page)).toBe(false);
  });
});

describe('the states of a door', () => {
  it('are drawn calmly where nothing is going on', async () => {
    const page = await openBench();
    const classOf = (words: string): Promise<string | null> =>
      page.getByRole('region', { name: 'States' }).locator('.state').filter({ hasText: words }).first().getAttribute('class');
    expect(await classOf('secured')).toBe('state lit rest');
    server.tell({ ...awaitingPin, door: 'front' });
    await expect.poll(() => page.getByRole('region', { name: 'States' }).locator('.state.lit:not(.rest)').count()).toBe(1);
  });
});

describe('hands at a door', () => {
  it('hold up cards, open the leaf, press the exit button and open the case', async () => {
    const page = await openBench();
    const door = page.getByRole('region', { name: 'Front door' });
    await door.getByRole('button', { name: 'Bea’s fob' }).click();
    await door.getByRole('button', { name: 'Open the door' }).click();
    await door.getByRole('button', { name: 'Case open' }).click();
    await door.getByRole('button', { name: 'Exit button' }).click();
    await expect.poll(hands).toEqual([
      ['front/card', { card: 'B' }],
      ['front/input', { input: 'doorContact', isActive: true }],
      ['front/input', { input: 'tamper', isActive: true }],
      ['front/input', { input: 'rex', isActive: true }],
      ['front/input', { input: 'rex', isActive: false }],
    ]);
  });

  it('shift the time, cut the line, make it noisy and take the power away', async () => {
    const page = await openBench();
    for (const name of ['Pause', '×60', 'Play']) await page.getByRole('group', { name: 'Time' }).getByRole('button', { name }).click();
    for (const name of ['+1 s', '+15 s', 'Line cut', '1 in 100', 'Store room: power off']) {
      await page.getByRole('button', { name, exact: true }).click();
    }
    await expect.poll(hands).toEqual([
      ['time', { speed: 0 }],
      ['time', { speed: 60 }],
      ['time', { speed: 1 }],
      ['time', { skipMs: 1_000 }],
      ['time', { skipMs: 15_000 }],
      ['line', { isCut: true }],
      ['line', { noise: 0.01 }],
      ['store/power', { isOn: false }],
    ]);
  });

  it('see the case as it is told, also where somebody else opened it', async () => {
    const page = await openBench();
    const isOpen = page.getByRole('region', { name: 'Store room' }).getByRole('button', { name: 'Case open', pressed: true });
    expect(await isOpen.count()).toBe(0);
    server.tell({ ...awaitingPin, isTampered: true });
    await isOpen.waitFor();
    server.tell(awaitingPin);
    await expect.poll(() => isOpen.count()).toBe(0);
  });

  it('are told when the server refuses', async () => {
    const page = await openBench();
    server.answer({ swipe: undefined } as object);
    await page.getByRole('region', { name: 'Front door' }).getByRole('button', { name: 'Unknown card' }).click();
    await page.getByText('There is no such thing here.').waitFor();
    await keepPicture(page, 'bench-refused');
    await page.getByRole('button', { name: 'Put away' }).click();
    expect(await page.getByText('There is no such thing here.').count()).toBe(0);
  });
});

describe('what is told', () => {
  it('shows at the door it is about: light, strike, leaf, and the states that are lit', async () => {
    const page = await openBench();
    server.tell(awaitingPin, frontOpened, { kind: 'signal', door: 'store', signal: 'pinAsked' });
    const store = page.getByRole('region', { name: 'Store room' });
    await store.getByRole('img', { name: 'Light: amber' }).waitFor();
    expect(await store.getByRole('status').textContent()).toBe('Store room: Type your PIN');
    server.tell({ kind: 'time', nowMs: 61_000, wall: '2026-03-02T09:01:01.000Z', speed: 1 });
    server.tell({ kind: 'signal', door: 'store', signal: 'key' }, { kind: 'time', nowMs: 64_999, wall: '2026-03-02T09:01:04.999Z', speed: 1 });
    await page.getByText('2026-03-02 09:01:04 UTC').waitFor();
    expect(await store.getByRole('status').textContent()).toBe('Store room: Type your PIN');
    server.tell({ kind: 'time', nowMs: 65_000, wall: '2026-03-02T09:01:05.000Z', speed: 1 });
    await page.getByText('2026-03-02 09:01:05 UTC').waitFor();
    expect(await store.getByRole('status').textContent()).toBe('Store room: At rest');
    await page.getByRole('img', { name: 'Front door: open, strike released' }).waitFor();
    await page.getByRole('img', { name: 'door contact: open' }).waitFor();
    await page.getByRole('tab', { name: 'Store room' }).click();
    await page.getByRole('img', { name: 'window: open' }).waitFor();
    await page.getByRole('img', { name: 'door contact: closed' }).waitFor();
  });

  it('shows the line newest on top, leaves idle polls out unless asked, and stands still while it is paused', async () => {
    const page = await openBench();
    const says = (): Promise<string[]> => page.locator('.line-log tbody td:nth-child(3)').allTextContents();
    server.tell(...lineNews);
    await expect.poll(says).toEqual(['raw: a card of 26 bits, …c0', 'mfg: doorpad events taken, 9 bytes', 'mfgrep: doorpad events, 41 bytes']);
    await page.getByRole('button', { name: 'Hide idle polls' }).click();
    await expect.poll(async () => (await says()).length).toBe(lineNews.length);
    const lineLog = page.getByRole('region', { name: 'The line' });
    await lineLog.getByRole('button', { name: 'Pause' }).click();
    server.tell(...lineNews, frontOpened);
    await page.getByRole('img', { name: 'Front door: open, strike released' }).waitFor();
    expect((await says()).length).toBe(lineNews.length);
    await lineLog.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(async () => (await says()).length).toBe(2 * lineNews.length);
  });

  it('keeps the 400 newest messages of the line, and draws those in sight', async () => {
    const page = await openBench();
    const messages = Array.from({ length: 1_000 }, (_, second) => ({
      ...lineNews[3],
      kind: 'line',
      atMs: second * 1_000,
      words: `message ${second}`,
    }));
    server.tell(...(messages as typeof lineNews));
    const table = page.getByRole('table', { name: 'Messages on the line' });
    await table.getByText('message 999', { exact: true }).waitFor();
    expect(await table.getAttribute('aria-rowcount')).toBe('401');
    expect(await table.getByRole('row').count()).toBeLessThan(40);
    await page.getByRole('region', { name: 'Messages on the line' }).focus();
    await page.keyboard.press('End');
    await table.getByText('message 600', { exact: true }).waitFor();
  });

  it('is asked for anew after the connection broke', async () => {
    const page = await openBench();
    const before = sent('world').length;
    server.answer({ world: () => ({ ...cannedWorld, wall: '2026-03-02T10:30:00.000Z' }) });
    server.cutLive();
    await page.getByText('2026-03-02 10:30:00 UTC').waitFor();
    expect(server.connections).toBe(2);
    expect(sent('world').length).toBeGreaterThan(before);
  });

  it('beeps once sound is turned on', async () => {
    const page = await openBench();
    await page.evaluate(
      'globalThis.beeps = 0; globalThis.pitches = []; const start = OscillatorNode.prototype.start; OscillatorNode.prototype.start = function (at) { globalThis.beeps += 1; globalThis.pitches.push(this.frequency.value); return start.call(this, at); };',
    );
    server.tell({ kind: 'beep', door: 'front', ms: 60, tone: 'normal' });
    await page.getByRole('button', { name: 'Sound' }).click();
    await page.getByRole('button', { name: 'Sound', pressed: true }).waitFor();
    server.tell({ kind: 'beep', door: 'front', ms: 60, tone: 'normal' }, { kind: 'beep', door: 'store', ms: 200, tone: 'low' });
    await expect.poll(() => page.evaluate('globalThis.beeps')).toBe(2);
    expect(await page.evaluate('globalThis.pitches')).toEqual([2_400, 1_200]);
  });
});

describe('a recording', () => {
  it('is saved as a file when it stops', async () => {
    const page = await openBench();
    server.answer({ world: () => ({ ...cannedWorld, isRecording: true }) });
    await page.getByRole('button', { name: 'Record a story' }).click();
    const stop = page.getByRole('button', { name: 'Recording: stop and save' });
    await stop.waitFor();
    server.answer({ record: () => ({ toml: 'name = "a story"\n' }) });
    const [download] = await Promise.all([page.waitForEvent('download'), stop.click()]);
    expect(download.suggestedFilename()).toBe('story.toml');
    const parts: string[] = [];
    for await (const part of await download.createReadStream()) parts.push(String(part));
    expect(parts.join('')).toBe('name = "a story"\n');
    expect(sent('record').map(({ body }) => body)).toEqual([{ isRecording: true }, { isRecording: false }]);
  });
});

describe('everybody can use it', () => {
  const looks: readonly (readonly [name: string, look: Look])[] = [
    ['light', {}],
    ['dark', { isDark: true }],
    ['phone', { isPhone: true }],
    ['phone-dark', { isPhone: true, isDark: true }],
  ];
  it.each(looks)('%s: axe finds nothing wrong, and nothing is wider than the page', async (name, look) => {
    const page = await openBench(look);
    server.tell(
      awaitingPin,
      frontOpened,
      { kind: 'signal', door: 'store', signal: 'pinAsked' },
      { kind: 'signal', door: 'front', signal: 'granted' },
    );
    server.tell(...lineNews);
    await page.getByText('Come in').waitFor();
    await page.getByText('raw: a card of 26 bits, …c0').waitFor();
    await keepPicture(page, `bench-${name}`);
    expect(await violationsIn(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
  });

  it('shows a door without power as one', async () => {
    const page = await openBench();
    server.tell({ ...awaitingPin, isPowered: false, states: [], light: 'off' });
    await page.getByText('No power').waitFor();
    await page.getByRole('tab', { name: 'Store room' }).click();
    await page.getByRole('img', { name: 'entry: not running' }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
  });
});
