import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { givenDashboardSchema } from '../../packages/server/src/dashboards/dashboardSchema.js';
import { GRAFANA_DASHBOARD } from '../../web/src/dashboards/grafana/grafanaDashboard.suite.js';
import { readImport } from '../../web/src/dashboards/readImport.js';
import { TEMPLATES } from '../../web/src/dashboards/templates/templates.js';

const RUNS = process.env['TEST_SCALE'] === 'full' ? 2_000 : 100;

/** A value somewhere in JSON that is another. */
interface Mutation {
  readonly at: number;
  readonly value: fc.JsonValue;
}

const mutations = fc.array(fc.record({ at: fc.nat(2_000), value: fc.jsonValue({ maxDepth: 2 }) }), {
  minLength: 1,
  maxLength: 6,
});

describe('whatever is imported', { timeout: 120_000 }, () => {
  it.each([
    ['Grafana', GRAFANA_DASHBOARD],
    ['TinyObs', { tinyobsDashboard: 1, dashboard: TEMPLATES[0].dashboard }],
  ])('of %s is read without a fault, however it is mangled', (_from, whole) => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const { dashboard, notes } = readImport(JSON.stringify(changes.reduce<unknown>(mutated, whole)));
        expect(dashboard === null ? notes.length : 1).toBeGreaterThan(0);
      }),
      { numRuns: RUNS },
    );
  });

  it('of Grafana is a dashboard that the server takes as it is', () => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const { dashboard } = readImport(JSON.stringify(changes.reduce<unknown>(mutated, GRAFANA_DASHBOARD)));
        if (dashboard === null) return;
        const taken = givenDashboardSchema.safeParse(dashboard);
        expect(taken.error?.issues).toBeUndefined();
        expect(taken.data).toEqual(dashboard);
      }),
      { numRuns: RUNS },
    );
  });
});

/** With one of its values, counted from the outside, replaced. */
function mutated(json: unknown, { at, value }: Mutation): unknown {
  let left = at % countOf(json);
  const walk = (one: unknown): unknown => {
    if (left-- === 0) return value;
    if (Array.isArray(one)) return one.map(walk);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(json);
}

function countOf(json: unknown): number {
  if (typeof json !== 'object' || json === null) return 1;
  return Object.values(json).reduce((sum: number, inner) => sum + countOf(inner), 1);
}
