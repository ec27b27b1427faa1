import { readFileSync } from 'node:fs';
import { validate } from '@readme/openapi-parser';
import { describe, expect, it } from 'vitest';
import { accessOf, ROUTE_ACCESS } from '../access/routeAccess.js';
import { errorMeanings } from './htmlPage.js';
import { openApiDocument, templateOf } from './openApi.js';
import { OPERATION_GROUPS } from './operationGroups.js';

/** As much of a response's schema as says which codes it may have. */
interface ErrorSchema {
  readonly properties?: { readonly code?: { readonly enum?: readonly string[] } };
  readonly allOf?: readonly ErrorSchema[];
  readonly anyOf?: readonly ErrorSchema[];
}

const document = openApiDocument(OPERATION_GROUPS);
const operations = OPERATION_GROUPS.flatMap((group) => group.operations);
const described = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })),
);

describe('the description of the API', () => {
  it('is a valid document of OpenAPI 3.1', async () => {
    const result = await validate(structuredClone(document) as Parameters<typeof validate>[0]);
    expect(result).toMatchObject({ valid: true, warnings: [] });
    expect(document.openapi).toBe('3.1.0');
  });

  it('has every path that something is needed for, and no other', () => {
    const paths = new Set(operations.map(({ path }) => path));
    expect([...paths].sort()).toEqual(Object.keys(ROUTE_ACCESS).sort());
  });

  it('says of every path what it needs', () => {
    const needed = described.map(({ method, path, security }) => {
      const scopes = new Set((security as object[]).flatMap((one) => Object.values(one).flat()));
      return `${method.toUpperCase()} ${path} ${[...scopes].join() || 'open'}`;
    });
    const table = operations.flatMap(({ path, methods }) =>
      methods.map((method) => `${method} ${templateOf({ path })} ${accessOf(path, method)}`),
    );
    expect(needed.sort()).toEqual(table.sort());
  });

  it('says of no path twice what a method does, and names every operation once', () => {
    const places = operations.flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`));
    expect(new Set(places).size).toBe(places.length);
    expect(described).toHaveLength(places.length);
    expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(places.length);
  });

  it('gives every code of an error the status that the catalogue has', () => {
    const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
    const statuses = new Map(errorMeanings(page).map(({ code, status }) => [code, status]));
    const given = described.flatMap(({ responses }) =>
      Object.entries(
        responses as Record<string, { content?: Record<string, { schema: ErrorSchema }> }>,
      ).flatMap(([status, { content = {} }]) =>
        Object.values(content).flatMap(({ schema }) => codesOf(schema).map((code) => [code, status])),
      ),
    );
    expect(given.length).toBeGreaterThan(500);
    expect(given.filter(([code, status]) => statuses.get(code) !== status)).toEqual([]);
  });

  it('has examples that fit their schemas, of every body and every answer in JSON', () => {
    const bodies = operations.flatMap(({ id, body }) =>
      Object.values(body?.content ?? {})
        .filter(() => body?.example !== undefined)
        .map((schema) => ({ id, schema, example: body?.example })),
    );
    const answers = operations.flatMap(({ id, answers: all }) =>
      all
        .filter(({ type, status }) => type === 'application/json' && status < 300)
        .map(({ schema, example }) => ({ id, schema, example })),
    );
    const wrong = [...bodies, ...answers]
      .map(({ id, schema, example }) => ({ id, error: schema?.safeParse(example).error }))
      .filter(({ error }) => error !== undefined);
    expect(bodies.length).toBeGreaterThan(2);
    expect(answers.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });
});

function codesOf({ properties, allOf = [], anyOf = [] }: ErrorSchema): readonly string[] {
  return [...(properties?.code?.enum ?? []), ...[...allOf, ...anyOf].flatMap(codesOf)];
}
