import { Labels, type Matcher, type WriteBatch } from '@tinyobs/model';
import type { Store } from '../store.js';
import { batchOf, EVER, NEVER_ABORTED, type Sample } from '../storeFixture.suite.js';

/** An exemplar of a test: its series, and the id of a trace. */
export interface Given {
  readonly series: Record<string, string>;
  readonly trace: string;
  readonly timeMs: number;
  readonly value: number;
}

/** A batch of exemplars and samples; series are those of the samples, then others. */
export function batchWith(given: readonly Given[], samples: readonly Sample[] = []): WriteBatch {
  const batch = batchOf(samples);
  const known = new Map<string, number>();
  for (let series = 0; series < batch.seriesCount; series++) known.set(batch.labelsOf(series).key, series);
  for (const { series, trace, timeMs, value } of given) {
    const labels = Labels.fromObject(series);
    const place = known.get(labels.key) ?? batch.addSeries(labels);
    known.set(labels.key, place);
    batch.exemplars.push({ series: place, labels: Labels.fromObject({ trace_id: trace }), value, timeMs });
  }
  return batch;
}

/** A sample of the series of each exemplar, at its time. */
export function samplesFor(given: readonly Given[]): Sample[] {
  return given.map(({ series, timeMs }) => ({ labels: series, timeMs, value: 1 }));
}

/** What there is as `trace@time=value`, by series. */
export async function exemplarsOf(
  store: Pick<Store, 'exemplars' | 'labels'>,
  options: {
    readonly matchers?: readonly Matcher[];
    readonly range?: typeof EVER;
    readonly limit?: number;
  } = {},
): Promise<Record<string, string[]>> {
  const { matchers = [], range = EVER, limit = Number.POSITIVE_INFINITY } = options;
  const found = await store.exemplars([matchers], range, limit, NEVER_ABORTED);
  return Object.fromEntries(
    found.map(({ id, exemplars }) => [
      store.labels(id).toString(),
      exemplars.map(({ labels, timeMs, value }) => `${labels.get('trace_id')}@${timeMs}=${value}`),
    ]),
  );
}

/** All traces there are, in order. */
export async function tracesOf(store: Pick<Store, 'exemplars' | 'labels'>): Promise<string[]> {
  const all = Object.values(await exemplarsOf(store)).flat();
  return all.map((text) => text.split('@')[0]).sort();
}
