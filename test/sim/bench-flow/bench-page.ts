/**
 * The pages of a running bench as a person uses them in Chromium: keys, cards and buttons by what they say, and the texts that come of it. Waits
 * for what is shown; what it should be is the tests'.
 */
import type { Browser, Download, Locator, Page } from 'playwright-core';
import { present } from '../../../src/shared/assert.ts';
import { closePage, type Failing, type Look, type Opened, openPage } from '../web/browser.ts';

export type DoorLabel = 'Front door' | 'Store room';

export class BenchPage {
  readonly page: Page;
  readonly #opened: Opened;

  private constructor(opened: Opened) {
    this.#opened = opened;
    this.page = opened.page;
  }

  /** At an address of the bench, once somebody is logged in or is asked to. */
  static async open(browser: Browser, address: string, look?: Look, failing: readonly Failing[] = []): Promise<BenchPage> {
    const opened = await openPage(browser, look, failing);
    await opened.page.goto(address);
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    return new BenchPage(opened);
  }

  /** Rejects where a script failed, or the browser refused something. */
  close(): Promise<void> {
    return closePage(this.#opened);
  }

  /** `place`: what stands behind `#/` in the address. The page is not loaded again. */
  async show(place: string, heading: string | RegExp): Promise<void> {
    await this.page.evaluate(`location.hash = '#/${place}'`);
    await this.page.getByRole('heading', { name: heading, level: 1 }).waitFor();
  }

  door(label: DoorLabel): Locator {
    return this.page.getByRole('region', { name: label, exact: true });
  }

  /** On the keypad of the page, key by key. */
  async type(label: DoorLabel, keys: string): Promise<void> {
    for (const key of keys) await this.door(label).locator(`[data-key="${key}"]`).click();
  }

  async swipe(label: DoorLabel, card: string): Promise<void> {
    await this.door(label).getByRole('button', { name: card }).click();
  }

  /** Resolves once the door says so. */
  async says(label: DoorLabel, words: string): Promise<void> {
    await this.door(label).getByRole('status').getByText(`${label}: ${words}`, { exact: true }).waitFor();
  }

  async opens(label: DoorLabel): Promise<void> {
    await this.door(label).locator('.facts').getByText('released', { exact: true }).waitFor();
  }

  async isShut(label: DoorLabel): Promise<void> {
    await this.door(label).locator('.facts').getByText('secured', { exact: true }).waitFor();
  }

  /** The time control's step. */
  async skip(words: '+1 s' | '+15 s'): Promise<void> {
    await this.page.getByRole('button', { name: words }).click();
  }

  async press(name: string, within: Page | Locator = this.page): Promise<void> {
    await within.getByRole('button', { name, exact: true }).click();
  }

  /** The one dialog that is open. */
  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** A question answered with yes: the button that asks, and the same words in the dialog. */
  async sure(name: string, within?: Locator): Promise<void> {
    await this.press(name, within);
    await this.press(name, this.dialog);
    await this.dialog.waitFor({ state: 'detached' });
  }

  /** Searches by name and takes whom it finds. */
  async pick(name: string): Promise<void> {
    await this.dialog.getByLabel('Person').fill(name);
    await this.press(name, this.dialog);
  }

  /** Of the code that is shown there, once it is. `not`: another one that may stand there before. */
  async digitsIn(within: Locator, not = ''): Promise<string> {
    const shown = within.locator('.code [aria-hidden]').filter({ hasText: /^[0-9]{4,8}$/, hasNotText: not || /never/ });
    return present(await shown.textContent(), 'a code has digits');
  }

  /** What pressing that button saves. */
  async saved(press: () => Promise<void>): Promise<Download> {
    const download = this.page.waitForEvent('download');
    await press();
    return download;
  }

  /** The newest line of the log: what, who and where. */
  async newest(): Promise<string> {
    const texts = await this.page.locator('.events tbody tr:not(.gap)').first().locator('td').allTextContents();
    return texts.slice(1, 4).join(' | ');
  }

  /** The lines of the log that are drawn, newest first: what, who and where. */
  async logged(): Promise<string[]> {
    const lines = await this.page.locator('.events tbody tr:not(.gap)').all();
    const cells = await Promise.all(lines.map((line) => line.locator('td').allTextContents()));
    return cells.map((texts) => texts.slice(1, 4).join(' | '));
  }
}
