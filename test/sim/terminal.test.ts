/** `npm run keypad` as somebody at a terminal uses it, and as a script does. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Screen } from './terminal-screen.ts';

const root = join(import.meta.dirname, '..', '..');
const screens: Screen[] = [];
afterEach(async () => {
  for (const screen of screens.splice(0)) await screen.close();
});

const start = async (rows: number): Promise<Screen> => {
  const screen = await Screen.run('npm run keypad --silent', { cwd: root, columns: 80, rows });
  screens.push(screen);
  await screen.until((text) => text.includes('Front door'));
  return screen;
};

/** Starting Node takes its time on a busy machine. */
describe('npm run keypad at a terminal', () => {
  it('takes a PIN, says what the door says, never shows what is typed, and gives the screen back', async () => {
    const screen = await start(24);
    await screen.type('7391#');
    const denied = await screen.until((text) => text.includes('no entry'));
    expect(denied).toContain('Deny Access - Card/PIN Not Found');
    expect(denied).not.toContain('7391');
    expect(denied).toMatch(/buzzer +♪+/);

    await screen.type('0417', 'Enter');
    const granted = await screen.until((text) => text.includes('come in'));
    expect(granted).toMatch(/strike +released/);
    expect(granted).toContain('Access Granted, Ann');

    await screen.type('q');
    const after = await screen.until((text) => text.includes('ended with'));
    expect(after.trim()).toBe('before\nended with 0');
  });

  it('loses nothing of sixty pasted keys', async () => {
    const screen = await start(40);
    await screen.paste('0417#'.repeat(12));
    const text = await screen.until((shown) => (shown.match(/Access Granted/g) ?? []).length === 12);
    expect(text).not.toContain('Deny');
  });

  it('ends at once with Ctrl-C, also in the middle of a paste, and gives the screen back', async () => {
    const screen = await start(24);
    await screen.paste('1'.repeat(2_000));
    await screen.type('C-c');
    expect((await screen.until((text) => text.includes('ended with'))).trim()).toBe('before\nended with 0');
  });
});

describe('npm run keypad in a script', () => {
  const run = (input: string, ...args: readonly string[]) =>
    spawnSync(process.execPath, [join(root, 'sim', 'terminal', 'main.ts'), ...args], { input, encoding: 'utf8' });

  it('reads keys from a pipe and tells each event in a line', () => {
    const { status, stdout, stderr } = run('0417#\n');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}Access Granted, Ann {2}\(by pin\)\n$/);
  });

  it('starts in the mode asked for, and refuses one there is not with code 2', () => {
    expect(run('a', '--mode', 'locked').stdout).toContain('Deny Access - Door Locked');
    expect(run('', '--mode', 'lokced')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('Usage: npm run keypad') });
  });

  it.each([
    [['--mode', 'lokced'], 'There is no mode "lokced".'],
    [['--mdoe', 'locked'], "Unknown option '--mdoe'"],
    [['locked'], "Unexpected argument 'locked'"],
  ])('names the mistake in %j, and shows the use', (args, mistake) => {
    const { status, stderr } = run('', ...args);
    expect(status).toBe(2);
    expect(stderr.startsWith(mistake)).toBe(true);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
