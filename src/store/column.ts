/**
 * Values as SQLite gives them back. It keeps the kind of a value beside the value and believes what it reads: a flipped bit
 * makes text of bytes. Anything but the kind that was written is damage.
 */
import { Fault } from '../shared/faults.ts';

export const bytesOf = (value: unknown, fileName: string): Uint8Array => {
  if (value instanceof Uint8Array) return value;
  throw new Fault('disk.damaged', `${fileName} is damaged (a value is not of the kind that was written)`);
};

export const numberOf = (value: unknown, fileName: string): number => {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new Fault('disk.damaged', `${fileName} is damaged (a value is not of the kind that was written)`);
};

/** Undefined where there is no row, or no value in it. */
export const optional = <Value>(of: (value: unknown, fileName: string) => Value, value: unknown, fileName: string): Value | undefined =>
  value === undefined || value === null ? undefined : of(value, fileName);
