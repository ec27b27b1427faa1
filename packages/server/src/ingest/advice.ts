import type { ErrorCode } from '@tinyobs/model';
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
>;

/** What a refused row's code means under this configuration and with so many active series, and what to do about it. */
export function refusalAdvice(
  code: ErrorCode,
  { limits, activeSeries }: { readonly limits: Config['limits']; readonly activeSeries: number },
  metric: string,
): string {
  const texts: Readonly<Record<LimitCode, string>> = {
    too_many_labels: `more than ${limits.labelsPerSeries} labels; drop some, or raise limits.labelsPerSeries`,
    label_name_too_long: `a label name of more than ${limits.labelNameBytes} bytes; shorten it, or raise limits.labelNameBytes`,
    label_value_too_long: `a label value of more than ${limits.labelValueBytes} bytes; shorten it, or raise limits.labelValueBytes`,
    sample_too_new: `the timestamp is more than ${limits.futureTime / 1000} s in the future; check that it is in milliseconds and the clock is right, or raise limits.futureTime`,
    sample_too_old: 'the timestamp is older than what is kept',
    too_many_series:
      activeSeries < limits.series
        ? `the store keeps samples of its ${limits.indexedSeries} indexed series; find the label with too many values, keep samples for a shorter time (storage.retention.raw), or raise limits.indexedSeries`
        : `the store has its ${limits.series} active series; find the label with too many values, or raise limits.series`,
    too_many_series_per_metric: `${metric} has its ${limits.seriesPerMetric} active series; find its label with too many values, or raise limits.seriesPerMetric`,
  };
  return texts[code as LimitCode] ?? 'refused';
}
