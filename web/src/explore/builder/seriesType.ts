import { metricHelp } from '../../editor/serverNames.js';
import type { MetricType } from '../metrics/metricCatalog.js';

/** What series of that name are: a part of a histogram is a counter unless it is the buckets. */
export async function seriesType(name: string): Promise<MetricType> {
  const part = /_(bucket|sum|count|total)$/.exec(name)?.[1];
  const type = (await metricHelp(name))?.type;
  if (type === 'histogram' || type === 'summary') {
    if (part === undefined) return type;
    return part === 'bucket' ? 'histogram' : 'counter';
  }
  if (type === 'counter' || type === 'gauge') return type;
  if (part === undefined) return 'unknown';
  return part === 'bucket' ? 'histogram' : 'counter';
}
