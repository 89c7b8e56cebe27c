/** Debian as the card is made from it: which mirror, and how a package of another release is fetched without touching the machine's own apt. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from './card.ts';
import { cacheFolder, run, workFolder } from './host.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The first archive of this kind that is named in these apt sources, in either of apt's two forms; undefined: none is. */
export const mirrorIn = (sources: string, kind: 'debian' | 'debian-security' = 'debian'): string | undefined => {
  const lines = sources.split('\n').filter((line) => !line.trim().startsWith('#'));
  const addresses = lines.flatMap((line) => {
    const [, form, rest = ''] = /^(URIs:|deb)\s+(?:\[[^\]]*\]\s*)?(.*)$/.exec(line.trim()) ?? [];
    return form === undefined ? [] : rest.split(/\s+/).slice(0, form === 'deb' ? 1 : undefined);
  });
  return addresses.map((address) => address.replace(/\/$/, '')).find((address) => /^https?:\/\//.test(address) && address.endsWith(`/${kind}`));
};

const sourcesHere = (): string => {
  const folder = '/etc/apt/sources.list.d';
  const files = existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
    : [];
  return ['/etc/apt/sources.list', ...files]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
};

/** DOORPAD_IMAGE_MIRROR, or the mirror this machine is set to. A snapshot of Debian by its date serves as well. */
const mirror = (): string => {
  const found = process.env.DOORPAD_IMAGE_MIRROR ?? mirrorIn(sourcesHere());
  if (found === undefined) throw new Error('The apt sources of this machine name no Debian mirror: say one in DOORPAD_IMAGE_MIRROR.');
  return found;
};

/** What is fixed between two point releases. Beside a mirror that somebody has named it is named too, or left out: a snapshot has a day. */
export const securityMirror = (): string | undefined => {
  const { DOORPAD_IMAGE_MIRROR: named, DOORPAD_IMAGE_SECURITY_MIRROR: security } = process.env;
  return security ?? (named === undefined ? mirrorIn(sourcesHere(), 'debian-security') : undefined);
};

/** What packages are taken from, as apt has it. `options`: in brackets, or nothing. */
export const archives = (options = ''): readonly string[] => {
  const security = securityMirror();
  const line = (address: string, which: string): string => `deb ${options}${address} ${which} main non-free-firmware`;
  return [line(mirror(), suite), ...(security === undefined ? [] : [line(security, `${suite}-security`)])];
};

/** An apt of its own, for packages of the card's release and of both architectures. */
export class Apt {
  readonly #config: string;

  constructor() {
    const folder = join(workFolder, 'apt');
    for (const path of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(folder, path), { recursive: true });
    this.#config = join(folder, 'apt.conf');
    writeFileSync(join(folder, 'status'), '');
    writeFileSync(join(folder, 'sources.list'), `${archives(`[signed-by=${keyring} arch=amd64,arm64] `).join('\n')}\n`);
    const settings: readonly (readonly [string, string])[] = [
      ['Dir::Etc::SourceList', join(folder, 'sources.list')],
      ['Dir::Etc::SourceParts', '/dev/null'],
      ['Dir::State::Lists', join(folder, 'lists')],
      ['Dir::State::status', join(folder, 'status')],
      ['Dir::Cache', join(folder, 'cache')],
      ['APT::Architecture', 'amd64'],
      ['APT::Sandbox::User', 'root'],
    ];
    writeFileSync(this.#config, `${settings.map(([name, value]) => `${name} "${value}";\n`).join('')}APT::Architectures {"amd64";"arm64";};\n`);
    this.#get(['update']);
  }

  /** Resolves names such as `linux-headers-6.12.1-arm64:arm64` to package files in the folder; those that are there are not fetched again. */
  download(folder: string, names: readonly string[]): void {
    mkdirSync(folder, { recursive: true });
    this.#get(['download', ...names], folder);
  }

  #get(args: readonly string[], cwd?: string): void {
    run('apt-get', ['-q', ...args], { env: { APT_CONFIG: this.#config }, ...(cwd === undefined ? {} : { cwd }) });
  }
}

export const packageFiles = (folder: string, isWanted: (name: string) => boolean): string[] =>
  readdirSync(folder)
    .filter(isWanted)
    .map((name) => join(folder, name));

export const downloads = join(cacheFolder, 'downloads');
