/** Reads a file that somebody names: plain, of a size that was foreseen, and of text where text is meant. What it says is its reader's. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { failed, ok, type Result } from '../shared/result.ts';

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
    return failed(isAbsent(thrown) ? 'There is no such file.' : unreadable(thrown));
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
};

/** Why a file that is there, or may be, is not given to this user or by this disk; undefined: it is given, or it is not there. */
export const whyUnreadable = (path: string): string | undefined => {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (fstatSync(handle).isFile()) readSync(handle, new Uint8Array(1));
    return undefined;
  } catch (thrown) {
    return isAbsent(thrown) ? undefined : unreadable(thrown);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
};

const isAbsent = (thrown: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(String((thrown as NodeJS.ErrnoException).code));
const unreadable = (thrown: unknown): string => `The file cannot be read: ${(thrown as NodeJS.ErrnoException).code}.`;

/** Undefined: it is not UTF-8. `keepsMark`: a byte order mark at the beginning belongs to the text. */
export const utf8 = (bytes: Uint8Array, keepsMark = false): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: keepsMark }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** The text of a plain file of at most `maxBytes`, or the line that says why not, with its path. */
export const readText = (path: string, maxBytes: number, keepsMark = false): Result<string, string> => {
  const bytes = readBounded(path, maxBytes);
  if (!bytes.ok) return failed(`${path}: ${bytes.failure}`);
  const text = utf8(bytes.value, keepsMark);
  return text === undefined ? failed(`${path}: The file is not UTF-8 text.`) : ok(text);
};
