import { encodeText, type TextSample } from '@tinyobs/formats';
import { isStaleAt, Labels, type Matcher, METRIC_NAME, type MetricMetadata, wordsOf } from '@tinyobs/model';
import { parseMatchers } from '@tinyobs/promql';
import type { Store } from '@tinyobs/storage';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { underscored } from '../http/labelNames.js';
import { checkSeries, type ReadLimits, readWork } from '../http/readWork.js';
import { streamText } from '../http/respond.js';
import { sortSliced } from '../http/sliced.js';
import type { Route } from './route.js';

/** Samples written out at a time. */
const PIECE_SAMPLES = 1000;

export interface FederateContext {
  readonly store: Store;
  readonly bodies: BodyLimits;
  readonly limits: ReadLimits;
  readonly now: () => number;
}

type Families = ReadonlyMap<string, MetricMetadata>;

/**
 * The latest samples of the selected series, with their times, for another Prometheus to scrape.
 * Source: https://prometheus.io/docs/prometheus/latest/federation/
 */
export function federateRoutes(context: FederateContext): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/federate',
      errors: 'text',
      handle: (request, response) => federate(request, response, context),
    },
  ];
}

async function federate(request: Request, response: Response, context: FederateContext): Promise<void> {
  const { store, limits } = context;
  const parameters = await readParameters(request, context.bodies);
  const gone = clientGone(response);
  const matcherSets: (readonly Matcher[])[] = [];
  const selectors = parameters.texts('match[]');
  for (const selector of selectors) matcherSets.push(await parseMatchers(selector, gone));
  const { contentType, utf8 } = negotiate(String(request.headers.accept ?? ''));
  const families = new Map((await store.metadata(undefined, 0)).map((family) => [family.metric, family]));
  const read = async (signal: AbortSignal) => {
    const latest = new Map<number, TextSample>();
    for (const matchers of matcherSets) {
      await addLatest(latest, matchers, { context, utf8, signal });
      checkSeries(latest.size, limits);
    }
    return sortSliced([...latest.values()], (a, b) => compareSamples(a, b, families), signal);
  };
  const samples = await readWork(response, limits, read, selectors.join(' '));
  await streamText(response, contentType, textPieces(samples, families));
}

/** The text format is all there is; names of UTF-8 go out as they are only to who says that it reads them. */
function negotiate(accept: string): { contentType: string; utf8: boolean } {
  const text = accept.split(',').find((part) => /^\s*(?:text\/plain|text\/\*|\*\/\*)/i.test(part)) ?? '';
  const version = /version=1\.0\.0\b/.test(text) ? '1.0.0' : '0.0.4';
  const utf8 = /escaping=allow-utf-8\b/i.test(accept);
  const escaping = utf8 ? 'allow-utf-8' : 'underscores';
  return { contentType: `text/plain; version=${version}; charset=utf-8; escaping=${escaping}`, utf8 };
}

/** As an instant selector sees them: the last sample within the lookback, none after a stale marker. */
async function addLatest(
  latest: Map<number, TextSample>,
  matchers: readonly Matcher[],
  how: { context: FederateContext; utf8: boolean; signal: AbortSignal },
): Promise<void> {
  const { store, now, limits } = how.context;
  const maxMs = now();
  const range = { minMs: maxMs - limits.lookbackMs + 1, maxMs };
  const hints = { stepMs: 0, rangeMs: 0, func: '', limit: limits.seriesMax + 1 };
  for await (const batch of store.select(matchers, range, hints, how.signal)) {
    const words = wordsOf(batch.values);
    for (let i = 0; i < batch.count; i++) {
      const last = batch.lengths[i] - 1;
      if (last < 0 || isStaleAt(words, batch.valueStarts[i] + last)) continue;
      const labels = store.labels(batch.ids[i]);
      if (labels.metricName === '') continue;
      latest.set(batch.ids[i], {
        labels: how.utf8 ? labels : withPlainNames(labels),
        emptyLabels: labels.has('instance') ? [] : ['instance'],
        value: batch.values[batch.valueStarts[i] + last],
        timeMs: batch.times[batch.timeStarts[i] + last],
      });
    }
  }
}

/** Of names that become the same the first keeps its value. */
function withPlainNames(labels: Labels): Labels {
  const plain = new Map<string, string>();
  for (const [name, value] of labels) {
    if (name === METRIC_NAME) plain.set(name, underscored(value, 'metric'));
    else if (!plain.has(underscored(name, 'label'))) plain.set(underscored(name, 'label'), value);
  }
  return Labels.from(plain);
}

/** The parts of a histogram or summary lie together. */
function compareSamples(a: TextSample, b: TextSample, families: Families): number {
  const [first, second] = [familyOf(a, families), familyOf(b, families)];
  if (first !== second) return first < second ? -1 : 1;
  return a.labels.compare(b.labels);
}

/** The metric; for a part of a histogram or summary the name without the ending that says which part. */
function familyOf({ labels }: TextSample, families: Families): string {
  const metric = labels.metricName;
  const base = metric.replace(/_(?:bucket|sum|count)$/, '');
  return isInParts(families.get(base)) ? base : metric;
}

function isInParts(metadata: MetricMetadata | undefined): boolean {
  return metadata?.type === 'histogram' || metadata?.type === 'summary';
}

/**
 * The text in pieces of about a thousand samples. A histogram or summary is never cut, since its parts are put
 * in order; the rest of any other family comes without the header that its beginning had.
 */
function* textPieces(samples: readonly TextSample[], families: Families): Generator<Uint8Array> {
  for (let start = 0; start < samples.length; ) {
    const family = familyOf(samples[start], families);
    const whole = isInParts(families.get(family));
    let end = start + 1;
    while (end < samples.length && familyOf(samples[end], families) === family) end++;
    const step = whole ? end - start : PIECE_SAMPLES;
    for (let from = start; from < end; from += step) {
      const series = samples.slice(from, Math.min(end, from + step));
      const metadata = (metric: string) => (from === start ? families.get(metric) : undefined);
      yield Buffer.from(encodeText({ series, metadata }));
    }
    start = end;
  }
}
