/**
 * The kernel modules that Debian's arm64 kernel leaves out, from Debian's own source of that kernel and against its headers, and the wires of the
 * emulated machine (kernel/doorpad-lines.c). Kept by the kernel's version and what is built. Who loads them is the device tree's.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { suite } from './card.ts';
import { Apt, archives, downloads, packageFiles } from './debian.ts';
import { cacheFolder, freshFolder, hardware, run, workFolder } from './host.ts';

const drivers = ['drivers/input/keyboard/matrix_keypad.c', 'drivers/input/misc/pwm-beeper.c'];

const ownSources = (): string[] =>
  readdirSync(join(hardware, 'kernel'))
    .sort()
    .map((name) => join(hardware, 'kernel', name));

const moduleOf = (source: string): string => basename(source).replace(/\.c$/, '.ko');

/** Of `6.12.107+deb13-arm64`: its folder of modules, made when it is not in the cache. */
export const kernelModules = (kernel: string): { readonly folder: string; readonly figure: string } => {
  const sources = ownSources();
  const key = createHash('sha256')
    .update(JSON.stringify([drivers, ...sources.map((source) => readFileSync(source, 'utf8'))]))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheFolder, `modules-${kernel}-${key}`);
  const wanted = [...sources.filter((source) => source.endsWith('.c')), ...drivers].map(moduleOf);
  const isKept = wanted.every((module) => existsSync(join(folder, module)));
  if (!isKept) make(kernel, folder);
  const missing = wanted.filter((module) => !existsSync(join(folder, module)));
  if (missing.length > 0) throw new Error(`The kernel's build made no ${missing.join(', no ')}.`);
  return { folder, figure: `${readdirSync(folder).join(', ')}${isKept ? ', from the cache' : ''}` };
};

const make = (kernel: string, folder: string): void => {
  const version = kernel.replace(/-arm64$/, '');
  const series = /^\d+\.\d+/.exec(version)?.[0] ?? '';
  const apt = new Apt();
  apt.download(downloads, [`linux-source-${series}`, `linux-headers-${kernel}:arm64`, `linux-headers-${version}-common`]);
  const chroot = buildPlace(version);
  for (const file of packageFiles(downloads, (name) => name.startsWith(`linux-headers-${version}-`))) run('dpkg-deb', ['-x', file, chroot]);
  const place = join(chroot, 'build');
  mkdirSync(place);
  fetchDrivers(version, series, place);
  for (const source of ownSources()) copyFileSync(source, join(place, basename(source)));
  const target = ['ARCH=arm64', 'CROSS_COMPILE=aarch64-linux-gnu-'];
  run('chroot', [chroot, 'make', '-s', '-C', `/usr/src/linux-headers-${kernel}`, 'M=/build', ...target, 'modules']);
  const made = freshFolder(`${folder}.${process.pid}.partial`);
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
    ...archives(),
  ]);
  return chroot;
};

/** Of the kernel's own version: the downloads may hold others. */
const fetchDrivers = (version: string, series: string, place: string): void => {
  const [upstream = version] = version.split('+');
  const [source] = packageFiles(downloads, (name) => name.startsWith(`linux-source-${series}_${upstream}-`));
  if (source === undefined) throw new Error(`The mirror has no linux-source-${series} of ${upstream}, which is the kernel of the card.`);
  const tree = `linux-source-${series}`;
  const wanted = drivers.map((driver) => `${tree}/${driver}`).join(' ');
  const unpack = `dpkg-deb --fsys-tarfile "$1" | tar xO ./usr/src/${tree}.tar.xz | tar xJ -C "$2" --transform='s#.*/##' ${wanted}`;
  run('bash', ['-o', 'pipefail', '-c', unpack, 'unpack', source, place]);
};
