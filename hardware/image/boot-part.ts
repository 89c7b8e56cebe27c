/** The FAT partition: the Pi's own firmware, U-Boot, the device trees with the keypad board in them, and the settings any laptop can edit. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boards, fileSystemIds, partitionOf, sizeOf, sourceDate } from './card.ts';
import { freshFolder, hardware, run } from './host.ts';

const firmware = ['bootcode.bin', 'start.elf', 'start4.elf', 'fixup.dat', 'fixup4.dat', 'LICENCE.broadcom'];

/** Takes firmware, U-Boot and device trees out of the root file system: this partition is the only one that needs them. */
export const putBootFiles = (root: string, kernel: string, folder: string): string => {
  const broadcom = join(root, 'usr', 'lib', `linux-image-${kernel}`, 'broadcom');
  for (const name of firmware) {
    const file = join(root, 'usr', 'lib', 'raspi-firmware', name);
    if (existsSync(file)) copyFileSync(file, join(folder, name));
  }
  copyFileSync(join(root, 'usr', 'lib', 'u-boot', 'rpi_arm64', 'u-boot.bin'), join(folder, 'u-boot.bin'));
  const overlay = compileOverlay('doorpad-hat', folder);
  for (const board of boards) applyOverlays(join(broadcom, `${board}.dtb`), join(folder, `${board}.dtb`), overlay);
  mkdirSync(join(folder, 'overlays'));
  run('mv', [overlay, join(folder, 'overlays')]);
  compileOverlay('doorpad-pwm-buzzer', join(folder, 'overlays'));
  putBootScript(folder);
  putUbootEnvironment(folder);
  putAttempts(folder);
  for (const name of ['config.txt', 'doorpad.args', 'doorpad.toml']) copyFileSync(join(hardware, 'image', name), join(folder, name));
  return `overlay in ${boards.length} device trees`;
};

/** The attempts of the slots before the first start, so that U-Boot only ever writes over them: what boot.cmd counts with. */
const putAttempts = (folder: string): void => {
  const attempts = 'BOOT_ORDER=A B\nBOOT_A_LEFT=3\nBOOT_B_LEFT=3\nBOOT_TRIAL=none\n';
  run('mkenvimage', ['-s', '0x200', '-o', join(folder, 'doorpad.env'), '-'], { input: attempts });
};

/** CONFIG_ENV_SIZE of the Pi's U-Boot. */
const ubootEnvironmentBytes = '0x4000';

/**
 * All that U-Boot goes by, in place of what it was built with: that waits two seconds for a key on the serial line, which is the reader's own, and
 * looks for something to start on USB and in the network. This asks nobody (bootdelay -2), and starts boot.scr of the card or nothing.
 */
const putUbootEnvironment = (folder: string): void => {
  run('mkenvimage', ['-s', ubootEnvironmentBytes, '-o', join(folder, 'uboot.env'), join(hardware, 'image', 'uboot-env.txt')]);
};

/** boot.cmd as U-Boot wants it. */
const putBootScript = (folder: string): void => {
  run(
    'mkimage',
    ['-A', 'arm64', '-T', 'script', '-C', 'none', '-n', 'doorpad', '-d', join(hardware, 'image', 'boot.cmd'), join(folder, 'boot.scr')],
    {
      env: { SOURCE_DATE_EPOCH: String(sourceDate) },
    },
  );
};

/** The path of what hardware/overlays/NAME.dtso became. */
export const compileOverlay = (name: string, folder: string): string => {
  const made = join(folder, `${name}.dtbo`);
  run('dtc', ['-@', '-q', '-o', made, join(hardware, 'overlays', `${name}.dtso`)]);
  return made;
};

/** Throws when one of them names what the tree has not. */
export const applyOverlays = (tree: string, made: string, ...overlays: readonly string[]): void => {
  run('fdtoverlay', ['-i', tree, '-o', made, ...overlays]);
};

/** A FAT file system with what is in the folder, without mounting it. */
export const makeFat = (folder: string, file: string): string => {
  const env = { SOURCE_DATE_EPOCH: String(sourceDate), MTOOLS_SKIP_CHECK: '1', TZ: 'UTC' };
  run('truncate', ['-s', '0', file]);
  run('truncate', ['-s', `${sizeOf('boot')}M`, file]);
  run('mkfs.vfat', ['--invariant', '-F', '32', '-n', 'DOORPAD', '-i', fileSystemIds.boot, file], { env });
  run('find', [folder, '-exec', 'touch', '-h', '-d', `@${sourceDate}`, '{}', '+']);
  const names = run('ls', ['-1', folder]).trim().split('\n').sort();
  run('mcopy', ['-s', '-m', '-i', file, ...names.map((name) => join(folder, name)), '::/'], { env });
  return `${names.length} files and folders`;
};

/** Other files on the boot partition of a card: beside what is there, or in its place. `folder`: for what is made on the way. */
export const changeBootPart = (card: string, folder: string, changes: Readonly<Record<string, string | Buffer>>): void => {
  const { startMiB } = partitionOf('boot');
  const files = freshFolder(folder, 'boot.files');
  for (const [name, text] of Object.entries(changes)) {
    const file = join(files, name);
    writeFileSync(file, text);
    run('mcopy', ['-o', '-i', `${card}@@${startMiB}M`, file, `::/${name}`], { env: { MTOOLS_SKIP_CHECK: '1' } });
  }
};
