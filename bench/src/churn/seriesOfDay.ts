import { Labels, WriteBatch } from '@tinyobs/model';

export const SERIES_PER_DAY = 100_000;
/** Samples of one append. */
const BATCH_SERIES = 2000;
const SERIES_PER_POD = 50;

/** A sample of each series of a day in batches, one of which is reused: pods that are replaced, of services that stay. */
export function* seriesOfDay(day: number, timeMs: number): Generator<WriteBatch> {
  const batch = new WriteBatch();
  for (let from = 0; from < SERIES_PER_DAY; from += BATCH_SERIES) {
    batch.clear();
    for (let i = from; i < from + BATCH_SERIES; i++) {
      batch.addSample(batch.addSeries(podSeries(day, i)), timeMs, day * 1000 + (i % 1000), i - from);
    }
    yield batch;
  }
}

/** Series `i` of a day: one of `SERIES_PER_POD` metrics of a pod, ten labels. */
export function podSeries(day: number, i: number): Labels {
  const pod = Math.floor(i / SERIES_PER_POD);
  const service = pod % 40;
  return Labels.fromObject({
    __name__: `service_metric_${i % SERIES_PER_POD}_total`,
    cluster: 'main',
    namespace: `team-${service % 8}`,
    job: `service-${service}`,
    pod: `service-${service}-${day}-${pod}`,
    instance: `10.${day}.${pod >> 8}.${pod & 255}:9090`,
    node: `node-${pod % 60}`,
    region: `region-${service % 3}`,
    version: `v${day}.${service}`,
    code: String(200 + (i % 4)),
  });
}
