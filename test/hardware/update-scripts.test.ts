/** The scripts of the card that end a trial, as a shell runs them: the paths of the card lie under a folder, and U-Boot's tools are played. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hardware } from '../../hardware/image/host.ts';
import { type BootEnv, encodeBootEnv, otherSlot } from '../../src/tools/boot-env.ts';
import { readUpdateState } from '../../src/tools/update-card.ts';
import { installed, UpdatePlace } from './update-place.ts';

let at: UpdatePlace;
beforeEach(() => {
  at = new UpdatePlace();
  mkdirSync(join(at.root, 'run'));
});
afterEach(() => at.remove());

const program = (name: string, text: string): void => {
  const path = at.put(`bin/${name}`, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
};

/** What the script printed. `env` is what U-Boot has; `boot` and `rebooted` are what was asked for. */
const run = (script: string, env: BootEnv, isDataThere = true): { readonly said: string; readonly boot: string; readonly rebooted: boolean } => {
  at.put('boot/firmware/doorpad.env', encodeBootEnv(env));
  const order = `${env.first} ${otherSlot(env.first)}`;
  program(
    'fw_printenv',
    `case $2 in BOOT_ORDER) echo '${order}' ;; BOOT_A_LEFT) echo ${env.left.A} ;; BOOT_B_LEFT) echo ${env.left.B} ;; BOOT_TRIAL) echo ${env.trial ?? 'none'} ;; esac`,
  );
  program('mountpoint', isDataThere ? 'exit 0' : 'exit 1');
  program('systemctl', `echo "$@" >${at.root}/rebooted`);
  program('set-boot', `echo "$@" >${at.root}/boot-set`);
  const text = readFileSync(join(hardware, script), 'utf8')
    .replaceAll('/usr/lib/doorpad/set-boot', `${at.root}/bin/set-boot`)
    .replaceAll(/(?<=[\s<>=])\/(?=data|proc|run|usr)/g, `${at.root}/`);
  const path = join(at.root, 'script');
  writeFileSync(path, text);
  const said = execFileSync('sh', [path], {
    encoding: 'utf8',
    env: { PATH: `${at.root}/bin:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const boot = existsSync(join(at.root, 'boot-set')) ? readFileSync(join(at.root, 'boot-set'), 'utf8').trim() : '';
  return { said, boot, rebooted: existsSync(join(at.root, 'rebooted')) };
};
const markGood = (env: BootEnv, isDataThere?: boolean) => run('image/slot/mark-good.sh', env, isDataThere);
const trial = (env: BootEnv) => run('systemd/trial.sh', env);

describe('marking a slot good', () => {
  it('gives it its attempts back, leaves the other its own, and raises the floor', () => {
    const { boot, said } = markGood({ first: 'A', left: { A: 2, B: 1 } });
    expect(boot).toBe('A B 3 1 none');
    expect(said).toContain(`slot A is good: release ${installed} (0.1.0)`);
    expect(readUpdateState(at.root).floor).toBe(installed);
    expect(existsSync(join(at.root, 'run/doorpad-good'))).toBe(true);
  });

  it('keeps a floor that is higher', () => {
    at.put('data/update/floor', `${installed + 7}\n`);
    markGood({ first: 'A', left: { A: 2, B: 3 } });
    expect(readUpdateState(at.root).floor).toBe(installed + 7);
  });

  it('ends the trial of its own slot, and forgets a roll-back before it', () => {
    at.put('data/update/tried', `${installed} A\n`);
    at.put('data/update/before', 'keypad\n');
    at.put('data/update/rolled-back', `${installed - 1}\n`);
    expect(markGood({ first: 'A', left: { A: 2, B: 3 }, trial: 'A' }).boot).toBe('A B 3 3 none');
    expect(readUpdateState(at.root)).toEqual({
      floor: installed,
      tried: undefined,
      rolledBack: undefined,
      before: [],
      last: undefined,
      refused: undefined,
    });
  });

  it('keeps a roll-back, starts first from now on, and leaves the other slot no attempt', () => {
    at.put('data/update/tried', `${installed + 1} B\n`);
    const { boot, said } = markGood({ first: 'B', left: { A: 2, B: 0 }, trial: 'B' });
    expect(boot).toBe('A B 3 0 none');
    expect(said).toContain(`release ${installed + 1} did not come up well: back in slot A`);
    expect(readUpdateState(at.root)).toMatchObject({ tried: undefined, rolledBack: installed + 1, floor: installed });
  });

  it('is no roll-back when the other slot was never to start', () => {
    at.put('data/update/tried', `${installed + 1} B\n`);
    expect(markGood({ first: 'A', left: { A: 2, B: 0 } }).boot).toBe('A B 3 0 none');
    expect(readUpdateState(at.root)).toMatchObject({ tried: undefined, rolledBack: undefined });
  });

  it('makes the place for what came of updates, on a card that is new', () => {
    rmSync(join(at.root, 'data/update'), { recursive: true });
    markGood({ first: 'A', left: { A: 2, B: 3 } });
    expect(readUpdateState(at.root).floor).toBe(installed);
  });

  it('is done without /data where the release is no new one, and where the one on trial is the other', () => {
    expect(markGood({ first: 'A', left: { A: 2, B: 3 } }, false).boot).toBe('A B 3 3 none');
    expect(markGood({ first: 'B', left: { A: 2, B: 0 }, trial: 'B' }, false).boot).toBe('A B 3 0 none');
    expect(readUpdateState(at.root).floor).toBe(0);
  });

  it('is not done for a release on trial that has no /data: its attempts run out, and the slot before it comes back', () => {
    const { boot, said } = markGood({ first: 'A', left: { A: 2, B: 3 }, trial: 'A' }, false);
    expect([boot, existsSync(join(at.root, 'run/doorpad-good'))]).toEqual(['', false]);
    expect(said).toContain('is on trial, and has no');
  });

  it('of a slot whose turn came because the other one, once good, did not start, leaves that one to fall back to', () => {
    const { boot, said } = markGood({ first: 'B', left: { A: 2, B: 0 } });
    expect(boot).toBe('A B 3 3 none');
    expect(said).toContain('slot B did not start, and slot A goes first from now on');
  });

  it('is done where /data takes no writes', () => {
    rmSync(join(at.root, 'data/update'), { recursive: true });
    writeFileSync(join(at.root, 'data/update'), 'no folder');
    const { boot, said } = markGood({ first: 'A', left: { A: 2, B: 3 } });
    expect([boot, existsSync(join(at.root, 'run/doorpad-good'))]).toEqual(['A B 3 3 none', true]);
    expect(said).toContain('floor could not be kept');
  });

  it('of slot B puts B first', () => {
    at.remove();
    at = new UpdatePlace('B');
    mkdirSync(join(at.root, 'run'));
    expect(markGood({ first: 'B', left: { A: 3, B: 2 } }).boot).toBe('B A 3 3 none');
  });

  it('does nothing where U-Boot has not chosen a slot', () => {
    at.put('proc/cmdline', 'root=/dev/sda\n');
    expect(markGood({ first: 'A', left: { A: 3, B: 3 } }).boot).toBe('');
  });
});

describe('the end of a trial', () => {
  const env: BootEnv = { first: 'A', left: { A: 2, B: 3 } };

  it('starts the machine anew when the slot on trial is not good by then, also where /data is not there', () => {
    expect(trial({ ...env, trial: 'A' }).rebooted).toBe(true);
  });

  it('does nothing when it is good, when another slot was on trial, and when none was', () => {
    expect(trial(env).rebooted).toBe(false);
    expect(trial({ ...env, trial: 'B' }).rebooted).toBe(false);
    at.put('run/doorpad-good', '');
    expect(trial({ ...env, trial: 'A' }).rebooted).toBe(false);
  });
});

describe('an update that came over the line', () => {
  const lineUpdate = (ends: number) => {
    const taken = join(at.root, 'taken');
    const underRoot = (script: string): string =>
      readFileSync(join(hardware, 'systemd', script), 'utf8')
        .replaceAll(/\/usr\/(?:lib\/doorpad|bin)\/(?=update|doorpad)/g, `${at.root}/bin/`)
        .replaceAll(/(?<=[\s=>])\/(?=data|run)/g, `${at.root}/`);
    at.put('run/doorpad-good', '');
    program('doorpad', `cp "$2" ${taken}; exit ${ends}`);
    // When it starts anew nothing that follows can be counted on.
    program('systemctl', `ls ${at.root}/data/doorpad >${at.root}/left; echo "$@" >${at.root}/rebooted`);
    chmodSync(at.put('bin/update', underRoot('update.sh')), 0o755);
    const { status } = spawnSync('sh', ['-c', underRoot('line-update.sh')], { env: { PATH: `${at.root}/bin:${process.env.PATH}` } });
    const textAt = (name: string): string | undefined => (existsSync(join(at.root, name)) ? readFileSync(join(at.root, name), 'utf8') : undefined);
    return { status, taken: textAt('taken'), rebooted: textAt('rebooted') !== undefined, left: textAt('left') };
  };
  const file = (): string => join(at.root, 'data/doorpad/doorpad.update');

  it('is given to whoever puts it into a slot, and is gone before the machine starts anew', () => {
    at.put('data/doorpad/doorpad.update', 'an update');
    expect(lineUpdate(0)).toEqual({ status: 0, taken: 'an update', rebooted: true, left: '' });
  });

  it('is gone when it is refused, and the machine goes on', () => {
    at.put('data/doorpad/doorpad.update', 'an update');
    expect(lineUpdate(3)).toEqual({ status: 3, taken: 'an update', rebooted: false, left: undefined });
    expect(existsSync(file())).toBe(false);
  });

  it('is none where a link stands in its place, which goes, and not what it points to', () => {
    at.put('elsewhere', 'a secret');
    mkdirSync(join(at.root, 'data/doorpad'), { recursive: true });
    symlinkSync(join(at.root, 'elsewhere'), file());
    expect(lineUpdate(0)).toMatchObject({ status: 0, taken: undefined, rebooted: false });
    expect([existsSync(file()), existsSync(join(at.root, 'elsewhere'))]).toEqual([false, true]);
  });
});
