import type { PrometheusClient } from '@prometheus-io/codemirror-promql';
import { labelMatchersToString } from '@prometheus-io/codemirror-promql/dist/esm/parser/matcher.js';
import { selectorText } from '../../api/promqlText.js';
import type { MetricMetadata } from '../../api/types.js';
import { labelsOf, metadataByName, metricNames, valuesOf } from '../metrics/serverNames.js';

/** What completion knows of the server's data. */
export const promqlSource: PrometheusClient = {
  metricNames: async () => [...(await metricNames())],
  metricMetadata: async () => ({ ...(await metadataByName()) }) as Record<string, MetricMetadata[]>,
  labelNames: async (metric = '') => [...(await labelsOf(metric === '' ? '' : selectorText(metric)))],
  labelValues: async (label, metric = '', matchers = []) => {
    const match = labelMatchersToString(metric, matchers, label);
    return [...(await valuesOf(label, match === '{}' ? '' : match))];
  },
  // Asked for by nothing that completes.
  series: async () => [],
  flags: async () => ({}),
};
