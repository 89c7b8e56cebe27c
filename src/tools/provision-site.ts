/**
 * A site on disk: its authority, and the keys of every reader, as its controller imports them; a bundle and a label for each reader. Readers
 * are added; keys that are there are never replaced; nothing changes unless all of it can. The bundle itself is provision-bundle.ts's.
 *
 * The list for the controller is written last: until it names a reader, nothing made for it counts.
 */
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { highestAddress } from '../config/settings.ts';
import { isWeakScbk, scbkBytes } from '../osdp/scbk.ts';
import type { Crypto } from '../ports/crypto.ts';
import { Fault } from '../shared/faults.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';
import type { SiteKeys } from './key-store.ts';
import { labelOf } from './label.ts';
import {
  checked,
  exists,
  fromHex,
  hexBytes,
  loosenessOf,
  parseJson,
  preparePrivateDirectory,
  privateDirectoryMode,
  readPrivateFile,
  replacePrivateFiles,
  secretFromHex,
  syncDirectory,
  toHex,
  whyOf,
  writeNewPrivateFile,
} from './private-files.ts';
import { newCode, type ReaderPlace, sealBundle } from './provision-bundle.ts';
import { maxReadersOfSite } from './provision-list.ts';
import { labelSheet, wiringSheet } from './provision-sheets.ts';

export const controllerFile = 'controller.json';
const authorityFile = 'authority.json';
const bundleFolder = 'bundles';
const labelFolder = 'labels';
/** Of all readers, to be printed. */
export const labelSheetFile = 'labels.html';
export const wiringSheetFile = 'wiring.html';
const format = 1;
/** The id of a site for tests begins so. */
const testMark = new TextEncoder().encode('TEST');

export interface SiteReader {
  readonly place: ReaderPlace;
  readonly keys: SiteKeys;
}

/** What a controller needs of a site. */
export interface Site {
  /** 16 bytes. */
  readonly site: Uint8Array;
  /** 32 bytes: the public half of the authority, which the readers pin. */
  readonly authority: Uint8Array;
  /** 32 bytes. */
  readonly authoritySeed: SecretBytes;
  readonly readers: readonly SiteReader[];
}

/** Whether its keys open simulated doors only: what signs for tests refuses any other site (SECURITY H11). */
export const isTestSite = (site: Uint8Array): boolean => testMark.every((byte, index) => site[index] === byte);

const readerShape = v.strictObject({
  name: v.string(),
  address: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(highestAddress)),
  serial: v.nullable(v.string()),
  reader: hexBytes(16),
  tableKey: hexBytes(32),
  scbk: hexBytes(scbkBytes),
});
const controllerShape = v.strictObject({
  format: v.literal(format),
  site: hexBytes(16),
  authority: v.strictObject({ publicKey: hexBytes(32), seedFile: v.literal(authorityFile) }),
  readers: v.pipe(v.array(readerShape), v.maxLength(maxReadersOfSite)),
});
const authorityShape = v.strictObject({ format: v.literal(format), seed: hexBytes(32) });
const remedy = 'Restore it from a copy: the readers of this site obey no other.';

/** Undefined: there is none yet. The sentence says why it is refused. */
export const readSite = (directory: string): Result<Site | undefined, string> => {
  const place = checked(directory, () => {
    if (!exists(directory)) return ok(false);
    const loose = loosenessOf(directory, privateDirectoryMode);
    if (loose !== undefined) return failed(loose);
    if (exists(join(directory, controllerFile))) return ok(true);
    return readdirSync(directory).length === 0
      ? ok(false)
      : failed(`${directory} holds other files, and no site. Name a new directory, or an empty one.`);
  });
  if (!place.ok) return place;
  if (!place.value) return ok(undefined);
  const controller = readPrivateFile(join(directory, controllerFile), controllerShape, remedy);
  if (!controller.ok) return controller;
  const authority = readPrivateFile(join(directory, authorityFile), authorityShape, remedy);
  if (!authority.ok) return authority;
  return ok({ ...listOf(controller.value), authoritySeed: secretFromHex(authority.value.seed) });
};

/** The list for a controller, as text; undefined: it is none. */
export const readControllerText = (text: string): Omit<Site, 'authoritySeed'> | undefined => {
  const read = v.safeParse(controllerShape, parseJson(text));
  return read.success ? listOf(read.output) : undefined;
};

const listOf = ({ site, authority, readers }: v.InferOutput<typeof controllerShape>): Omit<Site, 'authoritySeed'> => {
  const trusted = { site: fromHex(site), authority: fromHex(authority.publicKey) };
  return {
    ...trusted,
    readers: readers.map(({ name, address, serial, reader, tableKey, scbk }) => ({
      place: { name, address, serial: serial ?? undefined },
      keys: { trust: { ...trusted, reader: fromHex(reader) }, tableKey: secretFromHex(tableKey), scbk: secretFromHex(scbk) },
    })),
  };
};

