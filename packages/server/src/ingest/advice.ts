import type { ErrorCode } from '@tinyobs/model';
import type { RequestKey } from '../access/requestKey.js';
import type { Config } from '../config/schema.js';

type LimitCode = Extract<
  ErrorCode,
  | 'too_many_labels'
  | 'label_name_too_long'
  | 'label_value_too_long'
  | 'sample_too_new'
  | 'sample_too_old'
  | 'too_many_series'
  | 'too_many_series_per_metric'
  | 'too_many_series_per_key'
>;

/** Longest piece of a metric name that a message repeats. */
const SHOWN_LENGTH_MAX = 64;

const FIND_LABEL = 'find the label with too many values (GET /v1/cardinality)';

/** What a row was refused under. */
export interface RefusalContext {
  readonly limits: Config['limits'];
  readonly activeSeries: number;
  readonly key: RequestKey | undefined;
}

/** Which limit a row's metric is past, and what to do about it. */
export function refusalAdvice(code: ErrorCode, metric: string, context: RefusalContext): string {
  const { limits } = context;
  const name = metric.length > SHOWN_LENGTH_MAX ? `${metric.slice(0, SHOWN_LENGTH_MAX)}…` : metric;
  const texts: Readonly<Record<LimitCode, () => string>> = {
    too_many_labels: () =>
      `more than ${limits.labelsPerSeries} labels; drop some, or raise limits.labelsPerSeries`,
    label_name_too_long: () =>
      `a label name of more than ${limits.labelNameBytes} bytes; shorten it, or raise limits.labelNameBytes`,
    label_value_too_long: () =>
      `a label value of more than ${limits.labelValueBytes} bytes; shorten it, or raise limits.labelValueBytes`,
    sample_too_new: () =>
      `the timestamp is more than ${limits.futureTime / 1000} s in the future; check that it is in milliseconds and the clock is right, or raise limits.futureTime`,
    sample_too_old: () =>
      'the timestamp is older than what is kept; send samples sooner, or raise storage.retention.raw',
    too_many_series: () => tooManySeries(context),
    too_many_series_per_metric: () =>
      `${name} has its ${limits.seriesPerMetric} active series; ${FIND_LABEL}, or raise limits.seriesPerMetric`,
    too_many_series_per_key: () =>
      `the key ${context.key?.id} has its ${context.key?.limits.series} active series; ${FIND_LABEL}, or raise the limit "series" of the key`,
  };
  const text = texts[code as LimitCode]?.() ?? 'refused';
  return code === 'too_many_series_per_metric' ? text : `${name}: ${text}`;
}

function tooManySeries({ limits, activeSeries }: RefusalContext): string {
  return activeSeries < limits.series
    ? `the store keeps samples of its ${limits.indexedSeries} indexed series; ${FIND_LABEL}, keep samples for a shorter time (storage.retention.raw), or raise limits.indexedSeries`
    : `the store has its ${limits.series} active series; ${FIND_LABEL}, or raise limits.series`;
}
