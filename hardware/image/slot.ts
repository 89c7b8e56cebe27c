/**
 * One slot of the card: Debian's root file system, what doorpad adds to it and what a door has no use for. Everything that starts is named here;
 * how the reader is fenced in is its unit's (hardware/systemd).
 */
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { diskId, fileSystemIds, type PartitionName, sizeOf, sourceDate } from './card.ts';
import { freshFolder, hardware, megabytes, run } from './host.ts';
import { putLauncher, putProgram } from './program.ts';

/** Of a text, its words. */
const listed = (text: string): readonly string[] => text.trim().split(/\s+/);

/** From hardware/ to the slot. */
const files: Readonly<Record<string, string>> = {
  'image/slot/fstab': 'etc/fstab',
  'image/slot/fw_env.config': 'etc/fw_env.config',
  'image/slot/modprobe.conf': 'etc/modprobe.d/doorpad.conf',
  'image/slot/sysctl.conf': 'etc/sysctl.d/90-doorpad.conf',
  'image/slot/journald.conf': 'etc/systemd/journald.conf.d/doorpad.conf',
  'image/slot/manager.conf': 'etc/systemd/system.conf.d/doorpad.conf',
  'image/slot/emergency.conf': 'etc/systemd/system/emergency.service.d/doorpad.conf',
  'systemd/doorpad.service': 'etc/systemd/system/doorpad.service',
  'systemd/doorpad-secure-strike.service': 'etc/systemd/system/doorpad-secure-strike.service',
  'systemd/doorpad-device.conf': 'etc/systemd/system/dev-doorpad-.device.d/wait.conf',
  'systemd/doorpad-mark-good.service': 'etc/systemd/system/doorpad-mark-good.service',
  'systemd/doorpad-mark-good.path': 'etc/systemd/system/doorpad-mark-good.path',
  'systemd/doorpad-trial.service': 'etc/systemd/system/doorpad-trial.service',
  'systemd/doorpad-trial.timer': 'etc/systemd/system/doorpad-trial.timer',
  'systemd/doorpad-update.service': 'etc/systemd/system/doorpad-update.service',
  'systemd/doorpad-line-update.service': 'etc/systemd/system/doorpad-line-update.service',
  'systemd/doorpad-line-update.path': 'etc/systemd/system/doorpad-line-update.path',
  'systemd/doorpad-stick@.service': 'etc/systemd/system/doorpad-stick@.service',
  'systemd/doorpad-used-bundle.service': 'etc/systemd/system/doorpad-used-bundle.service',
  'systemd/doorpad-used-bundle.path': 'etc/systemd/system/doorpad-used-bundle.path',
  'systemd/doorpad.modules.conf': 'etc/modules-load.d/doorpad.conf',
  'systemd/doorpad.tmpfiles.conf': 'etc/tmpfiles.d/doorpad.conf',
  'systemd/doorpad.sysusers.conf': 'usr/lib/sysusers.d/doorpad.conf',
  'systemd/70-doorpad.rules': 'etc/udev/rules.d/70-doorpad.rules',
};
const programs: Readonly<Record<string, string>> = {
  'image/slot/mark-good.sh': 'usr/lib/doorpad/mark-good',
  'systemd/line-update.sh': 'usr/lib/doorpad/line-update',
  'systemd/own-led.sh': 'usr/lib/doorpad/own-led',
  'systemd/secure-strike.sh': 'usr/lib/doorpad/secure-strike',
  'systemd/set-boot.sh': 'usr/lib/doorpad/set-boot',
  'systemd/stick.sh': 'usr/lib/doorpad/stick',
  'systemd/trial.sh': 'usr/lib/doorpad/trial',
  'systemd/update.sh': 'usr/lib/doorpad/update',
  'systemd/used-bundle.sh': 'usr/lib/doorpad/used-bundle',
};
const started = [
  'doorpad.service',
  'doorpad-line-update.path',
  'doorpad-mark-good.path',
  'doorpad-trial.timer',
  'doorpad-update.service',
  'doorpad-used-bundle.path',
];
/** Consoles, logins, and what would write to a root that takes no writes. */
const masked = listed(`
  getty.target getty@.service serial-getty@.service autovt@.service console-getty.service debug-shell.service ctrl-alt-del.target
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
  systemd-random-seed.service systemd-networkd.service systemd-networkd.socket systemd-resolved.service systemd-timesyncd.service
  systemd-homed.service systemd-userdbd.service systemd-userdbd.socket systemd-hibernate-clear.service
`);
/** Only building asks for these, or only the boot partition. */
const notOnTheSlot = listed(`
  boot/firmware usr/lib/raspi-firmware usr/lib/u-boot var/cache/apt var/lib/apt/lists var/log usr/share/doc usr/share/bash-completion
  etc/kernel usr/share/zoneinfo-icu usr/share/perl5 vmlinuz vmlinuz.old initrd.img initrd.img.old
`);
/** Where the card was made: the mirror, maybe with a password in its address, and the name server. */
const ofTheBuilder = ['etc/apt', 'etc/resolv.conf'];
/** Kernel drivers of hardware no board of ours has. */
const driversLeftOut = listed(`
  drivers/gpu drivers/infiniband drivers/net/ethernet drivers/net/wireless drivers/media drivers/scsi drivers/isdn drivers/ata
  drivers/bluetooth drivers/staging drivers/iio drivers/hwtracing sound net fs/btrfs fs/xfs fs/ocfs2 fs/nfs fs/nfsd fs/smb fs/ceph fs/gfs2
  fs/f2fs fs/bcachefs fs/jfs fs/reiserfs drivers/target drivers/nvme drivers/md drivers/mtd drivers/crypto
`);

