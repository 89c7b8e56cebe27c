/** With which settings a door of a site starts: what its file weakens waits for an order, and what came of the order outlives power cuts. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import { exitCodes, type Io } from '../../src/main.ts';
import { present } from '../../src/shared/assert.ts';
import { SecretBytes } from '../../src/shared/secret-bytes.ts';
import { newStandAloneKeys, writeSiteKeys } from '../../src/tools/key-store.ts';
import type { HeldSettings } from '../../src/tools/settings-guard.ts';
import { crypto, type Ran, Workplace } from './workplace.ts';

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
  readonly held: HeldSettings | undefined;
}
let starts: Start[] = [];
let whileRunning: (start: Start) => Promise<void> = async () => undefined;

/** Soon: a door that starts at once serves by then. */
const serving = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

/** A start of the door, and its end once `whileRunning` is done; a door that does not start has no mode. */
const start = async (): Promise<Start & Ran> => {
  starts = [];
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  const boot: Io['boot'] = async (config, lastRun, held) => {
    const started = { mode: config.policy.mode, lastRun, held };
    starts.push(started);
    void serving()
      .then(() => whileRunning(started))
      .then(end, end);
    return { stop: () => Promise.resolve(), restartNeeded: new Promise(() => undefined) };
  };
  const ran = await at.run(['run', '--config', at.configFile, '--last-good', at.lastGood], { boot, stopAsked: () => over });
  const [started = { mode: undefined, lastRun: undefined, held: undefined }] = starts;
  return { ...started, ...ran };
};

const acceptsWhatWaits = async ({ held }: Start): Promise<void> => present(held, 'settings wait').accept();
const check = (): Promise<Ran> => at.run(['check', '--config', at.configFile, '--last-good', at.lastGood]);
const mark = (): string => join(at.dataDir, 'keys', 'settings.json');

beforeEach(() => {
  whileRunning = async () => undefined;
  mkdirSync(at.dataDir, { mode: 0o700 });
  configure(strict);
});
const installKeys = (): void => writeSiteKeys(at.dataDir, { ...newStandAloneKeys(crypto), scbk: new SecretBytes(crypto.randomBytes(16)) });

describe('a reader of a site', () => {
  beforeEach(async () => {
    installKeys();
    await start();
  });

  it('takes its file while that is what it last ran with', async () => {
    expect(await start()).toMatchObject({ mode: 'cardAndPin', held: undefined, err: '', code: exitCodes.done });
  });

  it('goes on whole with the settings it last ran with while its file weakens the door', async () => {
    configure(`name = "Yard"\n${weak}`);
    const { mode, held, lastRun, err } = await start();
    expect([mode, lastRun?.name, held?.weaker]).toEqual(['cardAndPin', 'door', ['reader.mode']]);
    expect(err).toContain('weakens the door (reader.mode)');
    expect(err).toContain('accept-settings READER');
    expect(readFileSync(at.lastGood, 'utf8')).toContain(strict);
  });

  it('takes a file that is as strict, or stricter, and what it said before is weaker then', async () => {
    configure('mode = "locked"');
    expect(await start()).toMatchObject({ mode: 'locked', held: undefined });
    configure(strict);
    expect(await start()).toMatchObject({ mode: 'locked', held: { weaker: ['reader.mode'] } });
  });

  it('takes what was accepted, once', async () => {
    configure(weak);
    whileRunning = acceptsWhatWaits;
    expect(await start()).toMatchObject({ mode: 'cardAndPin' });
    whileRunning = async () => undefined;
    expect(await start()).toMatchObject({ mode: 'cardOrPin', held: undefined, err: '' });
    expect(readFileSync(at.lastGood, 'utf8')).toContain(weak);
    expect(await start()).toMatchObject({ mode: 'cardOrPin', held: undefined });
    configure(strict);
    expect(await start()).toMatchObject({ mode: 'cardAndPin' });
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', held: { weaker: ['reader.mode'] } });
  });

  it('takes nothing else than what was accepted, and that no more once it has started without it', async () => {
    configure(weak);
    whileRunning = acceptsWhatWaits;
    await start();
    whileRunning = async () => undefined;
    configure(weakest);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', held: { weaker: ['reader.mode'] } });
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', held: { weaker: ['reader.mode'] } });
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
    expect(Buffer.from((await start()).held?.hash ?? []).toString('hex')).toBe(hash);
  });

  it('cannot be talked out of it by a file that names another data directory', async () => {
    const elsewhere = join(at.place, 'elsewhere');
    mkdirSync(elsewhere, { mode: 0o700 });
    configure(weakest, elsewhere);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', held: { weaker: ['reader.mode', 'reader.dataDir'] } });
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
    expect(await check()).toMatchObject({ code: exitCodes.settings, err });
    rmSync(mark());
    expect(await start()).toMatchObject({ mode: 'locked', err: '' });
  });

  it.each([
    ['damaged', () => at.write('data/keys/settings.json', '{}')],
    ['readable by others', () => chmodSync(mark(), 0o644)],
  ])('holds what weakens it also when what it knows of orders is %s', async (_, spoil) => {
    spoil();
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', held: { weaker: ['reader.mode'] } });
    expect(statSync(mark()).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(mark(), 'utf8'))).toMatchObject({ accepted: null });
  });

  it('holds what weakens it also when its keys are refused', async () => {
    chmodSync(join(at.dataDir, 'keys'), 0o755);
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardAndPin', held: { weaker: ['reader.mode'] } });
  });

  it('takes its first file with other keys as it is', async () => {
    rmSync(join(at.dataDir, 'keys'), { recursive: true });
    installKeys();
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardOrPin', held: undefined });
  });

  it('accepts nothing that its disk does not keep', async () => {
    configure(weak);
    let accepted: Promise<unknown> | undefined;
    whileRunning = async ({ held }) => {
      rmSync(join(at.dataDir, 'keys'), { recursive: true });
      accepted = held?.accept();
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
    expect(await start()).toMatchObject({ mode: 'cardOrPin', held: undefined });
    configure(weakest);
    expect(await start()).toMatchObject({ mode: 'cardOrPin', held: { weaker: ['reader.mode'] } });
  });

  it('does so still when its first file is wrong, or the power goes before it has run', async () => {
    await start();
    installKeys();
    at.write('doorpad.toml', '[door]\n');
    expect(await start()).toMatchObject({ mode: 'cardAndPin' });
    expect(readdirSync(join(at.dataDir, 'keys'))).not.toContain('settings.json');
    configure(weak);
    expect(await start()).toMatchObject({ mode: 'cardOrPin', held: undefined });
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
    expect(await start()).toMatchObject({ mode: 'unlocked', held: undefined, err: '' });
    expect(existsSync(mark())).toBe(false);
  });
});
