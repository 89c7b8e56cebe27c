/** Decides which Fault a failure of SQLite or of the file system is. What to do about it is the caller's. */
import { Fault, type FaultCode } from '../shared/faults.ts';

/** https://sqlite.org/rescode.html; the lower eight bits of an extended code are its primary code. */
const primaryCodes: ReadonlyMap<number, readonly [FaultCode, string]> = new Map([
  [1, ['disk.damaged', 'does not hold the tables it should']],
  [5, ['disk.failed', 'is in use by another process']],
  [6, ['disk.failed', 'is in use by another process']],
  [8, ['disk.failed', 'cannot be written']],
  [11, ['disk.damaged', 'is damaged']],
  [13, ['disk.full', 'has no space left to grow']],
  [26, ['disk.damaged', 'is not a database any more']],
] as const);

const systemCodes: ReadonlyMap<string, readonly [FaultCode, string]> = new Map([
  // An integer that no JavaScript number holds: none was ever written.
  ['ERR_OUT_OF_RANGE', ['disk.damaged', 'is damaged']],
  ['ENOSPC', ['disk.full', 'has no space left to grow']],
  ['EDQUOT', ['disk.full', 'has no space left to grow']],
  ['EROFS', ['disk.failed', 'is on a read-only file system']],
  ['EACCES', ['disk.failed', 'may not be opened by this user']],
  ['EPERM', ['disk.failed', 'may not be opened by this user']],
] as const);

const notWritable: readonly unknown[] = ['EROFS', 'EACCES', 'EPERM'];

/** The file may be there and right, and yet not be opened for writing: a read-only file system, or another owner. */
export const isNotWritable = (thrown: unknown): boolean =>
  thrown instanceof Fault && notWritable.includes((Object(thrown.cause) as { code?: unknown }).code);

/** A Fault passes as it is; anything unknown is `disk.failed`. `name` is the file's, for the sentence. */
export const diskFault = (thrown: unknown, name: string): Fault => {
  if (thrown instanceof Fault) return thrown;
  const { errcode, code, errstr, message } = Object(thrown) as { errcode?: number; code?: string; errstr?: string; message?: string };
  const known = errcode === undefined ? systemCodes.get(String(code)) : primaryCodes.get(errcode & 0xff);
  const [faultCode, sentence] = known ?? (['disk.failed', 'cannot be read or written'] as const);
  return new Fault(faultCode, `${name} ${sentence} (${errstr ?? message ?? String(thrown)})`, thrown);
};