export interface Issued {
  readonly place: ReaderPlace;
  /** The file, from the directory of the site. */
  readonly bundle: string;
  readonly label: string;
  readonly code: SecretBytes;
}

export interface Provisioned {
  readonly isNewSite: boolean;
  /** Bundles that were made, with their codes. */
  readonly issued: readonly Issued[];
  /** Readers that were there already, as they are asked for now. */
  readonly unchanged: readonly ReaderPlace[];
}

export interface ProvisionOptions {
  readonly crypto: Crypto;
  /** Readers that are there get a new bundle and code, with the keys they have. */
  readonly isRenewing: boolean;
  /** Makes a site for tests, and adds to no other. */
  readonly isTest?: boolean;
  /** Called before anything counts; what it throws undoes everything. */
  readonly keepCodes?: (issued: readonly Issued[]) => void;
}

/** Everything that is wrong, a sentence each. Rejects with a Fault when the disk fails; the site is as before then. */
export const provision = async (
  directory: string,
  wanted: readonly ReaderPlace[],
  { crypto, isRenewing, isTest = false, keepCodes = () => undefined }: ProvisionOptions,
): Promise<Result<Provisioned, readonly string[]>> => {
  const found = readSite(directory);
  if (!found.ok) return failed([found.failure]);
  const before = found.value ?? newSite(crypto, isTest);
  if (isTest && !isTestSite(before.site)) return failed([`${directory} holds the keys of real doors, and only a site for tests is taken here.`]);
  const wrong = contradictions(wanted, before.readers);
  if (wrong.length > 0) return failed(wrong);
  const known = new Map(before.readers.map((reader) => [reader.place.name, reader]));
  const added = wanted.filter(({ name }) => !known.has(name)).map((place) => ({ place, keys: newKeys(before, crypto) }));
  const renewed = isRenewing ? wanted.flatMap(({ name }) => known.get(name) ?? []) : [];
  const site = { ...before, readers: [...before.readers, ...added] };
  const made = await Promise.all([...added, ...renewed].map((reader) => bundleOf(reader, crypto)));
  try {
    const files = { ...Object.fromEntries(made.flatMap(({ files: each }) => each)), ...sheetsOf(site) };
    const issued = made.map((each) => each.issued);
    if (found.value === undefined) writeNewSite(directory, site, files, () => keepCodes(issued));
    else addToSite(directory, site, files, () => keepCodes(issued));
    return ok({ isNewSite: found.value === undefined, issued, unchanged: isRenewing ? [] : wanted.filter(({ name }) => known.has(name)) });
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw new Fault('disk.failed', `The site could not be written to ${directory}: ${whyOf(thrown)}; it is as before.`, thrown);
  }
};

const newSite = (crypto: Crypto, isTest: boolean): Site => {
  const { seed, publicKey } = crypto.newSigningKey();
  return { site: newSiteId(crypto, isTest), authority: publicKey, authoritySeed: seed, readers: [] };
};

/** One in 2^32 random ids would look like that of a site for tests. */
const newSiteId = (crypto: Crypto, isTest: boolean): Uint8Array => {
  let id = crypto.randomBytes(16);
  if (isTest) id.set(testMark);
  else while (isTestSite(id)) id = crypto.randomBytes(16);
  return id;
};

const newKeys = ({ site, authority }: Site, crypto: Crypto): SiteKeys => {
  let scbk = new SecretBytes(crypto.randomBytes(scbkBytes));
  while (isWeakScbk(scbk)) scbk = new SecretBytes(crypto.randomBytes(scbkBytes));
  return { trust: { site, authority, reader: crypto.randomBytes(16) }, tableKey: new SecretBytes(crypto.randomBytes(32)), scbk };
};

const placeText = ({ name, address, serial }: ReaderPlace): string =>
  `"${name}" at address ${address}${serial === undefined ? '' : `, serial ${serial}`}`;

const isSamePlace = (left: ReaderPlace, right: ReaderPlace): boolean =>
  left.name === right.name && left.address === right.address && (right.serial === undefined || left.serial === right.serial);

/** People tell them apart by more than a capital letter. */
const isSameName = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

