import type { CompletionContext } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { PrometheusClient } from '@prometheus-io/codemirror-promql';
import { interpolate, type Meanings } from '@tinyobs/model/queryVariables';
import type { MetricMetadata } from '../api/types.js';
import { selectorsAround, withLetters } from './selectorsAround.js';
import { labelsOf, metadataByName, metricNames, valuesOf } from './serverNames.js';

/** Asked for at once. Of more values the letters that are written find theirs; names of labels are hardly so many. */
const OFFERED_MAX = 1_000;

/** What completion at one place knows of the server's data. */
export interface PromqlSource {
  readonly client: PrometheusClient;
  /** Whether more letters have to ask again, since there is more than was told. */
  readonly isPartial: () => boolean;
}

/** What there is among the series of the selector at a place, until the text is another. */
export function promqlSource(context: CompletionContext, meanings: Meanings): PromqlSource {
  const { state, pos } = context;
  const query = { text: state.doc.toString(), tree: syntaxTree(state) };
  const selectors = selectorsAround(query, pos).map((selector) => interpolate(selector, meanings));
  const outdated = new AbortController();
  context.addEventListener('abort', () => outdated.abort(), { onDocChange: true });
  const asking = { limit: OFFERED_MAX, signal: outdated.signal };
  let isPartial = false;
  const values = async (label: string) => {
    const all = await valuesOf(label, selectors, asking);
    isPartial = all.length >= OFFERED_MAX;
    const letters = context.matchBefore(/[^"'`]*$/)?.text ?? '';
    if (!isPartial || letters === '') return [...all];
    return [...(await valuesOf(label, withLetters(selectors, label, letters), asking))];
  };
  const client: PrometheusClient = {
    metricNames: async () => [...(await metricNames())],
    metricMetadata: async () => ({ ...(await metadataByName()) }) as Record<string, MetricMetadata[]>,
    labelNames: async () => [...(await labelsOf(selectors, asking))],
    labelValues: values,
    // Asked for by nothing that completes.
    series: async () => [],
    flags: async () => ({}),
  };
  return { client, isPartial: () => isPartial };
}
