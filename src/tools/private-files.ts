/**
 * Files with keys in them: private to their owner, refused when anybody else could read them (SECURITY G8), written whole or not
 * at all. What is in them is key-store.ts's and provision-site.ts's.
 */
import { chmodSync, closeSync, fsyncSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { failed, ok, type Result } from '../shared/result.ts';
import { SecretBytes } from '../shared/secret-bytes.ts';

export const privateDirectoryMode = 0o700;
export const privateFileMode = 0o600;

export const hexBytes = (bytes: number): v.GenericSchema<unknown, string> => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`)));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
export const secretFromHex = (hex: string): SecretBytes => new SecretBytes(fromHex(hex));

/** What the file holds, or the sentence that says why it is refused; `remedy` is said of a damaged one. */
export const readPrivateFile = <Shape>(path: string, shape: v.GenericSchema<unknown, Shape>, remedy: string): Result<Shape, string> =>
  checked(path, () => {
    const loose = loosenessOf(path, privateFileMode);
    if (loose !== undefined) return failed(loose);
    const read = v.safeParse(shape, parseJson(readFileSync(path, 'utf8')));
    return read.success ? ok(read.output) : failed(`${path} is damaged. ${remedy}`);
  });

export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Says in a sentence what the system said in a code. */
export const checked = <Value>(path: string, work: () => Result<Value, string>): Result<Value, string> => {
  try {
    return work();
  } catch (thrown) {
    return failed(`${path} cannot be used: ${whyOf(thrown)}.`);
  }
};

const whys: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there, or the directory it is to be in',
  ENOTDIR: 'a part of its path is no directory',
  EISDIR: 'it is a directory',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EEXIST: 'it is there already',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk can only be read',
};

/** In words what the system said in a code; the code stays beside them, for whoever looks it up. */
export const whyOf = (thrown: unknown): string => {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === undefined) return String(thrown);
  return whys[code] === undefined ? code : `${whys[code]} (${code})`;
};

/** Why a file or directory is not private to this user, or undefined. Throws what the system says. */
export const loosenessOf = (path: string, mode: number): string | undefined => {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return `${path} is a link; it must be the place itself.`;
  if (mode === privateDirectoryMode && !found.isDirectory()) return `${path} is not a directory.`;
  if (mode === privateFileMode && !found.isFile()) return `${path} is not a file.`;
  if (found.uid !== process.geteuid?.()) return `${path} belongs to another user (${found.uid}). Run this as that user.`;
  if ((found.mode & 0o077) === 0) return undefined;
  return `${path} can be used by other users (mode ${(found.mode & 0o777).toString(8)}). If nobody can have read it, run: chmod ${mode.toString(8)} ${path}`;
};

export const exists = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** With those it stands in, one by one: where none can be made, as in /proc, Node's own recursion never ends. Throws what the system says. */
const makeDirectory = (path: string): void => {
  const above = dirname(path);
  if (!exists(above)) makeDirectory(above);
  mkdirSync(path, { mode: privateDirectoryMode });
};

/**
 * Makes a directory for its owner alone, or accepts one that is; the sentence says why not. Running as another user would leave
 * files that their owner cannot read.
 */
export const preparePrivateDirectory = (path: string): Result<void, string> =>
  checked(path, () => {
    if (!exists(path)) {
      makeDirectory(path);
      chmodSync(path, privateDirectoryMode);
    }
    const loose = loosenessOf(path, privateDirectoryMode);
    return loose === undefined ? ok(undefined) : failed(loose);
  });

/** A new file, on disk when this returns. Throws what the disk says, also when there is one already. */
export const writeNewPrivateFile = (path: string, content: string): void => {
  writeFileSync(path, content, { mode: privateFileMode, flag: 'wx', flush: true });
  chmodSync(path, privateFileMode);
};

/** In place of what is there: as before or whole, whenever the power goes. Throws what the disk says, and changes nothing then. */
export const replacePrivateFile = (path: string, content: string): void => {
  const incoming = `${path}.new`;
  try {
    rmSync(incoming, { force: true });
    writeNewPrivateFile(incoming, content);
    renameSync(incoming, path);
  } catch (thrown) {
    rmSync(incoming, { force: true });
    throw thrown;
  }
  syncDirectory(dirname(path));
};

/**
 * All of these, in their order: each whole beside its place first, then `beforeCommit`, then each in its place. Throws what the disk or
 * `beforeCommit` says, and every place is as before then. A power cut leaves the first of them new and the others as before.
 */
export const replacePrivateFiles = (files: Readonly<Record<string, string>>, beforeCommit: () => void): void => {
  const replaced: { readonly path: string; readonly before: string | undefined }[] = [];
  const incoming = (path: string): string => `${path}.new`;
  try {
    for (const [path, content] of Object.entries(files)) {
      rmSync(incoming(path), { force: true });
      writeNewPrivateFile(incoming(path), content);
    }
    beforeCommit();
    for (const path of Object.keys(files)) {
      const before = exists(path) ? readFileSync(path, 'utf8') : undefined;
      renameSync(incoming(path), path);
      replaced.push({ path, before });
      syncDirectory(dirname(path));
    }
  } catch (thrown) {
    for (const path of Object.keys(files)) rmSync(incoming(path), { force: true });
    for (const { path, before } of replaced) {
      if (before === undefined) rmSync(path, { force: true });
      else replacePrivateFile(path, before);
    }
    throw thrown;
  }
};

/** One file, without holding up the process meanwhile. Rejects with what the disk says, and what was there before is there again then. */
export const replacePrivateFileLater = async (path: string, content: string): Promise<void> => {
  const before = await readFile(path).catch(() => undefined);
  await putInPlace(path, content);
  try {
    await syncDirectoryLater(dirname(path));
  } catch (thrown) {
    // In its place, and not certain to stay there: what is answered must be true of what the next start reads.
    if (before === undefined) await rm(path, { force: true });
    else await putInPlace(path, before);
    await syncDirectoryLater(dirname(path)).catch(() => undefined);
    throw thrown;
  }
};

const putInPlace = async (path: string, content: string | Uint8Array): Promise<void> => {
  const incoming = `${path}.new`;
  try {
    await rm(incoming, { force: true });
    const file = await open(incoming, 'wx', privateFileMode);
    try {
      await file.chmod(privateFileMode);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(incoming, path);
  } catch (thrown) {
    await rm(incoming, { force: true });
    throw thrown;
  }
};

const syncDirectoryLater = async (path: string): Promise<void> => {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

export const syncDirectory = (path: string): void => {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};
