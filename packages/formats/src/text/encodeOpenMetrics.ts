import type { MetadataLookup } from '../metricFamilies.js';
import { ExpositionEncoder, type TextSample } from './expositionEncoder.js';

/**
 * As `encodeText`, in OpenMetrics text 1.0. Families have the names that OpenMetrics has for them, a unit only where
 * the name ends with it. What it does not allow is written as unknown: a counter not called `_total`, or whose family
 * would have the name of another. Bounds of buckets and quantiles have a point (`le="1.0"`), times are seconds, and
 * series `_created` stand with the family whose metrics they are about.
 */
export function encodeOpenMetrics(input: { series: Iterable<TextSample>; metadata: MetadataLookup }): string {
  return new ExpositionEncoder({ ...input, format: 'openmetrics' }).encode(input.series);
}
