import type { MetadataLookup } from '../metricFamilies.js';
import { ExpositionEncoder, type TextSample } from './expositionEncoder.js';

/**
 * Samples in the Prometheus text format 0.0.4. Families come in byte order of their names, each under its
 * HELP and TYPE as far as its metadata says them; histograms and summaries are families by their base name.
 * Within a family the given order stays, except that the parts of each histogram or summary are put together,
 * buckets and quantiles ascending. Names that need it are quoted, as Prometheus 3 reads them.
 */
export function encodeText(input: { series: Iterable<TextSample>; metadata: MetadataLookup }): string {
  return new ExpositionEncoder({ ...input, format: 'text' }).encode(input.series);
}
