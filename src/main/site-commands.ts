/** What the commands print that make a site's keys and bring them to a reader. How the keys are made and kept is tools/'s. */
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { NodeCrypto } from '../drivers/node-crypto.ts';
import { Fault } from '../shared/faults.ts';
import { readBounded } from '../tools/bounded-file.ts';
import type { Printer } from '../tools/command-line.ts';
import { exitCodes } from '../tools/exit-codes.ts';
import { keyOriginOf, prepareDataDirectory, readReaderKeys, writeSiteKeys } from '../tools/key-store.ts';
import { whyOf, writeNewPrivateFile } from '../tools/private-files.ts';
import {
  type BundleRefusal,
  codeDigits,
  codeFrom,
  codeText,
  maxBundleBytes,
  type OpenedBundle,
  openBundle,
  type ReaderPlace,
} from '../tools/provision-bundle.ts';
import { maxListBytes, readerPlaceFrom, readReaderList } from '../tools/provision-list.ts';
import { controllerFile, type Issued, labelSheetFile, type Provisioned, provision, wiringSheetFile } from '../tools/provision-site.ts';
import { readSettingsFile } from '../tools/settings-file.ts';
import type { ConfigOptions } from './commands.ts';
import { Refusal } from './refusal.ts';
import type { Terminal } from './terminal.ts';

export interface ProvisionCommand {
  readonly site: string;
  readonly name?: string;
  readonly address?: string;
  readonly serial?: string;
  readonly csv?: string;
  readonly newCode?: true;
  readonly codesFile?: string;
}
export interface InstallCommand extends ConfigOptions {
  readonly codeFile?: string;
}
export interface SiteIo extends Printer {
  readonly terminal?: Terminal;
}

const nothingChanged = 'Nothing was changed.';
const maxCodeFileBytes = 1_024;
const crypto = new NodeCrypto();

export const provisionSite = async (options: ProvisionCommand, io: SiteIo): Promise<void> => {
  const { site, codesFile, newCode } = options;
  const wanted = wantedReaders(options);
  if (codesFile === undefined && io.terminal?.isOutShown !== true) {
    throw new Refusal(
      ['The codes of the bundles are shown on a terminal only. To have them in a private file: --codes-file FILE.', nothingChanged],
      exitCodes.refused,
    );
  }
  if (codesFile !== undefined && existsSync(codesFile)) {
    throw new Refusal([`${codesFile} is there already: name a new file.`, nothingChanged], exitCodes.refused);
  }
  if (codesFile !== undefined) refuseUnwritable(codesFile);
  const keepCodes = (issued: readonly Issued[]): void => {
    if (codesFile === undefined || issued.length === 0) return;
    try {
      writeNewPrivateFile(codesFile, codesText(issued));
    } catch (thrown) {
      throw new Fault('disk.failed', `${codesFile} could not be written: ${whyOf(thrown)}; the site is as before.`, thrown);
    }
  };
  const made = await provision(site, wanted, { crypto, isRenewing: newCode === true, keepCodes });
  if (!made.ok) throw new Refusal([...made.failure, nothingChanged], exitCodes.refused);
  io.out(provisionedText(made.value, options));
};

/** Before any key is made. */
const refuseUnwritable = (codesFile: string): void => {
  try {
    accessSync(dirname(codesFile), constants.W_OK);
  } catch (thrown) {
    throw new Refusal([`${codesFile} cannot be written: ${whyOf(thrown)}.`, nothingChanged], exitCodes.refused);
  }
};

const wantedReaders = ({ name, address, serial = '', csv }: ProvisionCommand): readonly ReaderPlace[] => {
  if (csv === undefined) {
    if (name === undefined || address === undefined) {
      throw new Refusal(['Say --name and --address of one reader, or --csv FILE for many.'], exitCodes.usage);
    }
    const place = readerPlaceFrom({ name, address, serial });
    if (!place.ok) throw new Refusal([...place.failure, nothingChanged], exitCodes.refused);
    return [place.value];
  }
  if (name !== undefined || address !== undefined || serial !== '') {
    throw new Refusal(['Say either --csv FILE, or --name, --address and --serial of one reader.'], exitCodes.usage);
  }
  const bytes = readBounded(csv, maxListBytes);
  if (!bytes.ok) throw new Refusal([`${csv}: ${bytes.failure}`, nothingChanged], exitCodes.refused);
  const list = readReaderList(bytes.value);
  if (list.ok) return list.value;
  const errors = list.failure.map(({ line, sentence }) => `${csv}${line === undefined ? '' : `:${line}`}: ${sentence}`);
  throw new Refusal([...errors, nothingChanged], exitCodes.refused);
};

const codesText = (issued: readonly Issued[]): string => issued.map(({ bundle, code }) => `${codeText(code)}  ${bundle}\n`).join('');

