import type { WriteBatch } from '@tinyobs/model';

/** Fills a batch; when `fill` throws, the batch is as it was. Metadata is for `fill` to add last. */
export function allOrNothing<T>(batch: WriteBatch, fill: () => T): T {
  const { seriesCount, sampleCount, startCount } = batch;
  const exemplarCount = batch.exemplars.length;
  try {
    return fill();
  } catch (error) {
    batch.seriesCount = seriesCount;
    batch.sampleCount = sampleCount;
    batch.startCount = startCount;
    batch.exemplars.length = exemplarCount;
    throw error;
  }
}
