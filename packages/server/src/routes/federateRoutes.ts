import { ExpositionEncoder, type TextSample } from '@tinyobs/formats';
import { isStaleAt, type Matcher, wordsOf } from '@tinyobs/model';
import { parseMatchers } from '@tinyobs/promql';
import type { Store } from '@tinyobs/storage';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { negotiateText } from '../http/negotiateText.js';
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
  const { contentType, format, escaping } = negotiateText(request, response);
  const families = new Map((await store.metadata(undefined, 0)).map((family) => [family.metric, family]));
  const encoder = new ExpositionEncoder({ format, escaping, metadata: (family) => families.get(family) });
  const read = async (signal: AbortSignal) => {
    const latest = new Map<number, TextSample>();
    for (const matchers of matcherSets) {
      await addLatest(latest, matchers, context, signal);
      checkSeries(latest.size, limits);
    }
    return sortSliced([...latest.values()], (a, b) => compareSamples(a, b, encoder), signal);
  };
  const samples = await readWork(response, limits, read, selectors.join(' '));
  await streamText(response, contentType, textPieces(samples, encoder));
}

/** As an instant selector sees them: the last sample within the lookback, none after a stale marker. */
async function addLatest(
  latest: Map<number, TextSample>,
  matchers: readonly Matcher[],
  { store, now, limits }: FederateContext,
  signal: AbortSignal,
): Promise<void> {
  const maxMs = now();
  const range = { minMs: maxMs - limits.lookbackMs + 1, maxMs };
  const hints = { stepMs: 0, rangeMs: 0, func: '', limit: limits.seriesMax + 1 };
  for await (const batch of store.select(matchers, range, hints, signal)) {
    const words = wordsOf(batch.values);
    for (let i = 0; i < batch.count; i++) {
      const last = batch.lengths[i] - 1;
      if (last < 0 || isStaleAt(words, batch.valueStarts[i] + last)) continue;
      const labels = store.labels(batch.ids[i]);
      if (labels.metricName === '') continue;
      latest.set(batch.ids[i], {
        labels,
        emptyLabels: labels.has('instance') ? [] : ['instance'],
        value: batch.values[batch.valueStarts[i] + last],
        timeMs: batch.times[batch.timeStarts[i] + last],
      });
    }
  }
}

/** Families lie together. */
function compareSamples(a: TextSample, b: TextSample, encoder: ExpositionEncoder): number {
  const [first, second] = [familyName(a, encoder), familyName(b, encoder)];
  if (first !== second) return first < second ? -1 : 1;
  return a.labels.compare(b.labels);
}

function familyName({ labels }: TextSample, encoder: ExpositionEncoder): string {
  return encoder.familyOf(labels.metricName).name;
}

/** The text in pieces of about a thousand samples. A family of several parts is not cut, since they are put in order. */
function* textPieces(samples: readonly TextSample[], encoder: ExpositionEncoder): Generator<Uint8Array> {
  for (let start = 0; start < samples.length; ) {
    const family = encoder.familyOf(samples[start].labels.metricName);
    let end = start + 1;
    while (end < samples.length && familyName(samples[end], encoder) === family.name) end++;
    const isWhole = encoder.isInParts(family, samples.slice(start, end));
    const step = isWhole ? end - start : PIECE_SAMPLES;
    for (let from = start; from < end; from += step) {
      const header = from === start ? encoder.header(family) : '';
      const lines = encoder.lines(family, samples.slice(from, Math.min(end, from + step)));
      yield Buffer.from(header + lines);
    }
    start = end;
  }
  yield Buffer.from(encoder.end);
}
