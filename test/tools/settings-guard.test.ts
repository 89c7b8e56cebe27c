/** With which settings a door of a site starts: what its file weakens waits for an order, and what came of the order outlives power cuts. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import { exitCodes, type Io } from '../../src/main.ts';
import { present } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { newStandAloneKeys, writeSiteKeys } from '../../src/tools/key-store.ts';
import { replacePrivateFile } from '../../src/tools/private-files.ts';
import type { WaitingFile } from '../../src/tools/settings-guard.ts';
import { crypto, programFile, type Ran, Workplace } from './workplace.ts';

const at = new Workplace();
const strict = 'mode = "cardAndPin"';
const weak = 'mode = "cardOrPin"';
const weakest = 'mode = "unlocked"';

/** Writes the settings file: lines of the section [reader], and sections behind. */
const configure = (reader: string, dataDir = at.dataDir, more = ''): void => {
  at.write('doorpad.toml', `[reader]\ndataDir = "${dataDir}"\n${reader}\n[door]\nstrike = "relay"\n${more}`);
};

interface Start {
  readonly mode: string | undefined;
  readonly lastRun: Config | undefined;
  readonly waiting: WaitingFile | undefined;
  readonly areSettingsAccepted: boolean | undefined;
}
let starts: Start[] = [];
let whileRunning: (start: Start) => Promise<void> = async () => undefined;

/** Soon: a door that starts at once serves by then. */
const serving = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

/** A start of the door, and its end once `whileRunning` is done; a door that does not start has no mode. */
const start = async (lastGood = at.lastGood): Promise<Start & Ran> => {
  starts = [];
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const boot: Io['boot'] = async (config, facts) => {
    const started = { mode: config.policy.mode, ...facts };
    starts.push(started);
    void serving()
      .then(() => whileRunning(started))
      .then(end, end);
    return { stop: () => Promise.resolve(), restartNeeded: new Promise(() => undefined) };
  };
  const ran = await at.run(['run', '--config', at.configFile, '--last-good', lastGood], { boot, stopAsked: () => over });
  const [started = { mode: undefined, lastRun: undefined, waiting: undefined, areSettingsAccepted: undefined }] = starts;
  return { ...started, ...ran };
};

const acceptsWhatWaits = async ({ waiting }: Start): Promise<void> => present(waiting, 'settings wait').accept();
const check = (): Promise<Ran> => at.run(['check', '--config', at.configFile, '--last-good', at.lastGood]);
/** Nothing of the keys can be read any more, by whoever this is. */
const hideKeys = (): void => {
  rmSync(join(at.dataDir, 'keys'), { recursive: true });
  symlinkSync('keys', join(at.dataDir, 'keys'));
};
const mark = (): string => join(at.dataDir, 'keys', 'settings.json');

beforeEach(() => {
  whileRunning = async () => undefined;
  mkdirSync(at.dataDir, { mode: 0o700 });
  configure(strict);
});
const installKeys = (dataDir = at.dataDir, address = 1): void => {
  const keys = { ...newStandAloneKeys(crypto), scbk: new SecretBytes(crypto.randomBytes(16)) };
  writeSiteKeys(dataDir, keys, { name: 'Gate', address });
};