/** Names and addresses are a reader's own in its site, also across lines: a swapped cable then does no harm. */
const contradictions = (wanted: readonly ReaderPlace[], readers: readonly SiteReader[]): readonly string[] => {
  const errors = wanted.flatMap((place, index) => {
    const twin = wanted.slice(0, index).find(({ name, address }) => isSameName(name, place.name) || address === place.address);
    if (twin !== undefined) return [`${placeText(place)} and ${placeText(twin)}: each reader needs a name and an address of its own.`];
    const others = readers.filter(({ place: { name, address } }) => isSameName(name, place.name) || address === place.address);
    const [there] = others;
    if (there === undefined || others.some((reader) => isSamePlace(reader.place, place))) return [];
    return [`${placeText(place)}: the site has ${placeText(there.place)} already, and what is there is never changed.`];
  });
  const count = new Set([...wanted, ...readers.map(({ place }) => place)].map(({ name }) => name)).size;
  return count > maxReadersOfSite ? [...errors, `The site would have ${count} readers; it can have ${maxReadersOfSite}.`] : errors;
};

interface Made {
  readonly issued: Issued;
  readonly files: readonly (readonly [path: string, content: string])[];
}

const spelt: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', Ä: 'Ae', Ö: 'Oe', Ü: 'Ue', ß: 'ss', ø: 'o', æ: 'ae', å: 'aa' };

/** As people spell them where there are no other letters; of the rest, the letter without its marks. */
const plainLetters = (name: string): string =>
  name
    .normalize('NFC')
    .replaceAll(/[äöüÄÖÜßøæå]/g, (letter) => spelt[letter] ?? letter)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '');

const bundleOf = async (reader: SiteReader, crypto: Crypto): Promise<Made> => {
  const { name, address } = reader.place;
  const slug = plainLetters(name)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const file = `${String(address).padStart(3, '0')}${slug === '' ? '' : `-${slug}`}`;
  const [bundle, label] = [join(bundleFolder, `${file}.bundle`), join(labelFolder, `${file}.svg`)];
  const code = newCode(crypto);
  const sealed = await sealBundle(reader, code, crypto);
  return {
    issued: { place: reader.place, bundle, label, code },
    files: [
      [bundle, sealed],
      [label, labelOf(reader.place, reader.keys.trust.reader)],
    ],
  };
};

const sheetsOf = ({ readers }: Site): Files => {
  const printed = readers.map(({ place, keys }) => ({ place, reader: keys.trust.reader }));
  return { [labelSheetFile]: labelSheet(printed), [wiringSheetFile]: wiringSheet(printed) };
};

const controllerText = ({ site, authority, readers }: Site): string => {
  const entries = readers.map(({ place: { name, address, serial = null }, keys: { trust, tableKey, scbk } }) => ({
    name,
    address,
    serial,
    reader: toHex(trust.reader),
    tableKey: toHex(tableKey.reveal()),
    scbk: toHex(scbk.reveal()),
  }));
  return `${JSON.stringify({ format, site: toHex(site), authority: { publicKey: toHex(authority), seedFile: authorityFile }, readers: entries }, null, 2)}\n`;
};

type Files = Readonly<Record<string, string>>;

const prepareFolders = (directory: string): void => {
  for (const folder of [bundleFolder, labelFolder]) {
    const prepared = preparePrivateDirectory(join(directory, folder));
    if (!prepared.ok) throw new Fault('disk.failed', prepared.failure);
  }
};

/** A site that was made before, without bundles and labels, where there is none. Throws what the disk says; nothing is there then. */
export const keepSiteAnew = (directory: string, site: Site): void => writeNewSite(directory, site, {}, () => undefined);

/** All of it beside the place, then in one step at the place. */
const writeNewSite = (directory: string, site: Site, files: Files, beforeCommit: () => void): void => {
  const place = resolve(directory);
  const incoming = mkdtempSync(join(dirname(place), `${basename(place)}.new-`));
  try {
    chmodSync(incoming, privateDirectoryMode);
    prepareFolders(incoming);
    for (const [path, content] of Object.entries(files)) writeNewPrivateFile(join(incoming, path), content);
    writeNewPrivateFile(join(incoming, authorityFile), `${JSON.stringify({ format, seed: toHex(site.authoritySeed.reveal()) })}\n`);
    writeNewPrivateFile(join(incoming, controllerFile), controllerText(site));
    syncDirectory(incoming);
    beforeCommit();
    renameSync(incoming, place);
    syncDirectory(dirname(place));
  } catch (thrown) {
    rmSync(incoming, { recursive: true, force: true });
    throw thrown;
  }
};

const addToSite = (directory: string, site: Site, files: Files, beforeCommit: () => void): void => {
  prepareFolders(directory);
  const all = { ...files, [controllerFile]: controllerText(site) };
  replacePrivateFiles(Object.fromEntries(Object.entries(all).map(([path, content]) => [join(directory, path), content])), beforeCommit);
};
