/**
 * Opens a settings file, and keeps a copy of the last one a door ran with: a file that was edited wrongly must not shut
 * the door (SECURITY G7). What the settings are is config.ts's; when the copy is used is main.ts's.
 */
import { chmodSync, closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Config, errorLine, maxConfigBytes, readConfig } from '../config.ts';
import { failed, ok, type Result } from '../shared/result.ts';

export interface SettingsFile {
  readonly config: Config;
  readonly text: string;
}

/** The settings, or a line for everything that is wrong, each naming the file. */
export const readSettingsFile = (path: string): Result<SettingsFile, readonly string[]> => {
  const bytes = readBounded(path, maxConfigBytes);
  if (!bytes.ok) return failed([`${path}: ${bytes.failure}`]);
  const text = utf8(bytes.value);
  if (text === undefined) return failed([`${path}: The file is not UTF-8 text.`]);
  const config = readConfig(text);
  return config.ok ? ok({ config: config.value, text }) : failed(config.failure.map((error) => errorLine(path, error)));
};

const utf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** The bytes of a plain file of at most `maxBytes`, or the sentence that says why not. Never waits for a pipe or a device. */
export const readBounded = (path: string, maxBytes: number): Result<Uint8Array, string> => {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = fstatSync(handle);
    if (!found.isFile()) return failed('This is not a file.');
    if (found.size > maxBytes) return failed(`The file is larger than ${maxBytes} bytes.`);
    const bytes = new Uint8Array(found.size);
    return ok(bytes.subarray(0, readSync(handle, bytes)));
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return failed(code === 'ENOENT' ? 'There is no such file.' : `The file cannot be read: ${code}.`);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
};

/** Keeps the settings as those to go on with; leaves an equal copy alone, to spare the card. Throws what the disk says. */
export const keepSettings = (path: string, text: string): void => {
  if (isSame(path, text)) return;
  const incoming = `${path}.new`;
  try {
    writeFileSync(incoming, text, { mode: 0o600, flush: true });
    chmodSync(incoming, 0o600);
    renameSync(incoming, path);
  } catch (thrown) {
    rmSync(incoming, { force: true });
    throw thrown;
  }
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
};

const isSame = (path: string, text: string): boolean => {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
};
