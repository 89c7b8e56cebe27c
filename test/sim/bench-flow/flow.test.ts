/** The whole product once through, in Chromium on the program that `npm start` runs: codes issued, typed, rolled, shared, shown, and all of it in the log. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBackup } from '../../../sim/controller/backup.ts';
import { buildPages } from '../../../sim/web/build.ts';
import { NodeCrypto } from '../../../src/drivers/node-crypto.ts';
import { BenchProgram, type Serving } from '../bench/program.ts';
import { Child, simFile } from '../processes/children.ts';
import { openBrowser } from '../web/browser.ts';
import { BenchPage } from './bench-page.ts';

const password = 'ten letters at least';
const dayMs = 86_400_000;
const notFound = 'Deny Access - Card/PIN Not Found';
const wrongPin = 'Deny Access - Wrong PIN';
const granted = 'Access Granted';
/** Far more than a line of the log takes to come, in real milliseconds. */
const longestMs = 30_000;
const inForce = 'In force at all 2 readers.';

let browser: Browser;
let folder: string;
let program: BenchProgram;
let serving: Serving;
/** Somebody at the doors and at the manager. */
let here: BenchPage;
/** Somebody who watches the log, and never loads it again. */
let log: BenchPage;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'doorpad-flow-'));
  // Made before the program starts: on a busy machine that takes longer than it is waited for.
  [browser] = await Promise.all([openBrowser(), buildPages()]);
  program = new BenchProgram(join(folder, 'bench'));
  serving = await program.serves();
  here = await BenchPage.open(browser, serving.address);
  log = await BenchPage.open(browser, serving.address);
  // High enough for all of it: rows out of sight are not drawn.
  await log.page.setViewportSize({ width: 1_360, height: 3_000 });
  await log.show('activity', 'Activity');
  await log.page.getByText('Live', { exact: true }).waitFor();
  await log.page.evaluate('window.isTheSamePage = true');
});
afterAll(async () => {
  await Promise.all([here?.close(), log?.close()]);
  await browser?.close();
  await program?.child.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const atBench = (): Promise<void> => here.show('bench', 'Bench');

/** Resolves once the log has one line more, at its top, with this text, of this person at this door. */
const logs = async (text: string, who: string, door: string): Promise<void> => {
  await expect.poll(() => log.newest(), { timeout: longestMs }).toBe(`${text} | ${who} | ${door}`);
};

/** A person of that name with a new code, which is in force at both doors. */
const addPerson = async (name: string): Promise<string> => {
  await here.show('people', 'People');
  await here.press('New person');
  await here.dialog.getByLabel('Name').fill(name);
  await here.press('Add', here.dialog);
  await here.page.getByRole('heading', { name, level: 1 }).waitFor();
  await here.press('+ New');
  await here.press('Save', here.dialog);
  const pin = here.page.getByRole('region', { name: 'PIN' });
  const digits = await here.digitsIn(pin);
  await pin.getByText(inForce).waitFor();
  return digits;
};

describe('on the page of the bench', () => {
  it('a code that was issued opens, and once it is rolled the old one is denied and the new one opens', async () => {
    const old = await addPerson('Dana');
    expect(old).toMatch(/^[0-9]{6}$/);
    const person = here.page.url();
    await atBench();
    await here.type('Front door', `${old}#`);
    await here.opens('Front door');
    await here.says('Front door', 'Come in');
    await logs(granted, 'Dana', 'Front door');

    await here.page.goto(person);
    await here.sure('Roll');
    const pin = here.page.getByRole('region', { name: 'PIN' });
    const fresh = await here.digitsIn(pin);
    expect(fresh).not.toBe(old);
    await pin.getByText(inForce).waitFor();
    expect(await pin.getByText('The old code still opens').count()).toBe(0);

    await atBench();
    await here.skip('+15 s');
    await here.isShut('Front door');
    await here.type('Front door', `${old}#`);
    await here.says('Front door', 'No entry');
    await logs(notFound, '', 'Front door');
    await here.isShut('Front door');
    await here.type('Front door', `${fresh}#`);
    await here.opens('Front door');
    await logs(granted, 'Dana', 'Front door');
  });

  it('a door for card and PIN asks for the card again after 15 seconds, and denies a wrong PIN to the card’s person', async () => {
    await atBench();
    await here.swipe('Store room', 'Ada’s card');
    await here.says('Store room', 'Type your PIN');
    await here.skip('+15 s');
    await here.says('Store room', 'Too late: card again');
    await here.type('Store room', '0417#');
    await here.isShut('Store room');
    await here.skip('+15 s');

    await here.swipe('Store room', 'Ada’s card');
    await here.says('Store room', 'Type your PIN');
    await here.type('Store room', '9731#');
    await here.says('Store room', 'No entry');
    await logs(wrongPin, 'Ada', 'Store room');
    await here.type('Store room', '0417#');
    await here.opens('Store room');
    await logs(granted, 'Ada', 'Store room');
  });

  it('a card that nobody had is enrolled, given from the log to a person, and opens', async () => {
    await addPerson('Emil');
    await here.show('readers', 'Readers');
    await here.press('Enrol a card', here.door('Front door'));
    await here.page.getByRole('region', { name: 'Messages' }).getByText('Hold the new card up').waitFor();
    await atBench();
    await here.swipe('Front door', 'Unknown card');
    await here.says('Front door', 'No entry');
    await log.page.getByRole('button', { name: 'Assign card' }).first().click();
    await log.pick('Emil');
    await log.dialog.waitFor({ state: 'detached' });
    await here.show('readers', 'Readers');
    await expect.poll(() => here.page.getByText('Table in step').count(), { timeout: longestMs }).toBe(2);
    await atBench();
    await here.swipe('Front door', 'Unknown card');
    await here.opens('Front door');
    await logs(granted, 'Emil', 'Front door');
  });

  it('a shared access is regenerated: the old code is denied, and the new one opens', async () => {
    await here.show('bookings', 'Bookings');
    await here.press('New booking');
    const now = Date.now();
    const day = (days: number): string => `${new Date(now + days * dayMs).toISOString().slice(0, 10)}T10:00`;
    await here.dialog.getByLabel('Title').fill('Family Meyer');
    await here.dialog.getByLabel('Unit').fill('12');
    await here.dialog.getByLabel('From').fill(day(-1));
    await here.dialog.getByLabel('Until').fill(day(2));
    await here.press('Save', here.dialog);
    await here.press('New access');
    await here.dialog.getByLabel('Who or what for').fill('Caterer');
    await here.press('Add', here.dialog);
    const access = here.page.getByRole('listitem').filter({ hasText: 'Caterer' });
    await access.getByText('Active', { exact: true }).waitFor();
    await here.press('Show code', access);
    const old = await here.digitsIn(access);
    await here.sure('Regenerate', access);
    const fresh = await here.digitsIn(access, old);
    await access.getByText(inForce).waitFor();

    await atBench();
    await here.skip('+15 s');
    await here.isShut('Front door');
    await here.type('Front door', `${old}#`);
    await here.says('Front door', 'No entry');
    await logs(notFound, '', 'Front door');
    await here.type('Front door', `${fresh}#`);
    await here.opens('Front door');
    await logs(granted, 'Caterer', 'Front door');
  });

  it('a tenant logs in and finds their own code, and how it went lately', async () => {
    await here.show('users', 'Users');
    await here.press('New user');
    await here.dialog.getByLabel('Name', { exact: true }).fill('ada');
    await here.dialog.getByLabel('Password').fill(password);
    await here.dialog.getByLabel('Role').selectOption('Tenant');
    await here.pick('Ada');
    await here.press('Add', here.dialog);
    await here.page.getByText('Remove ada').waitFor();

    const tenant = await BenchPage.open(browser, serving.origin, {}, [{ path: '/api/session', says: 'status of 401' }]);
    await tenant.page.getByLabel('Name').fill('ada');
    await tenant.page.getByLabel('Password').fill('not this password');
    await tenant.press('Log in');
    await tenant.page.getByText('Name or password is wrong.').waitFor();
    await tenant.page.getByLabel('Password').fill(password);
    await tenant.press('Log in');
    await tenant.page.getByRole('heading', { name: 'Hello, Ada' }).waitFor();
    expect(await tenant.digitsIn(tenant.page.getByRole('region', { name: 'My code' }))).toBe('0417');
    await tenant.page.getByRole('region', { name: 'How it went lately' }).getByText(wrongPin).waitFor();
    expect(await tenant.page.getByRole('link', { name: 'People' }).count()).toBe(0);
    await tenant.close();
  });

  it('a backup is saved, which its password opens', async () => {
    await here.show('settings', 'Settings');
    await here.page.getByLabel('Password').fill(password);
    const file = await here.saved(() => here.press('Save a backup'));
    const opened = await readBackup(readFileSync(await file.path()), password, new NodeCrypto());
    expect(opened).toMatchObject({ ok: true, value: { keys: { readers: [{ name: 'Front door' }, { name: 'Store room' }] } } });
  });

  it('what was done is recorded as a story, which `sim run` replays', async () => {
    await atBench();
    await here.skip('+15 s');
    await here.press('Record a story');
    await here.page.getByRole('button', { name: 'Recording: stop and save' }).waitFor();
    await here.type('Front door', '0417#');
    await here.opens('Front door');
    await here.skip('+15 s');
    await here.isShut('Front door');
    const file = await here.saved(() => here.press('Recording: stop and save'));
    const story = join(folder, file.suggestedFilename());
    await file.saveAs(story);
    expect(readFileSync(story, 'utf8')).toMatch(/event access\.granted/);
    const replayed = new Child([simFile, 'run', story], {});
    expect(await replayed.ended).toEqual({ code: 0, signal: null });
  });

  it('all of it came into the log as it happened', async () => {
    expect(await log.page.evaluate('window.isTheSamePage')).toBe(true);
    const lines = await log.logged();
    const grants = lines.filter((line) => line.startsWith(granted)).reverse();
    expect(grants.map((line) => line.replace(/^.*? \| (.*) \|.*$/, '$1'))).toEqual(['Dana', 'Dana', 'Ada', 'Emil', 'Caterer', 'Ada']);
  });

  it('waits for a reader while time stands still, and goes on once Play is pressed', async () => {
    await atBench();
    await here.press('Pause', here.page.getByRole('group', { name: 'Time' }));
    await here.show('readers', 'Readers');
    const door = here.door('Front door');
    await here.press('Set clock', door);
    await door.getByText('Waits: time stands still.').waitFor();
    await here.press('Play', door);
    await here.page.getByRole('region', { name: 'Messages' }).getByText('Done.').waitFor();
  });

  it('ends when it is told to, with nothing to report', async () => {
    // Pages that miss it would say so.
    await Promise.all([here.close(), log.close()]);
    expect(await program.child.end('SIGINT')).toEqual({ code: 0, signal: null });
    expect(program.child.err).toBe('');
  });
});
