/**
 * The kernel modules that Debian's arm64 kernel leaves out, from Debian's own source of that kernel and against its headers, and the wires of the
 * emulated machine (kernel/doorpad-lines.c). Kept by the kernel's version. Who loads them is the device tree's.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { suite } from './card.ts';
import { Apt, downloads, mirror, packageFiles } from './debian.ts';
import { cacheFolder, freshFolder, hardware, run, workFolder } from './host.ts';

const drivers = ['drivers/input/keyboard/matrix_keypad.c', 'drivers/input/misc/pwm-beeper.c'];

/** Of `6.12.107+deb13-arm64`: its folder of modules, made when it is not in the cache. */
export const kernelModules = (kernel: string): { readonly folder: string; readonly figure: string } => {
  const folder = join(cacheFolder, `modules-${kernel}`);
  const isKept = existsSync(folder) && isNewerThanSources(folder);
  if (!isKept) make(kernel, folder);
  return { folder, figure: `${readdirSync(folder).join(', ')}${isKept ? ', from the cache' : ''}` };
};

const ownSources = (): string[] => readdirSync(join(hardware, 'kernel')).map((name) => join(hardware, 'kernel', name));

/** Ours may have been edited since. */
const isNewerThanSources = (folder: string): boolean => run('find', [...ownSources(), '-newer', join(folder, 'doorpad-lines.ko')]) === '';

const make = (kernel: string, folder: string): void => {
  const version = kernel.replace(/-arm64$/, '');
  const series = /^\d+\.\d+/.exec(version)?.[0] ?? '';
  const apt = new Apt();
  apt.download(downloads, [`linux-source-${series}`, `linux-headers-${kernel}:arm64`, `linux-headers-${version}-common`]);
  const chroot = buildPlace(version);
  for (const file of packageFiles(downloads, (name) => name.startsWith(`linux-headers-${version}-`))) run('dpkg-deb', ['-x', file, chroot]);
  const place = join(chroot, 'build');
  mkdirSync(place);
  fetchDrivers(series, place);
  for (const source of ownSources()) copyFileSync(source, join(place, basename(source)));
  const target = ['ARCH=arm64', 'CROSS_COMPILE=aarch64-linux-gnu-'];
  run('chroot', [chroot, 'make', '-s', '-C', `/usr/src/linux-headers-${kernel}`, 'M=/build', ...target, 'modules']);
  const made = freshFolder(`${folder}.partial`);
  for (const module of packageFiles(place, (name) => name.endsWith('.ko')))
    run('aarch64-linux-gnu-strip', ['--strip-debug', '-o', join(made, basename(module)), module]);
  run('rm', ['-rf', '--one-file-system', chroot, folder]);
  run('mv', [made, folder]);
};

/** The compiler of the card's own release: its kernel is not promised to build with another. */
const buildPlace = (version: string): string => {
  const chroot = freshFolder(workFolder, 'kernel-build');
  const packages = ['gcc-aarch64-linux-gnu', 'make', `linux-kbuild-${version}`];
  run('mmdebstrap', [
    '--arch=amd64',
    '--variant=apt',
    '--mode=root',
    '--aptopt=APT::Install-Recommends "false"',
    `--include=${packages.join(',')}`,
    suite,
    chroot,
    mirror(),
  ]);
  return chroot;
};

const fetchDrivers = (series: string, place: string): void => {
  const [source] = packageFiles(downloads, (name) => name.startsWith(`linux-source-${series}_`));
  const tree = `linux-source-${series}`;
  const wanted = drivers.map((driver) => `${tree}/${driver}`).join(' ');
  const unpack = `dpkg-deb --fsys-tarfile "$1" | tar xO ./usr/src/${tree}.tar.xz | tar xJ -C "$2" --transform='s#.*/##' ${wanted}`;
  run('bash', ['-o', 'pipefail', '-c', unpack, 'unpack', source ?? '', place]);
};