describe('a reader of a site', () => {
  beforeEach(async () => {
    installKeys();
    await start();
  });

  it('takes its file while that is what it last ran with', async () => {
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: undefined, err: '', code: exitCodes.done });
  });

  it('goes on whole with the settings it last ran with while its file weakens the door', async () => {
    configure(`name = "Yard"\n${weak}`);
    const { mode, waiting, lastRun, err } = await start();
    expect([mode, lastRun?.name, waiting?.weaker]).toEqual(['cardAndPin', 'door', ['reader.mode']]);
    expect(err).toContain('weakens the door (reader.mode)');
    expect(err).toContain('accept-settings READER');
    expect(readFileSync(at.lastGood, 'utf8')).toContain(strict);
  });

  it('takes a file that is as strict, or stricter, and what it said before is weaker then', async () => {
    configure('mode = "locked"');
    expect(await start()).toMatchObject({ mode: 'locked', waiting: undefined, areSettingsAccepted: false });
    configure(strict);
    expect(await start()).toMatchObject({ mode: 'locked', waiting: { weaker: ['reader.mode'] } });
  });

  it('takes what was accepted, once', async () => {
    configure(weak);
    whileRunning = acceptsWhatWaits;
    expect(await start()).toMatchObject({ mode: 'cardAndPin' });
    whileRunning = async () => undefined;
    expect(await start()).toMatchObject({ mode: 'cardOrPin', waiting: undefined, areSettingsAccepted: true, err: '' });
    expect(readFileSync(at.lastGood, 'utf8')).toContain(weak);
    expect(await start()).toMatchObject({ mode: 'cardOrPin', waiting: undefined, areSettingsAccepted: false });
    configure(strict);
    expect(await start()).toMatchObject({ mode: 'cardAndPin' });
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: { weaker: ['reader.mode'] } });
  });

  it('takes nothing else than what was accepted, and that no more once it has started without it', async () => {
    configure(weak);
    whileRunning = acceptsWhatWaits;
    await start();
    whileRunning = async () => undefined;
    configure(weakest);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: { weaker: ['reader.mode'] } });
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: { weaker: ['reader.mode'] } });
  });

  it('keeps an acceptance while the settings that were accepted could not be kept', async () => {
    configure(weak);
    whileRunning = acceptsWhatWaits;
    await start();
    whileRunning = async () => undefined;
    mkdirSync(`${at.lastGood}.new`);
    for (let turn = 0; turn < 2; turn += 1) {
      const started = await start();
      expect([started.mode, started.err.includes('could not be kept')]).toEqual(['cardOrPin', true]);
      mkdirSync(`${at.lastGood}.new`, { recursive: true });
    }
  });

  it('says what a person does about settings that wait, before they are tried', async () => {
    configure(weak);
    const { code, out } = await check();
    expect(code).toBe(exitCodes.done);
    const hash = /Hash of the settings: ([0-9a-f]{64})/.exec(out)?.[1] ?? '';
    expect(out).toContain(`accept-settings READER ${hash.slice(0, 16)}.`);
    expect(Buffer.from((await start()).waiting?.hash ?? []).toString('hex')).toBe(hash);
  });

  it('cannot be talked out of it by a file that names another data directory', async () => {
    const elsewhere = join(at.place, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    configure(weakest, elsewhere);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: { weaker: ['reader.mode', 'reader.dataDir'] } });
  });

  it('starts with the file it last ran with when its copy is lost, and with no other', async () => {
    rmSync(at.lastGood);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', err: '' });
    expect(existsSync(at.lastGood)).toBe(true);
    rmSync(at.lastGood);
    configure('mode = "locked"');
    const { mode, code, err } = await start();
    expect([mode, code]).toEqual([undefined, exitCodes.settings]);
    expect(err).toContain(`remove ${mark()}`);
    const other = `If the door runs with another --last-good than ${at.lastGood}, say that one here: what follows is judged by this one.\n`;
    expect(await check()).toMatchObject({ code: exitCodes.settings, err: `${other}${err}` });
    rmSync(mark());
    expect(await start()).toMatchObject({ mode: 'locked', err: '' });
  });

  it('is not free of its site where both its copy is lost and the file names a directory without keys', async () => {
    const elsewhere = join(at.place, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    const lastGood = join(at.dataDir, 'last-good.toml');
    expect(await start(lastGood)).toMatchObject({ mode: 'cardAndPin' });
    rmSync(lastGood);
    configure(weakest, elsewhere);
    const { mode, code, err } = await start(lastGood);
    expect([mode, code]).toEqual([undefined, exitCodes.settings]);
    expect(err).toContain(`remove ${mark()} on the reader`);
  });

  it('that was moved away by order is not weakened by a file that moves it back', async () => {
    const elsewhere = join(at.place, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    configure(strict, elsewhere);
    whileRunning = acceptsWhatWaits;
    expect(await start()).toMatchObject({ waiting: { weaker: ['reader.dataDir'] } });
    whileRunning = async () => undefined;
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: undefined, areSettingsAccepted: true });
    expect(JSON.parse(readFileSync(mark(), 'utf8'))).toMatchObject({ accepted: null });
    configure(weakest);
    whileRunning = async (started) => {
      await expect(acceptsWhatWaits(started)).rejects.toMatchObject({ code: 'disk.failed' });
    };
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: { weaker: ['reader.mode', 'reader.dataDir'] }, code: exitCodes.done });
  });

  it('does not take the acceptance of a directory that only its file names', async () => {
    const planted = join(at.place, 'planted');
    mkdirSync(planted, { mode: 0o700 });
    installKeys(planted);
    configure(weakest, planted);
    const { waiting } = await start();
    const accepted = Buffer.from(present(waiting, 'settings wait').hash).toString('hex');
    at.write('planted/keys/settings.json', JSON.stringify({ format: 1, inForce: accepted, accepted }));
    chmodSync(join(planted, 'keys', 'settings.json'), 0o600);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: { weaker: ['reader.mode', 'reader.dataDir'] } });
  });

  it.each<[what: string, line: string, weaker: readonly string[] | undefined]>([
    ['another port', 'port = "/dev/null"\naddress = 7', ['line.port']],
    ['another address', 'port = "/dev/ttyS0"\naddress = 9', ['line.address']],
    ['another rate', 'port = "/dev/ttyS0"\naddress = 7\nbaudRate = 19200', ['line.baudRate']],
    ['the address that its bundle says', 'port = "/dev/ttyS0"\naddress = 3', undefined],
  ])('whose file names %s for its line', async (_, line, weaker) => {
    rmSync(join(at.dataDir, 'keys'), { recursive: true });
    installKeys(at.dataDir, 3);
    configure(strict, at.dataDir, '[line]\nport = "/dev/ttyS0"\naddress = 7\n');
    await start();
    configure(strict, at.dataDir, `[line]\n${line}\n`);
    expect((await start()).waiting?.weaker).toEqual(weaker);
  });

  it('that was moved over the line may be told by its file where it is, and not be moved back', async () => {
    configure(strict, at.dataDir, '[line]\nport = "/dev/ttyS0"\naddress = 7\n');
    await start();
    const [file, set] = [
      { address: 7, baudRate: 9_600 },
      { address: 5, baudRate: 38_400 },
    ];
    replacePrivateFile(join(at.dataDir, 'line.json'), JSON.stringify({ format: 1, file, set }));
    configure(strict, at.dataDir, '[line]\nport = "/dev/ttyS0"\naddress = 5\n');
    expect((await start()).waiting?.weaker).toEqual(['line.address']);
    configure(strict, at.dataDir, '[line]\nport = "/dev/ttyS0"\naddress = 5\nbaudRate = 38400\n');
    expect(await start()).toMatchObject({ waiting: undefined, areSettingsAccepted: false });
  });

  it.each([
    ['damaged', () => at.write('data/keys/settings.json', '{}')],
    ['readable by others', () => chmodSync(mark(), 0o644)],
  ])('holds what weakens it also when what it knows of orders is %s', async (_, spoil) => {
    spoil();
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: { weaker: ['reader.mode'] } });
    expect(statSync(mark()).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(mark(), 'utf8'))).toMatchObject({ accepted: null });
  });

  it('holds what weakens it also when its keys are refused', async () => {
    chmodSync(join(at.dataDir, 'keys'), 0o755);
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: { weaker: ['reader.mode'] } });
  });

  it('takes its first file with other keys as it is', async () => {
    rmSync(join(at.dataDir, 'keys'), { recursive: true });
    installKeys();
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardOrPin', waiting: undefined });
  });

  it.each([
    [
      'the copy of its settings',
      () => [rmSync(at.lastGood), symlinkSync(at.lastGood, at.lastGood)],
      () => `${at.lastGood}: The file cannot be read: ELOOP.`,
    ],
    ['what it knows of orders', () => [rmSync(at.lastGood), hideKeys()], () => `${mark()} cannot be read: ELOOP.`],
  ])('is told neither that %s is lost, nor to remove anything, while that is there and cannot be read', async (_, spoil, why) => {
    spoil();
    configure(weak);
    const { mode, code, err } = await start();
    expect([mode, code]).toEqual([undefined, exitCodes.settings]);
    expect(err).toContain(`what it would be measured by cannot be read. ${why()}`);
    const checked = await check();
    expect(checked.code).toBe(exitCodes.refused);
    expect(checked.err).toContain(`Whether the door takes ${at.configFile} cannot be judged as this user. ${why()}`);
    for (const said of [err, checked.err, checked.out]) expect(said).not.toMatch(/remove|are lost/);
    at.write('doorpad.toml', '');
    expect((await check()).err).not.toMatch(/remove|are lost/);
    expect(await start()).toMatchObject({ mode: undefined, code: exitCodes.settings });
  });

  it('cannot be judged by whoever may not see whether an order has accepted its file', async () => {
    configure(weak);
    hideKeys();
    const { code, out, err } = await check();
    expect(code).toBe(exitCodes.refused);
    expect(out).toContain('! Weaker than what the door last ran with: reader.mode.');
    expect(err).toContain(`cannot be judged as this user. ${mark()} cannot be read: ELOOP.`);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', waiting: { weaker: ['reader.mode'] } });
  });

  it('is judged as far as its user can see by an ordinary one', () => {
    chmodSync(at.place, 0o755);
    chmodSync(at.configFile, 0o644);
    configure(weak);
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, programFile];
    if (spawnSync('setpriv', [...nobody, 'version']).status !== 0) {
      process.stderr.write('not shown here: the program cannot be run as another user\n');
      return;
    }
    const { status, stdout, stderr } = spawnSync('setpriv', [...nobody, 'check', '--config', at.configFile, '--last-good', at.lastGood], {
      encoding: 'utf8',
    });
    expect(status).toBe(exitCodes.refused);
    expect(stderr).toContain(`cannot be judged as this user. ${at.lastGood}: The file cannot be read: EACCES.`);
    expect(stdout + stderr).not.toMatch(/remove|are lost/);
  });

  it('accepts nothing that its disk does not keep', async () => {
    configure(weak);
    let accepted: Promise<unknown> | undefined;
    whileRunning = async ({ waiting }) => {
      rmSync(join(at.dataDir, 'keys'), { recursive: true });
      accepted = waiting?.accept();
      await accepted?.catch(() => undefined);
    };
    await start();
    await expect(accepted).rejects.toMatchObject({ code: 'disk.failed' });
  });
});

