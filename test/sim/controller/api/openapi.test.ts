/** docs/openapi.json is what the table says, and every row of the table can be written down. */
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { jsonSchemaOf, partsOf } from '../../../../sim/controller/api/json-schema.ts';
import { managerRoutes } from '../../../../sim/controller/api/manager-routes.ts';
import { jsonText, openApi } from '../../../../sim/controller/api/openapi.ts';
import type { Schema } from '../../../../sim/controller/api/route.ts';
import { toyRoutes } from './rig.ts';

const described = openApi(managerRoutes) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string; security?: unknown; parameters?: { name: string }[] }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
};
const schemaOf = (schema: Schema) => jsonSchemaOf(partsOf(schema), new Map());

describe('the OpenAPI page', () => {
  it('is what the table says', async () => {
    await expect(`${jsonText(openApi(managerRoutes))}\n`).toMatchFileSnapshot('../../../../docs/openapi.json');
  });

  it('has every row under its path and method, and the live feed', () => {
    const operations = Object.values(described.paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(operations.sort()).toEqual([...Object.keys(managerRoutes), 'live'].sort());
  });

  it('names only schemas that it holds', () => {
    const names = [...jsonText(described).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !(name in described.components.schemas))).toEqual([]);
  });

  it('names a parameter for every part of a path', () => {
    for (const [path, methods] of Object.entries(described.paths)) {
      const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      for (const { parameters = [] } of Object.values(methods)) expect(parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(parts));
    }
  });

  it('asks for a token everywhere but at the log-in and the health call', () => {
    const open = Object.values(described.paths).flatMap((methods) => Object.values(methods).filter(({ security }) => security === undefined));
    expect(open.map(({ operationId }) => operationId).sort()).toEqual(['health', 'logIn']);
  });

  it('reads back as it was written', () => {
    expect(JSON.parse(jsonText(openApi({ ...managerRoutes, ...toyRoutes })))).toEqual(
      JSON.parse(JSON.stringify(openApi({ ...managerRoutes, ...toyRoutes }))),
    );
    expect(jsonText({ a: {}, b: ['x'.repeat(100), 'y'.repeat(100)] }).split('\n')).toHaveLength(7);
  });
});

describe('a JSON Schema', () => {
  it.each([
    [v.pipe(v.string(), v.regex(/^[0-9]{1,4}$/), v.transform(Number), v.minValue(1)), { type: 'string', pattern: '^[0-9]{1,4}$' }],
    [v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3)), { type: 'integer', minimum: 1, maximum: 3 }],
    [v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80)), { type: 'string', minLength: 1, maxLength: 80 }],
    [v.nullable(v.pipe(v.string(), v.email())), { anyOf: [{ type: 'string', format: 'email' }, { type: 'null' }] }],
    [v.record(v.string(), v.literal(true)), { type: 'object', additionalProperties: { const: true } }],
    [v.union([v.boolean(), v.picklist(['a', 'b'])]), { anyOf: [{ type: 'boolean' }, { enum: ['a', 'b'] }] }],
    [
      v.object({ a: v.optional(v.array(v.pipe(v.string(), v.isoDate()))) }),
      { type: 'object', properties: { a: { type: 'array', items: { type: 'string', format: 'date' } } }, additionalProperties: false },
    ],
  ] as const)('says what is taken: %#', (schema, expected) => {
    expect(schemaOf(schema)).toEqual(expected);
  });

  it('is not made up for a kind of schema or check that it does not know', () => {
    expect(() => schemaOf(v.bigint() as never)).toThrow('no JSON Schema for bigint');
    expect(() => schemaOf(v.pipe(v.string(), v.ipv4()))).toThrow('no JSON Schema for the check ipv4');
  });
});
