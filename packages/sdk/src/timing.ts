import type { MetricSource } from './hosts/exchange.js';
import { timeCall } from './instruments/stopwatch.js';
import type { HistogramOptions } from './metricOptions.js';

export type TimingOptions = Pick<HistogramOptions, 'help' | 'buckets'>;

/** Calls `work`, and gives what it gives. */
export type Timing<Operation extends string> = <Result>(operation: Operation, work: () => Result) => Result;

/**
 * Times calls of a database client, a queue or the like, until their promises are settled, in the histogram
 * `<name>_duration_seconds` by `operation` and `result` (`ok` or `error`). An operation is a word of which the app
 * has a few, such as `find_order`: never a query or a key.
 */
export function timing<Operation extends string = string>(
  client: Pick<MetricSource, 'histogram'>,
  name: string,
  options: TimingOptions = {},
): Timing<Operation> {
  const durations = client.histogram(`${name}_duration_seconds`, {
    ...options,
    unit: 'seconds',
    labelNames: ['operation', 'result'],
  });
  return (operation, work) =>
    timeCall(work, (seconds, result) => durations.observe({ operation, result }, seconds));
}
