/**
 * Opens a settings file, and keeps a copy of the last one a door ran with: a file that was edited wrongly must not shut
 * the door (SECURITY G7). What the settings are is config.ts's; when the copy is used is main.ts's.
 */
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Config, errorLine, maxConfigBytes, readConfig } from '../config.ts';
import { failed, ok, type Result } from '../shared/result.ts';
import { readText, whyUnreadable } from './bounded-file.ts';

export interface SettingsFile {
  readonly config: Config;
  readonly text: string;
}

/** The settings, or a line for everything that is wrong, each naming the file. */
export const readSettingsFile = (path: string): Result<SettingsFile, readonly string[]> => {
  const text = readText(path, maxConfigBytes);
  if (!text.ok) return failed([text.failure]);
  const config = readConfig(text.value);
  return config.ok ? ok({ config: config.value, text: text.value }) : failed(config.failure.map((error) => errorLine(path, error)));
};

/** The copy of the settings a door last ran with, and where it lies. */
export interface LastRun {
  /** Of the copy. */
  readonly path: string;
  /** Undefined: there is no copy, it is damaged, or it is `unreadable`. */
  readonly settings: SettingsFile | undefined;
  /** Why a copy that is there cannot be read, though it may be whole: a sentence. */
  readonly unreadable?: string;
}

export const readLastRun = (path: string): LastRun => {
  const unreadable = whyUnreadable(path);
  if (unreadable !== undefined) return { path, settings: undefined, unreadable: `${path}: ${unreadable}` };
  const read = readSettingsFile(path);
  return { path, settings: read.ok ? read.value : undefined };
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
