/** The machine that builds: which of its packages are needed, how a program of it is run, where things are kept. What is built is the other files'. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const project = fileURLToPath(new URL('../..', import.meta.url));
export const hardware = join(project, 'hardware');
/** Everything that is made; nothing in it is needed again. */
export const workFolder = join(project, '.cache', 'image');
const { DOORPAD_IMAGE_CACHE, DOORPAD_CACHE } = process.env;
const sharedCache = DOORPAD_CACHE === undefined ? join(workFolder, 'cache') : join(DOORPAD_CACHE, 'image');
/** What takes minutes and stays the same: the root file system of a package list, the modules of a kernel, what was downloaded. */
export const cacheFolder = DOORPAD_IMAGE_CACHE ?? sharedCache;

/** Of each program, or file, the Debian package that brings it. */
const packageOf: Readonly<Record<string, string>> = {
  'aarch64-linux-gnu-strip': 'binutils-aarch64-linux-gnu',
  depmod: 'kmod',
  dtc: 'device-tree-compiler',
  fdtoverlay: 'device-tree-compiler',
  mcopy: 'mtools',
  mke2fs: 'e2fsprogs',
  'mkfs.vfat': 'dosfstools',
  mkenvimage: 'u-boot-tools',
  mkimage: 'u-boot-tools',
  mmdebstrap: 'mmdebstrap',
  'qemu-aarch64-static': 'qemu-user-static',
  'qemu-system-aarch64': 'qemu-system-arm',
  setpriv: 'util-linux',
  sfdisk: 'fdisk',
  'systemd-analyze': 'systemd',
  xz: 'xz-utils',
  '/usr/lib/u-boot/qemu_arm64/u-boot.bin': 'u-boot-qemu',
};
/** U-Boot for the emulated machine. */
export const emulatedUboot = '/usr/lib/u-boot/qemu_arm64/u-boot.bin';
export const emulatorPrograms = ['qemu-system-aarch64', 'setpriv', 'dtc', 'fdtoverlay', 'mcopy', 'mke2fs', 'systemd-analyze', emulatedUboot];
const emulatorOnly = ['qemu-system-aarch64', 'setpriv', emulatedUboot];
export const buildPrograms = Object.keys(packageOf).filter((name) => !emulatorOnly.includes(name));

const searchPath = `${process.env.PATH}:/usr/sbin:/sbin`;
const isHere = (program: string): boolean =>
  program.startsWith('/') ? existsSync(program) : searchPath.split(':').some((folder) => folder !== '' && existsSync(join(folder, program)));

/** Debian packages that bring what is not here, each once. */
export const missingPackages = (programs: readonly string[], has: (program: string) => boolean = isHere): readonly string[] =>
  [...new Set(programs.filter((program) => !has(program)).map((program) => packageOf[program] ?? program))].sort();

/** The sentence that says what to install, or undefined when every program is here. */
export const missingPrograms = (programs: readonly string[], has: (program: string) => boolean = isHere): string | undefined => {
  const missing = missingPackages(programs, has);
  return missing.length === 0 ? undefined : `These packages are missing: apt-get install -y --no-install-recommends ${missing.join(' ')}`;
};

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

/** What the program printed. Throws an error whose message ends with the last that it said. */
export const run = (program: string, args: readonly string[], { cwd, env, input }: RunOptions = {}): string => {
  try {
    return execFileSync(program, args, {
      cwd: cwd ?? project,
      env: { ...process.env, PATH: searchPath, LC_ALL: 'C', SOURCE_DATE_EPOCH: process.env.SOURCE_DATE_EPOCH, ...env },
      ...(input === undefined ? { stdio: ['ignore', 'pipe', 'pipe'] } : { input, stdio: ['pipe', 'pipe', 'pipe'] }),
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
  } catch (thrown) {
    const { status, stdout, stderr } = thrown as { status?: number | null; stdout?: string; stderr?: string };
    const said = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-12).join('\n');
    throw new Error(`${program} ${args.slice(0, 3).join(' ')} … ended with ${status ?? String(thrown)}:\n${said}`, { cause: thrown });
  }
};

export const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const secondsSince = (startedMs: number): string => ((performance.now() - startedMs) / 1_000).toFixed(1).padStart(7);

/** Prints one line when it is done: how long it took, what it is, and what `work` returned, if anything. */
export const step = async (name: string, work: () => string | Promise<string>): Promise<void> => {
  const startedMs = performance.now();
  const figure = await work();
  print(`${secondsSince(startedMs)} s  ${name}${figure === '' ? '' : `: ${figure}`}`);
};

export const freshFolder = (...path: readonly string[]): string => {
  const folder = join(...path);
  run('rm', ['-rf', '--one-file-system', folder]);
  mkdirSync(folder, { recursive: true });
  return folder;
};

const register = '/proc/sys/fs/binfmt_misc/register';

/** Lets this machine run programs of arm64, as systemd-binfmt does where there is a systemd. */
export const runArm64Here = (): void => {
  if (process.arch === 'arm64' || existsSync('/proc/sys/fs/binfmt_misc/qemu-aarch64')) return;
  if (!existsSync(register)) run('mount', ['-t', 'binfmt_misc', 'none', '/proc/sys/fs/binfmt_misc']);
  if (!existsSync('/proc/sys/fs/binfmt_misc/qemu-aarch64'))
    writeFileSync(register, readFileSync('/usr/lib/binfmt.d/qemu-aarch64.conf', 'latin1').trim());
};

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
