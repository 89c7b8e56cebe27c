/**
 * The OpenAPI 3.1 description of the API, from its table: docs/openapi.json, which a test writes. Decides how rows are told to programs of
 * others; nothing is decided here about the calls.
 */
import { type JsonSchema, jsonSchemaOf, type Parts, partsOf, written } from './json-schema.ts';
import { liveHearers, liveMessage, livePath } from './live.ts';
import { type RefusalCode, refusals } from './refusals.ts';
import type { Role, Route, Routes, Schema } from './route.ts';
import * as shapes from './shapes.ts';

const version = '1';

/** Shapes of things, each written once; what is no object is written where it stands. */
const named: ReadonlyMap<Parts, string> = new Map(
  Object.entries(shapes as Readonly<Record<string, unknown>>)
    // Modules list their names in an order that is not the same everywhere.
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([name, value]) => (isObjectSchema(value) ? [[partsOf(value), `${name[0]?.toUpperCase()}${name.slice(1)}`] as const] : [])),
);

function isObjectSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && 'kind' in value && 'entries' in value;
}

const of = (schema: Schema): JsonSchema => jsonSchemaOf(partsOf(schema), named);

export const openApi = (routes: Routes): JsonSchema => {
  const paths = Object.groupBy(Object.entries(routes), ([, { path }]) => path);
  return {
    openapi: '3.1.0',
    info: {
      title: 'doorpad controller',
      version,
      description: 'People, codes, readers and the activity log of a site. Every call but those without `security` needs a token.',
    },
    paths: {
      ...Object.fromEntries(Object.entries(paths).map(([path, rows = []]) => [path, Object.fromEntries(rows.map(operation))])),
      [livePath]: { get: liveOperation },
    },
    components: {
      schemas: { ...Object.fromEntries([...named].map(([parts, name]) => [name, written(parts, named)])), Refusal: refusal },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
};

/** By its method, as paths have them. */
const operation = ([name, route]: readonly [string, Route]): [string, JsonSchema] => {
  const { method, may, says, params, query, body, answer, perMinute } = route;
  const parameters = [...parametersOf('path', params), ...parametersOf('query', query)];
  const described = {
    operationId: name,
    summary: says,
    ...callersOf(may),
    ...(perMinute === undefined ? {} : { 'x-per-minute': perMinute }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: of(body) } } } }),
    responses: { 200: content('As asked.', 'application/json', of(answer)), default: refused },
  };
  return [method.toLowerCase(), described];
};

const callersOf = (may: Route['may']): JsonSchema => (may === 'anyone' ? {} : { security: [{ token: [] }], 'x-roles': may });

const parametersOf = (place: 'path' | 'query', schema: Schema | undefined): JsonSchema[] =>
  Object.entries(schema === undefined ? {} : (partsOf(schema).entries ?? {})).map(([name, part]) => ({
    name,
    in: place,
    required: part.type !== 'optional',
    schema: jsonSchemaOf(part, named),
  }));

const content = (description: string, type: string, schema: JsonSchema): JsonSchema => ({ description, content: { [type]: { schema } } });
const refused = content('Not as asked: why.', 'application/json', { $ref: '#/components/schemas/Refusal' });

const liveRoles: readonly Role[] = liveHearers.beat;
const liveOperation: JsonSchema = {
  operationId: 'live',
  summary: 'What is new, a JSON line each, until one of the two ends goes. `missed`: ask anew.',
  ...callersOf(liveRoles),
  responses: { 200: content('Each line.', 'application/x-ndjson', of(liveMessage)), default: refused },
};

const refusal: JsonSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { enum: Object.keys(refusals) satisfies string[] as RefusalCode[] },
        sentence: { type: 'string' },
        where: {
          type: 'array',
          items: { type: 'object', properties: { at: { type: 'string' }, expected: { type: 'string' } }, required: ['at', 'expected'] },
        },
      },
      required: ['code', 'sentence'],
    },
  },
  required: ['error'],
};

/** Columns of the file, as the formatter of the project has them. */
const maxColumns = 150;

/** A list of plain values on one line where it fits, all else a line each. */
export const jsonText = (value: unknown, indent = '', before = 0): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  if (!Array.isArray(value)) {
    const fields = Object.entries(value).map(([name, field]) => {
      const start = `${inner}${JSON.stringify(name)}: `;
      return start + jsonText(field, inner, start.length + 1);
    });
    return fields.length === 0 ? '{}' : `{\n${fields.join(',\n')}\n${indent}}`;
  }
  const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  const isPlain = value.every((item) => typeof item !== 'object');
  if (isPlain && before + line.length <= maxColumns) return line;
  return `[\n${value.map((item) => inner + jsonText(item, inner)).join(',\n')}\n${indent}]`;
};
