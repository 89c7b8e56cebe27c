/**
 * Reads what was said by a row's schema. Decides what a caller is told of what is wrong: where, and what is expected there, never what was sent
 * (SECURITY I1). What is a fault of ours in an answer is dispatch.ts's.
 */
import * as v from 'valibot';
import { failed, ok, type Result } from '../../../src/shared/result.ts';
import type { Refusal } from './refusals.ts';
import type { Schema } from './route.ts';

/** Faults named in one refusal. */
const maxNamed = 5;

/** A message of a schema's own stands; the library's own quotes what it was given, and is not used. */
const message = ({ expected }: v.BaseIssue<unknown>): string => (expected === null ? 'Another form is expected.' : `Expected ${expected}.`);

export const parseBy = (schema: Schema, said: unknown): Result<unknown, Refusal> => {
  if (!knowsAll(schema, said)) return failed({ code: 'unknownField' });
  const parsed = v.safeParse(schema, said, { message, abortPipeEarly: true });
  if (parsed.success) return ok(parsed.output);
  const where = parsed.issues.slice(0, maxNamed).map((issue) => ({ at: v.getDotPath(issue) ?? '', expected: issue.message }));
  return failed({ code: 'notValid', where });
};

/** What schemas consist of, as far as names of fields go. */
interface Parts {
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly options?: readonly unknown[];
  readonly wrapped?: Schema;
  readonly item?: Schema;
}

/** Whether nothing was said that the schema would pass over in silence: a misspelt field is not a field left out. */
const knowsAll = (schema: Schema, said: unknown): boolean => {
  if (typeof said !== 'object' || said === null) return true;
  const { entries, options, wrapped, item } = schema as Schema & Parts;
  if (wrapped !== undefined) return knowsAll(wrapped, said);
  if (item !== undefined) return !Array.isArray(said) || said.every((one) => knowsAll(item, one));
  if (entries !== undefined) {
    // The library takes a list for an object without fields.
    if (Array.isArray(said)) return false;
    return Object.entries(said).every(([name, value]) => {
      const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
      return entry !== undefined && knowsAll(entry, value);
    });
  }
  const schemas = (options ?? []).filter((option) => typeof option === 'object') as Schema[];
  return schemas.length === 0 || schemas.some((option) => knowsAll(option, said));
};

/** Of an address, what stands behind the `?`; undefined: a name stands there twice. */
export const parseQuery = (text: string): Readonly<Record<string, string>> | undefined => {
  const pairs = [...new URLSearchParams(text)];
  return new Set(pairs.map(([name]) => name)).size === pairs.length ? Object.fromEntries(pairs) : undefined;
};
