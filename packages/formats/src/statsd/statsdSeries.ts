import { Labels, METRIC_NAME, type MetricMetadata } from '@tinyobs/model';
import type { StatsdKind, StatsdLine } from './readStatsdLine.js';

/** Endings that say what a series is and in which unit. */
const SUFFIXES: Readonly<Record<StatsdKind, string>> = {
  counter: '_total',
  gauge: '',
  timer: '_seconds',
  histogram: '',
  set: '',
};

const TYPES: Readonly<Record<StatsdKind, MetricMetadata['type']>> = {
  counter: 'counter',
  gauge: 'gauge',
  timer: 'histogram',
  histogram: 'histogram',
  set: 'gauge',
};

/** The value of a tag that has none. */
const BARE_TAG_VALUE = 'true';

/** The labels of the series, or of the histogram, that a line is about; what is wrong with them otherwise. */
export function statsdLabels({ name, kind, tags }: StatsdLine): Labels | string {
  if (`${name}${tags}`.includes('\ufffd')) return 'valid UTF-8';
  const suffix = SUFFIXES[kind];
  const plain = legacyName(name, /[^a-zA-Z0-9_:]/g);
  const labels = new Map([[METRIC_NAME, plain.endsWith(suffix) ? plain : plain + suffix]]);
  for (const tag of tags.split(',')) {
    if (tag === '') continue;
    const colon = tag.indexOf(':');
    const label = legacyName(colon < 0 ? tag : tag.slice(0, colon), /[^a-zA-Z0-9_]/g);
    if (label === METRIC_NAME || label === '' || (label === 'le' && TYPES[kind] === 'histogram')) {
      return `another name of a tag than ${JSON.stringify(label)}`;
    }
    labels.set(label, colon < 0 ? BARE_TAG_VALUE : tag.slice(colon + 1));
  }
  return Labels.from(labels);
}

export function statsdMetadata(labels: Labels, kind: StatsdKind): MetricMetadata {
  return { metric: labels.metricName, type: TYPES[kind], help: '', unit: kind === 'timer' ? 'seconds' : '' };
}

/** What PromQL can write without quotes. */
function legacyName(text: string, others: RegExp): string {
  const name = text.replace(others, '_');
  return /^\d/.test(name) ? `_${name}` : name;
}