describe('a reader whose keys have just come', () => {
  it('takes the file that the installer left, though it ran with a stricter one before', async () => {
    await start();
    installKeys();
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardOrPin', waiting: undefined });
    configure(weakest);
    expect(await start()).toMatchObject({ mode: 'cardOrPin', waiting: { weaker: ['reader.mode'] } });
  });

  it('does so still when its first file is wrong, or the power goes before it has run', async () => {
    await start();
    installKeys();
    at.write('doorpad.toml', '[door]\n');
    expect(await start()).toMatchObject({ mode: 'cardAndPin' });
    expect(readdirSync(join(at.dataDir, 'keys'))).not.toContain('settings.json');
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardOrPin', waiting: undefined });
  });
});

describe('a reader that belongs to no site', () => {
  it.each([
    ['without keys', async () => undefined],
    ['with keys of its own', () => at.importPeople('person,pin\n1,041733\n')],
  ])('%s takes every file that is in order', async (_, prepare) => {
    await prepare();
    await start();
    configure(weakest);
    expect((await check()).out).toContain('Weaker than what the door last ran with: reader.mode.');
    expect(await start()).toMatchObject({ mode: 'unlocked', waiting: undefined, areSettingsAccepted: true, err: '' });
    expect(existsSync(mark())).toBe(false);
  });
});
