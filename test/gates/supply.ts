/**
 * What doorpad lets in from other people: which packages, from where, under which licence, running what at install, on which Node.
 * Reads package.json and the lockfile as data and returns findings, a sentence each; known vulnerabilities need the network and are
 * asked at a release (SECURITY J4).
 */

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface LockedPackage extends Manifest {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** SECURITY J3. */
export const maxRuntimePackages = 25;

/** Packages that have an install script and work without it. Every other one is refused (SECURITY J1). */
const installScriptsNotNeeded: Readonly<Record<string, string>> = {
  '@serialport/bindings-cpp':
    'builds from source only where no prebuilt binary fits; the package ships those of Linux, and finds them when it is loaded',
  esbuild: 'only puts the binary of the platform, a package of its own, in place of a launcher that finds it too',
  koffi: 'builds from source only where no prebuilt binary fits; those of Linux are packages of their own, and are found when it is loaded',
  fsevents: 'for macOS only, optional, and ships its binary',
};

/** Packages that no running reader loads: they are not counted as running at the door. */
const notAtTheDoor: Readonly<Record<string, string>> = {
  'node-addon-api': 'headers from which @serialport/bindings-cpp would be built; a prebuilt binary needs none',
  uqr: 'draws the labels where readers are provisioned, and is loaded by that command alone',
};

const forbiddenLicence = /\b(?:A?GPL|LGPL|SSPL|BUSL|CC-BY-NC|UNLICENSED|SEE LICENSE)/i;

/** Of `node_modules/a/node_modules/@b/c`: `@b/c`. */
const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

const packagesOf = (lock: Lockfile): [place: string, locked: LockedPackage][] => Object.entries(lock.packages).filter(([place]) => place !== '');

/** Versions are exact, and the lockfile was made from this manifest (SECURITY J2). */
export function inexactVersions(manifest: Manifest, lock: Lockfile): string[] {
  return (['dependencies', 'devDependencies', 'optionalDependencies'] as const).flatMap((kind) =>
    Object.entries(manifest[kind] ?? {}).flatMap(([name, version]) => {
      if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) return [`package.json: ${name} "${version}" is not an exact version`];
      const locked = lock.packages['']?.[kind]?.[name];
      return locked === version ? [] : [`package-lock.json: ${name} is ${locked ?? 'missing'} there and ${version} in package.json`];
    }),
  );
}

/** Every package comes from the registry, with a SHA-512 of its content (SECURITY J2). */
export function untrustedSources(lock: Lockfile): string[] {
  return packagesOf(lock).flatMap(([place, { resolved, integrity, link }]) => {
    if (link === true) return [`${place}: is a link, not a package`];
    if (resolved !== undefined && !/^https:\/\/registry\.npmjs\.org\/.+\.tgz$/.test(resolved))
      return [`${place}: comes from ${resolved}, not from the registry`];
    return integrity !== undefined && /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) ? [] : [`${place}: has no SHA-512 integrity`];
  });
}

/** Nothing needs an install script (SECURITY J1). */
export function neededInstallScripts(lock: Lockfile): string[] {
  return packagesOf(lock)
    .filter(([place, { hasInstallScript }]) => hasInstallScript === true && installScriptsNotNeeded[nameOf(place)] === undefined)
    .map(([place]) => `${place}: has an install script; show that it works without, and give the reason in test/gates/supply.ts`);
}

/** The packages that a reader would be installed with, by their place in node_modules, pinned Node not counted. */
export function runtimePackages(lock: Lockfile): string[] {
  const found = new Set<string>();
  const visit = (from: string, wanted: Manifest): void => {
    for (const name of Object.keys(wanted.dependencies ?? {})) {
      const place = placeOf(lock, from, name);
      const locked = lock.packages[place];
      if (found.has(place) || locked === undefined || notAtTheDoor[name] !== undefined) continue;
      found.add(place);
      visit(place, locked);
    }
  };
  visit('', lock.packages[''] ?? {});
  return [...found].sort();
}

/** Where Node finds a package from a place: the nearest node_modules upwards. */
function placeOf(lock: Lockfile, from: string, name: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (folder === '' || lock.packages[place] !== undefined) return place;
    if (!folder.includes('/node_modules/')) return `node_modules/${name}`;
  }
}

export function tooManyPackages(lock: Lockfile): string[] {
  const { length } = runtimePackages(lock);
  return length <= maxRuntimePackages ? [] : [`${length} packages run at the door, at most ${maxRuntimePackages} are allowed`];
}

/** Where a package offers several licences, one that is wanted is enough: `(MIT OR GPL-3.0)`. */
const isUnwanted = (license: string): boolean => license.split(/\bOR\b/).every((offered) => forbiddenLicence.test(offered));

/** Every package says its licence, and none is one that doorpad could not be given away under MIT with (SECURITY J10). */
export function unwantedLicences(lock: Lockfile): string[] {
  return packagesOf(lock)
    .filter(([, { license }]) => license === undefined || isUnwanted(license))
    .map(([place, { license }]) => `${place}: licence ${license ?? 'not stated'}`);
}

/** End of security fixes for the pinned Node, and how long before it the move to the next must have been made (SECURITY J6). */
const nodeEndOfLife = { major: 24, date: '2028-04-30', noticeDays: 60 } as const;

export function ageingNode(manifest: Manifest, today: Date): string[] {
  const pins = Object.entries(manifest.optionalDependencies ?? {}).filter(([name]) => name.startsWith('node-'));
  const strange = pins
    .filter(([, version]) => !version.startsWith(`${nodeEndOfLife.major}.`))
    .map(([name, version]) => `${name} ${version} is not Node ${nodeEndOfLife.major}`);
  const daysLeft = Math.floor((Date.parse(nodeEndOfLife.date) - today.getTime()) / 86_400_000);
  const old =
    daysLeft > nodeEndOfLife.noticeDays
      ? []
      : [`Node ${nodeEndOfLife.major} gets no fixes after ${nodeEndOfLife.date}, ${daysLeft} days from now: move on`];
  return [...strange, ...(pins.length === 0 ? ['package.json pins no Node'] : []), ...old];
}

export const supplyFindings = (manifest: Manifest, lock: Lockfile, today: Date): string[] => [
  ...inexactVersions(manifest, lock),
  ...untrustedSources(lock),
  ...neededInstallScripts(lock),
  ...tooManyPackages(lock),
  ...unwantedLicences(lock),
  ...ageingNode(manifest, today),
];
