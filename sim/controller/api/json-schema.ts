/**
 * The JSON Schema (draft 2020-12) of what a schema of the contract takes. Knows the kinds of schema that the contract is made of, and no others:
 * a new kind is added here with its first use.
 */
import { assert, present } from '../../../src/shared/assert.ts';
import type { Schema } from './route.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

/** What schemas and their checks consist of, of what is needed here. */
export interface Parts {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Parts>>;
  readonly options?: readonly unknown[];
  readonly wrapped?: Parts;
  readonly item?: Parts;
  readonly value?: Parts;
  readonly literal?: unknown;
  readonly requirement?: unknown;
  readonly pipe?: readonly Parts[];
}

/** The parts of a schema: the one place where the library's types are left. */
export const partsOf = (schema: Schema): Parts => schema as unknown as Parts;

const checks: Readonly<Record<string, (requirement: unknown) => JsonSchema>> = {
  regex: (requirement) => ({ pattern: (requirement as RegExp).source }),
  min_length: (requirement) => ({ minLength: requirement }),
  max_length: (requirement) => ({ maxLength: requirement }),
  min_value: (requirement) => ({ minimum: requirement }),
  max_value: (requirement) => ({ maximum: requirement }),
  integer: () => ({ type: 'integer' }),
  email: () => ({ format: 'email' }),
  iso_timestamp: () => ({ format: 'date-time' }),
  iso_date: () => ({ format: 'date' }),
  trim: () => ({}),
  check: () => ({}),
};

/** `named`: schemas that are written down elsewhere, with their names. */
export const jsonSchemaOf = (schema: Parts, named: ReadonlyMap<Parts, string>): JsonSchema => {
  const name = named.get(schema);
  return name === undefined ? written(schema, named) : { $ref: `#/components/schemas/${name}` };
};

/** The schema itself, not its name. */
export const written = (schema: Parts, named: ReadonlyMap<Parts, string>): JsonSchema => {
  const [, ...actions] = schema.pipe ?? [schema];
  const untilChanged = actions.slice(0, actions.findIndex(({ type }) => type === 'transform') >>> 0);
  const checked = untilChanged.map(({ type, requirement }) => present(checks[type], `no JSON Schema for the check ${type}`)(requirement));
  return Object.assign({}, plain(schema, named), ...checked) as JsonSchema;
};

const plain = (schema: Parts, named: ReadonlyMap<Parts, string>): JsonSchema => {
  const of = (part: Parts | undefined): JsonSchema => jsonSchemaOf(present(part, 'a schema within'), named);
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return { type: schema.type };
    case 'literal':
      return { const: schema.literal };
    case 'picklist':
      return { enum: schema.options };
    case 'array':
      return { type: 'array', items: of(schema.item) };
    case 'record':
      return { type: 'object', additionalProperties: of(schema.value) };
    case 'optional':
      return of(schema.wrapped);
    case 'nullable':
      return { anyOf: [of(schema.wrapped), { type: 'null' }] };
    case 'union':
    case 'variant':
      return { anyOf: (schema.options as readonly Parts[]).map(of) };
    default:
      assert(schema.type === 'object' || schema.type === 'strict_object', `no JSON Schema for ${schema.type}`);
      return objectSchema(schema.entries ?? {}, of);
  }
};

const objectSchema = (entries: Readonly<Record<string, Parts>>, of: (part: Parts) => JsonSchema): JsonSchema => {
  const required = Object.entries(entries).flatMap(([name, { type }]) => (type === 'optional' ? [] : [name]));
  const properties = Object.fromEntries(Object.entries(entries).map(([name, part]) => [name, of(part)]));
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }), additionalProperties: false };
};
