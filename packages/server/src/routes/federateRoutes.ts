import { encodeText, type TextSample } from '@tinyobs/formats';
import { isStaleAt, type Matcher, wordsOf } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { sendText } from '../http/respond.js';
import type { Route } from './route.js';

const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

export interface FederateContext {
  readonly store: Store;
  readonly bodies: BodyLimits;
  readonly now: () => number;
  readonly lookbackMs: number;
}

/**
 * The latest samples of the selected series, with their times, for another Prometheus to scrape.
 * Source: https://prometheus.io/docs/prometheus/latest/federation/
 */
export function federateRoutes(context: FederateContext): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/federate',
      errors: 'tinyobs',
      handle: (request, response) => federate(request, response, context),
    },
  ];
}

async function federate(request: Request, response: Response, context: FederateContext): Promise<void> {
  const parameters = await readParameters(request, context.bodies);
  const signal = clientGone(response);
  const latest = new Map<number, TextSample>();
  for (const matchers of parameters.matcherSets()) await addLatest(latest, matchers, context, signal);
  const families = await context.store.metadata(undefined, 0);
  const byMetric = new Map(families.map((family) => [family.metric, family]));
  const text = encodeText({ series: latest.values(), metadata: (metric) => byMetric.get(metric) });
  sendText(response, TEXT_FORMAT, text);
}

/** As an instant selector sees them: the last sample within the lookback, none after a stale marker. */
async function addLatest(
  latest: Map<number, TextSample>,
  matchers: readonly Matcher[],
  { store, now, lookbackMs }: FederateContext,
  signal: AbortSignal,
): Promise<void> {
  const maxMs = now();
  const range = { minMs: maxMs - lookbackMs + 1, maxMs };
  const hints = { stepMs: 0, rangeMs: 0, func: '', limit: 0 };
  for await (const batch of store.select(matchers, range, hints, signal)) {
    const words = wordsOf(batch.values);
    for (let i = 0; i < batch.count; i++) {
      const last = batch.lengths[i] - 1;
      if (last < 0 || isStaleAt(words, batch.valueStarts[i] + last)) continue;
      const labels = store.labels(batch.ids[i]);
      latest.set(batch.ids[i], {
        labels,
        emptyLabels: labels.has('instance') ? [] : ['instance'],
        value: batch.values[batch.valueStarts[i] + last],
        timeMs: batch.times[batch.timeStarts[i] + last],
      });
    }
  }
}