/** Of those folders nevertheless: what a USB stick needs. */
const driversKept = ['scsi_common.ko', 'scsi_mod.ko', 'sd_mod.ko'];

/** What tells updates apart, and whose are taken. */
export interface SlotRelease {
  readonly release: number;
  readonly version: string;
  /** PEM; undefined: no update is taken. */
  readonly updateKey: string | undefined;
}

export interface StagedSlot {
  readonly root: string;
  /** Such as `6.12.107+deb13-arm64`. */
  readonly kernel: string;
}

export const unpackRoot = (archive: string, workFolder: string): StagedSlot => {
  const root = freshFolder(workFolder, 'root');
  run('tar', ['-xf', archive, '-C', root, '--numeric-owner', '--xattrs', '--exclude=./dev/*']);
  const [kernel] = readdirSync(join(root, 'usr/lib/modules'));
  if (kernel === undefined) throw new Error('the root file system has no kernel');
  return { root, kernel };
};

const put = (root: string, from: string, to: string, mode: number): void => {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, readFileSync(join(hardware, from), 'utf8').replaceAll('@DISK@', diskId));
  chmodSync(target, mode);
};

/** Adds doorpad to the root, and takes away what the boot partition has taken over. */
export const furnish = async ({ root, kernel }: StagedSlot, modules: string, release: SlotRelease): Promise<string> => {
  const figure = await putProgram(join(root, 'usr/lib/doorpad'));
  putLauncher(join(root, 'usr/bin/doorpad'));
  for (const [from, to] of Object.entries(files)) put(root, from, to, 0o644);
  for (const [from, to] of Object.entries(programs)) put(root, from, to, 0o755);
  const units = join(root, 'etc/systemd/system');
  for (const name of started) link(join(units, `${name.endsWith('.timer') ? 'timers' : 'multi-user'}.target.wants`, name), `../${name}`);
  for (const name of masked) link(join(units, name), '/dev/null');
  for (const path of [...notOnTheSlot, ...ofTheBuilder]) rmSync(join(root, path), { recursive: true, force: true });
  for (const path of driversLeftOut) leaveOut(join(root, 'usr/lib/modules', kernel, 'kernel', path));
  rmSync(join(root, 'usr/lib', `linux-image-${kernel}`), { recursive: true, force: true });
  for (const path of ['data', 'boot/firmware', 'var/log', 'var/cache', 'var/lib']) mkdirSync(join(root, path), { recursive: true });
  // Settings that do not say where the data is mean this.
  link(join(root, 'var/lib/doorpad'), '/data/doorpad');
  putModules(root, kernel, modules);
  putRelease(join(root, 'usr/lib/doorpad'), release);
  link(join(root, 'boot/vmlinuz'), `vmlinuz-${kernel}`);
  link(join(root, 'boot/initrd.img'), `initrd.img-${kernel}`);
  writeFileSync(join(root, 'etc/hostname'), 'doorpad\n');
  writeFileSync(join(root, 'etc/machine-id'), '');
  // It writes the day into /etc/shadow.
  run('systemd-sysusers', [`--root=${root}`, 'doorpad.conf'], { env: { SOURCE_DATE_EPOCH: String(sourceDate) } });
  return figure;
};

const leaveOut = (folder: string): void => {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder))
    if (!driversKept.some((kept) => name.startsWith(kept))) rmSync(join(folder, name), { recursive: true, force: true });
};

const putRelease = (folder: string, { release, version, updateKey }: SlotRelease): void => {
  writeFileSync(join(folder, 'release'), `${release} ${version}\n`);
  if (updateKey !== undefined) writeFileSync(join(folder, 'update.pub'), updateKey);
};

const link = (path: string, target: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(target, path);
};

const putModules = (root: string, kernel: string, modules: string): void => {
  const updates = join(root, 'usr/lib/modules', kernel, 'updates');
  mkdirSync(updates, { recursive: true });
  for (const name of readdirSync(modules)) copyFileSync(join(modules, name), join(updates, name));
  run('depmod', ['-b', root, kernel]);
};

/** An ext4 file system with what is in the folder, without mounting it, and the same for the same folder. */
export const makeExt4 = (name: PartitionName, folder: string | undefined, file: string): string => {
  const id = fileSystemIds[name];
  const env = { E2FSPROGS_FAKE_TIME: String(sourceDate) };
  if (folder !== undefined) run('find', [folder, '-exec', 'touch', '-h', '-d', `@${sourceDate}`, '{}', '+']);
  run('truncate', ['-s', '0', file]);
  run('truncate', ['-s', `${sizeOf(name)}M`, file]);
  const from = folder === undefined ? [] : ['-d', folder];
  run('mke2fs', ['-q', '-t', 'ext4', '-L', name, '-m', '0', '-U', id, '-E', `hash_seed=${id},root_owner=0:0`, ...from, file], { env });
  if (folder !== undefined) clampTimes(file, env);
  return folder === undefined ? '' : megabytes(usedBytes(folder));
};

const usedBytes = (folder: string): number => Number(run('du', ['-s', '--apparent-size', '-B1', folder]).split('\t')[0]);

/** mke2fs takes the time of change from the folder, which nobody can set. */
const clampTimes = (file: string, env: NodeJS.ProcessEnv): void => {
  const statistics = run('dumpe2fs', ['-h', file]);
  const numberOf = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(statistics)?.[1]);
  const last = numberOf('Inode count') - numberOf('Free inodes');
  const commands = Array.from({ length: last }, (_, index) => `sif <${index + 1}> ctime @${sourceDate}\nsif <${index + 1}> ctime_extra 0\n`).join('');
  run('debugfs', ['-w', '-f', '-', file], { env, input: commands });
};