const provisionedText = ({ isNewSite, issued, unchanged }: Provisioned, { site, codesFile }: ProvisionCommand): string => {
  const lines = [
    ...(isNewSite ? [`The site was made in ${site}. Keep a copy of it in a safe place: its readers obey no other site.`] : []),
    ...unchanged.map(({ name }) => `"${name}" was there already: nothing was changed for it.`),
    ...issued.flatMap(({ place, bundle, label }) => [`"${place.name}", address ${place.address}: bundle ${bundle}, label ${label}`]),
  ];
  if (issued.length > 0) {
    lines.push(
      ...(codesFile === undefined
        ? ['', 'The codes are shown this once, and stand in no file. Carry each another way than its bundle:', codesText(issued).trimEnd()]
        : [`The codes are in ${codesFile}. Carry each another way than its bundle, and then delete the file.`]),
      '',
      'At each reader: say the address in [line] of its settings. A card of doorpad takes its bundle beside them, and the code at the keypad;',
      'where there is a login: doorpad install-keys BUNDLE',
      `To print: the labels in ${site}/${labelSheetFile}, a sheet for each reader in ${site}/${wiringSheetFile}; no key and no code is on them.`,
      `The controller imports ${site}/${controllerFile}.`,
    );
  }
  return `${lines.join('\n')}\n`;
};

export const installKeys = async (bundleFile: string, options: InstallCommand, io: SiteIo): Promise<void> => {
  const settings = readSettingsFile(options.config);
  if (!settings.ok) throw new Refusal(settings.failure, exitCodes.settings);
  const { dataDir, line } = settings.value.config;
  refuseWhenKeyed(dataDir);
  const bytes = readBounded(bundleFile, maxBundleBytes);
  if (!bytes.ok) throw new Refusal([`${bundleFile}: ${bytes.failure}`, nothingChanged], exitCodes.refused);
  const { place, keys } = await openedBundle(bundleFile, bytes.value, options, io);
  if (line !== undefined && line.address !== place.address) {
    const whose = `The bundle is that of "${place.name}", for address ${place.address}; the settings say address ${line.address}.`;
    throw new Refusal([`${bundleFile}: ${whose}`, nothingChanged], exitCodes.refused);
  }
  const prepared = prepareDataDirectory(dataDir);
  if (!prepared.ok) throw new Refusal([prepared.failure, nothingChanged], exitCodes.refused);
  writeSiteKeys(dataDir, keys, place);
  io.out(`This reader is "${place.name}" of its site, and obeys the site's authority. The keys are in ${dataDir}/keys.\n`);
  io.out('A reader that runs already finds them when it is started again. The bundle is of no more use here: delete it.\n');
  if (line === undefined) io.err(`The settings name no line: say [line] with port and address = ${place.address}.\n`);
};

const refuseWhenKeyed = (dataDir: string): void => {
  const keys = readReaderKeys(dataDir);
  if (!keys.ok) throw new Refusal([keys.failure, nothingChanged], exitCodes.refused);
  if (keys.value === undefined) return;
  const whose = keyOriginOf(dataDir) === 'standAlone' ? 'its own, from working stand-alone' : 'those of a site';
  throw new Refusal(
    [
      `This reader has keys already: ${whose}. A bundle is taken only where there are none.`,
      `To give it to another site, stop it and remove ${dataDir}/keys and ${dataDir}/table.db*: its people are gone then.`,
      nothingChanged,
    ],
    exitCodes.refused,
  );
};

/** Of a code that is typed. */
const mostTries = 3;

/** Asks again for a code that is mistyped; a file is read once. */
const openedBundle = async (bundleFile: string, bytes: Uint8Array, { codeFile }: InstallCommand, io: SiteIo): Promise<OpenedBundle> => {
  for (let tried = 1; ; tried += 1) {
    const code = codeFrom(codeFile === undefined ? await typedCode(io) : codeIn(textOf(codeFile), bundleFile));
    const opened = code === undefined ? undefined : await openBundle(bytes, code);
    if (opened?.ok === true) return opened.value;
    const sentence = opened === undefined ? noCodeText(codeFile) : `${bundleFile}: ${refusedTexts[opened.failure]}`;
    const isLast = codeFile !== undefined || tried === mostTries || opened?.failure === 'noBundle';
    if (isLast) throw new Refusal([sentence, nothingChanged], exitCodes.refused);
    io.err(`${sentence} Try again.\n`);
  }
};

const refusedTexts: Readonly<Record<BundleRefusal, string>> = {
  noBundle: 'This is not a bundle.',
  wrongCode: 'The code is not the one of this bundle, or the bundle is damaged.',
};

const noCodeText = (codeFile: string | undefined): string =>
  `${codeFile === undefined ? '' : `${codeFile}: `}A code has ${codeDigits} digits, and nothing else but spaces.`;

const typedCode = async ({ terminal }: SiteIo): Promise<string> => {
  const asked = (await terminal?.askUnseen('Code of the bundle (it is not shown): ')) ?? 'nobody';
  if (typeof asked !== 'string') return asked.typed;
  const sentence = { nobody: 'There is nobody to ask for the code: say --code-file FILE.', gaveUp: 'No code was typed.' }[asked];
  throw new Refusal([sentence, nothingChanged], exitCodes.refused);
};

/** A file of codes as provisioning writes it has a line for each bundle; any other is one code. */
const codeIn = (text: string, bundleFile: string): string =>
  text
    .split('\n')
    .map((line) => /^([0-9 ]+?) {2}(.+)$/.exec(line))
    .find((found) => found?.[2] !== undefined && basename(found[2]) === basename(bundleFile))?.[1] ?? text;

const textOf = (path: string): string => {
  const bytes = readBounded(path, maxCodeFileBytes);
  if (!bytes.ok) throw new Refusal([`${path}: ${bytes.failure}`, nothingChanged], exitCodes.refused);
  return new TextDecoder().decode(bytes.value);
};
