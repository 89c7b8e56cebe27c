/**
 * `npm run image`: one file for the card of a reader, from package lists and pinned versions. Decides the order of the steps and prints each with
 * its time. Needs root (owners of files, chroot), a Debian mirror, and no loop device; nothing is mounted but binfmt_misc.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, createReadStream, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { makeFat, putBootFiles } from './boot-part.ts';
import { cardMiB, diskId, type PartitionName, partitions } from './card.ts';
import { buildPrograms, emulatorPrograms, freshFolder, megabytes, missingPackages, missingPrograms, print, run, step, workFolder } from './host.ts';
import { kernelModules } from './modules.ts';
import { out } from './out.ts';
import { makeUpdate, readRelease } from './release.ts';
import { rootfs } from './rootfs.ts';
import { furnish, makeExt4, type StagedSlot, unpackRoot } from './slot.ts';
import { judgeUnit } from './unit.ts';

/**
 * `--xz`: also a compressed copy, to hand on. `--update-key FILE`: the public key that updates of this card are signed with; without it none is
 * taken. `--release N`: its number, instead of the one package.json has. `--sign FILE`: also an update, signed with this private key.
 * `--packages`: makes nothing, and prints the Debian packages that this machine lacks for it and for `npm run test:image`.
 */
const { values } = parseArgs({
  options: {
    xz: { type: 'boolean', default: false },
    'update-key': { type: 'string' },
    release: { type: 'string' },
    sign: { type: 'string' },
    packages: { type: 'boolean', default: false },
  },
});

/** A table of partitions, then each where the table says; on a plain file all of that needs no device. */
const assemble = (parts: Readonly<Record<PartitionName, string>>): string => {
  run('truncate', ['-s', '0', out.card]);
  run('truncate', ['-s', `${cardMiB}M`, out.card]);
  const sectorsOfMiB = 2_048;
  const rows = partitions.map(({ startMiB, sizeMiB, type }) => `start=${startMiB * sectorsOfMiB}, size=${sizeMiB * sectorsOfMiB}, type=${type}`);
  run('sfdisk', ['-q', out.card], { input: `label: dos\nlabel-id: 0x${diskId}\nunit: sectors\n${rows.join('\n')}\n` });
  for (const { name, startMiB } of partitions)
    run('dd', [`if=${parts[name]}`, `of=${out.card}`, 'bs=1M', `seek=${startMiB}`, 'conv=notrunc,sparse', 'status=none']);
  return `${cardMiB} MiB, of which ${megabytes(statSync(out.card).blocks * 512)} hold something`;
};

/** Of every Debian package on the card; Node and the packages of npm are package-lock.json's. */
const recordVersions = ({ root }: StagedSlot): string => {
  const list = run('dpkg-query', [
    `--admindir=${root}/var/lib/dpkg`,
    '-W',
    '-f',
    ['Package', 'Version', 'Architecture']
      .map((field) => `$\{${field}}`)
      .join(' ')
      .concat('\\n'),
  ]);
  writeFileSync(out.versions, list);
  return `${list.trimEnd().split('\n').length} packages`;
};

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
};

const build = async (): Promise<void> => {
  const release = readRelease({ release: values.release, updateKey: values['update-key'] });
  const boot = freshFolder(workFolder, 'boot');
  const parts = { boot: join(workFolder, 'boot.vfat'), rootA: out.root, rootB: join(workFolder, 'rootB.ext4'), data: join(workFolder, 'data.ext4') };
  let archive = '';
  let slot: StagedSlot = { root: '', kernel: '' };
  let modules = '';
  await step('service unit', judgeUnit);
  await step('root file system', () => {
    const { file, figure } = rootfs();
    archive = file;
    return figure;
  });
  await step('unpacked', () => {
    slot = unpackRoot(archive, workFolder);
    return slot.kernel;
  });
  await step('kernel modules', () => {
    const { folder, figure } = kernelModules(slot.kernel);
    modules = folder;
    return figure;
  });
  freshFolder(out.folder);
  copyFileSync(join(slot.root, 'boot', `vmlinuz-${slot.kernel}`), out.kernel);
  copyFileSync(join(slot.root, 'boot', `initrd.img-${slot.kernel}`), out.initrd);
  await step('versions', () => recordVersions(slot));
  await step('boot files', () => putBootFiles(slot.root, slot.kernel, boot));
  await step('doorpad', () => furnish(slot, modules, release));
  await step('boot partition', () => makeFat(boot, parts.boot));
  await step('slot A', () => makeExt4('rootA', slot.root, parts.rootA));
  await step('slot B', () => makeExt4('rootB', slot.root, parts.rootB));
  await step('data', () => makeExt4('data', undefined, parts.data));
  await step('card', () => assemble(parts));
  if (values.xz)
    await step('compressed', () => {
      run('xz', ['-T0', '-1', '-k', '-f', out.card]);
      return megabytes(statSync(`${out.card}.xz`).size);
    });
  const { sign } = values;
  if (sign !== undefined) await step('update', () => makeUpdate(out.root, release, sign, out.update));
  const sum = await sha256Of(out.card);
  writeFileSync(out.sum, `${sum}  doorpad.img\n`);
  print(`${out.card}\nsha256 ${sum}`);
};

const main = async (): Promise<number> => {
  if (values.packages) {
    print(missingPackages([...buildPrograms, ...emulatorPrograms]).join(' '));
    return 0;
  }
  const missing = missingPrograms(buildPrograms);
  const complaint = missing ?? (process.getuid?.() === 0 ? undefined : 'Building a root file system needs root: sudo npm run image');
  if (complaint === undefined) await build();
  else process.stderr.write(`${complaint}\n`);
  return complaint === undefined ? 0 : 1;
};

try {
  process.exitCode = await main();
} catch (thrown) {
  process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
  process.exitCode = 1;
}
