import { type Engine, exprJson, type ParsedQuery, prettyQuery } from '@tinyobs/promql';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { naming } from '../http/parameters.js';
import { streamJson } from '../http/respond.js';
import type { Route } from './route.js';

export interface LanguageContext {
  readonly engine: Engine;
  readonly bodies: BodyLimits;
}

/**
 * What a query says, without evaluating it.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#formatting-query-expressions
 */
export function languageRoutes({ engine, bodies }: LanguageContext): Route[] {
  const about = (path: string, data: (query: ParsedQuery) => unknown): Route => ({
    methods: ['GET', 'POST'],
    path: `/api/v1/${path}`,
    errors: 'prometheus',
    handle: async (request: Request, response: Response) => {
      const parameters = await readParameters(request, bodies);
      const signal = clientGone(response);
      const query = await naming('query', () => engine.parse(parameters.text('query'), { signal }));
      await streamJson(response, [Buffer.from(JSON.stringify({ status: 'success', data: data(query) }))]);
    },
  });
  return [
    about('format_query', ({ expr }) => prettyQuery(expr)),
    about('parse_query', ({ expr }) => exprJson(expr)),
  ];
}
