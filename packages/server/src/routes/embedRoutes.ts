import { builtIns, interpolate, interpolateText } from '@tinyobs/model/queryVariables';
import { keyOf } from '../access/requestKey.js';
import type { Dashboard, Panel } from '../dashboards/dashboardSchema.js';
import type { Dashboards } from '../dashboards/dashboards.js';
import { meaningsOf, type VariableValues, valuesOf } from '../dashboards/variableValues.js';
import type { Request, Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { invalid, type Parameters } from '../http/parameters.js';
import { sendJson, streamJson } from '../http/respond.js';
import { resultJson } from '../http/resultJson.js';
import { evaluated, type QueryContext } from './queryRoutes.js';
import type { PathParameters, Route } from './route.js';

export interface EmbedContext extends QueryContext {
  readonly dashboards: Dashboards;
}

/** One panel and its data, for whoever may see no more than that: queries are those that are saved, never the request's. */
export function embedRoutes(context: EmbedContext): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/v1/embed/:id/:panel',
      errors: 'tinyobs',
      handle: async (request, response, place) => {
        const parameters = await readParameters(request, context.bodies);
        const { dashboard, panel, values } = await panelOf(request, parameters, place, context);
        const meanings = meaningsOf(dashboard.variables, values);
        const [title, text, description] = [panel.title, panel.text, panel.description].map((written) =>
          interpolateText(written, meanings),
        );
        const shown = { ...panel, title, text, description };
        sendJson(response, 200, JSON.stringify({ status: 'ok', panel: shown, values }));
      },
    },
    {
      methods: ['GET'],
      path: '/v1/embed/:id/:panel/data',
      errors: 'tinyobs',
      handle: (request, response, place) => panelData(request, response, place, context),
    },
  ];
}

async function panelData(
  request: Request,
  response: Response,
  place: PathParameters,
  context: EmbedContext,
): Promise<void> {
  const { engine, store, cache, limits } = context;
  const parameters = await readParameters(request, context.bodies);
  const { minMs: startMs, maxMs: endMs } = parameters.requiredTimeRange();
  const range = { startMs, endMs, stepMs: parameters.requiredStepMs('step') };
  engine.checkRange(range);
  const { dashboard, panel, values } = await panelOf(request, parameters, place, context);
  const text = interpolate(exprOf(panel, parameters), {
    ...meaningsOf(dashboard.variables, values),
    ...builtIns(range.stepMs / 1000, (endMs - startMs) / 1000),
  });
  const isTable = panel.kind === 'table';
  const { timeoutMs, lookbackMs } = limits;
  await evaluated(
    { endpoint: isTable ? 'query' : 'query_range', response, text, timeoutMs },
    context,
    async ({ signal, leftMs }, shared) => {
      const query = await engine.parse(text, { signal, timeoutMs: leftMs });
      const how = { ...shared, signal, timeoutMs: leftMs, lookbackMs };
      if (isTable) return engine.instant(store, query, endMs, how);
      return cache ? cache.range(query, range, how) : engine.range(store, query, range, how);
    },
    (result) => streamJson(response, resultJson(result)),
  );
}

interface Embedded {
  readonly dashboard: Dashboard;
  readonly panel: Panel;
  readonly values: VariableValues;
}

/** With the variables as the grant has them; only where there is none as the request does. */
async function panelOf(
  request: Request,
  parameters: Parameters,
  { id, panel: panelId }: PathParameters,
  { dashboards }: EmbedContext,
): Promise<Embedded> {
  const granted = keyOf(request)?.grant?.values;
  const { dashboard, panel } = await dashboards.panel(id, panelId);
  const wanted = (name: string) =>
    granted === undefined ? parameters.texts(`var-${name}`) : (granted[name] ?? []);
  return { dashboard, panel, values: valuesOf(dashboard.variables, wanted) };
}

/** @throws TinyObsError `invalid_parameter` */
function exprOf({ queries }: Panel, parameters: Parameters): string {
  const number = parameters.wholeNumber('query') ?? 0;
  if (number >= 0 && number < queries.length) return queries[number].expr;
  throw invalid('query', `the panel has ${queries.length} queries, numbered from 0`);
}
