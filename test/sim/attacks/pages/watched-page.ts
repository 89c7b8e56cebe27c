/**
 * A page of the manager in Chromium that is watched while hostile names stand on it (SECURITY H5): scripts, dialogs, requests to elsewhere, what the
 * policy of the page had to stop, and what is wider than the page. Decides how that is seen; which names stand where is the tests'.
 */
import type { Browser, BrowserContext, Page } from 'playwright-core';

/** Before anything of the page: the policy does not hold for it. */
const atStart = `
  globalThis.stopped = [];
  document.addEventListener('securitypolicyviolation', (event) => globalThis.stopped.push(event.violatedDirective + ' ' + event.blockedURI));
`;

/** All that a person can read or hear of the page: texts, fields, choices, labels. */
const shownInPage = `(() => {
  const texts = [document.body.textContent, document.title];
  for (const field of document.querySelectorAll('input, textarea, select')) texts.push(field.value);
  for (const one of document.querySelectorAll('[aria-label], [title], [alt], option')) {
    texts.push(one.getAttribute('aria-label') ?? '', one.getAttribute('title') ?? '', one.getAttribute('alt') ?? '', one.label ?? '');
  }
  return texts.join('\\n');
})()`;

/** What no view has of itself: markup that came from a name. */
const strangersInPage = `(() => {
  const found = [];
  const own = new URL('/', location.href).href;
  for (const one of document.querySelectorAll('*')) {
    for (const { name, value } of one.attributes) {
      if (/^on/i.test(name)) found.push(name);
      if (/^(?:href|src|action|formaction|data|srcset|srcdoc|xlink:href)$/i.test(name)) {
        if (/^(?:action|formaction|srcset|srcdoc)$/i.test(name) || !new URL(value, own).href.startsWith(own)) found.push(name + ' ' + value);
      }
    }
  }
  const tags = 'script:not([src]), iframe, frame, object, embed, img, video, audio, base, style, marquee, math, template, portal, x, ' +
    'meta[http-equiv], link:not([rel=stylesheet]):not([rel=modulepreload]):not([rel=icon])';
  for (const one of document.querySelectorAll(tags)) found.push(one.outerHTML.slice(0, 100));
  return found;
})()`;

const wideInPage = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > clientWidth + 1 && !one.closest('.rows, .menu'));
  return [scrollWidth - clientWidth, ...wide.map((one) => one.tagName + '.' + one.className + ' ' + one.textContent.slice(0, 40))];
})()`;

export class WatchedPage {
  readonly page: Page;
  readonly #problems: string[] = [];

  private constructor(page: Page, origin: string) {
    this.page = page;
    page.on('dialog', (dialog) => {
      this.#problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', ({ message }) => this.#problems.push(`error: ${message}`));
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedHTML|Trusted Type/i.test(message.text())) this.#problems.push(`stopped: ${message.text()}`);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith(`blob:${origin}/`)) this.#problems.push(`elsewhere: ${request.url()}`);
    });
    page.context().on('page', (other) => this.#problems.push(`another page: ${other.url()}`));
  }

  /** `start`: the address behind the origin. */
  static async open(browser: Browser, origin: string, start: string, isPhone = false): Promise<WatchedPage> {
    const viewport = isPhone ? { width: 390, height: 844 } : { width: 1_360, height: 900 };
    const context: BrowserContext = await browser.newContext({ viewport, reducedMotion: 'reduce' });
    await context.addInitScript(atStart);
    const watched = new WatchedPage(await context.newPage(), origin);
    await watched.page.goto(`${origin}${start}`);
    return watched;
  }

  /** Opens a view, waits until all of these can be read there, and judges it. */
  async shows(view: string, texts: readonly string[]): Promise<void> {
    await this.page.evaluate(`location.hash = '#/${view}'`);
    await this.reads(view, texts);
    await this.judge(view);
  }

  /** Waits until all of these can be read, on any of the rows of the lists as well. */
  async reads(view: string, texts: readonly string[]): Promise<void> {
    const missing = new Set(texts);
    let turns = 0;
    while (missing.size > 0) {
      const shown: string = await this.page.evaluate(shownInPage);
      for (const text of missing) if (shown.includes(text)) missing.delete(text);
      turns += 1;
      if (turns > maxTurns) throw new Error(`${view} does not show ${JSON.stringify([...missing].slice(0, 5))} and so on, ${missing.size} in all`);
      if (missing.size > 0) await this.page.evaluate(scrollOn);
    }
  }

  async judge(view: string): Promise<void> {
    const found = await this.page.evaluate<[string[], unknown[], unknown, string[]]>(
      `[${strangersInPage}, ${wideInPage}, globalThis.owned, globalThis.stopped]`,
    );
    const [strangers, wide, owned, stopped] = found;
    if (strangers.length > 0) this.#problems.push(`${view}: markup of a name: ${strangers.join('; ')}`);
    if (wide.length > 0) this.#problems.push(`${view}: wider than the page: ${wide.slice(0, 5).join('; ')}`);
    if (owned !== undefined && owned !== null) this.#problems.push(`${view}: a script ran`);
    if (stopped.length > 0) this.#problems.push(`${view}: stopped ${stopped.join('; ')}`);
  }

  /** What was seen that must not be. */
  async close(): Promise<readonly string[]> {
    await this.page.context().close();
    return [...new Set(this.#problems)];
  }
}

/** A list of 1,000 rows is looked through in half as many. */
const maxTurns = 400;

/** The next screen of each list, from the top again behind the last; and a moment for what is asked for. */
const scrollOn = `new Promise((resolve) => {
  for (const rows of document.querySelectorAll('.rows')) {
    const isAtEnd = rows.scrollTop + rows.clientHeight >= rows.scrollHeight - 1;
    rows.scrollTop = isAtEnd ? 0 : rows.scrollTop + rows.clientHeight / 2;
  }
  requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
})`;
