/** The root file system as Debian makes it from packages.txt, kept by what it was made from. What doorpad adds is slot.ts's. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { sourceDate, suite } from './card.ts';
import { archives, securityMirror } from './debian.ts';
import { cacheFolder, hardware, megabytes, run, runArm64Here } from './host.ts';

export const packagesIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');

/** What the first steps of a start need before the root is there: disks of a Pi and of the emulated machine. */
const initrdModules = [
  'virtio_blk',
  'virtio_pci',
  'virtio_mmio',
  'ext4',
  'mmc_block',
  'sdhci_iproc',
  'sdhci_pltfm',
  'bcm2835',
  'bcm2835_dma',
  'bcm2835-sdhost',
];

const options = [
  '--arch=arm64',
  '--variant=minbase',
  '--mode=root',
  '--aptopt=APT::Install-Recommends "false"',
  ...['man', 'locale', 'doc', 'info', 'lintian', 'bug'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
  '--dpkgopt=path-include=/usr/share/doc/*/copyright',
  // Before the kernel's package makes the initrd.
  `--essential-hook=mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/etc/initramfs-tools/scripts/init-bottom"; echo MODULES=list > "$1/etc/initramfs-tools/conf.d/doorpad"; printf "%s\\n" ${initrdModules.join(' ')} > "$1/etc/initramfs-tools/modules"`,
];

const hasInit = join(hardware, 'image', 'slot', 'has-init.sh');
const hasInitThere = '/etc/initramfs-tools/scripts/init-bottom/doorpad';
const initrdScripts = [`--essential-hook=upload ${hasInit} ${hasInitThere}`, `--essential-hook=chmod 755 "$1${hasInitThere}"`];

/** The path of the archive, made when it is not in the cache. */
export const rootfs = (): { readonly file: string; readonly figure: string } => {
  const packages = packagesIn(readFileSync(join(hardware, 'image', 'packages.txt'), 'utf8'));
  const key = createHash('sha256')
    .update(JSON.stringify([suite, sourceDate, archives(), packages, options, readFileSync(hasInit, 'utf8')]))
    .digest('hex')
    .slice(0, 16);
  const file = join(cacheFolder, `rootfs-${key}.tar`);
  const isKept = existsSync(file);
  if (!isKept) make(file, packages);
  const fixes = securityMirror() === undefined ? ', without the security archive: fixes up to the last point release' : '';
  return { file, figure: `${megabytes(statSync(file).size)}${isKept ? ', from the cache' : ''}${fixes}` };
};

const make = (file: string, packages: readonly string[]): void => {
  runArm64Here();
  mkdirSync(cacheFolder, { recursive: true });
  // Two may build at a time.
  const partial = `${file}.${process.pid}.partial.tar`;
  run('mmdebstrap', [...options, ...initrdScripts, `--include=${packages.join(',')}`, suite, partial, ...archives()], {
    env: { SOURCE_DATE_EPOCH: String(sourceDate) },
  });
  renameSync(partial, file);
};
