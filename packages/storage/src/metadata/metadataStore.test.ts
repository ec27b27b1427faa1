import type { MetricMetadata } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../kv/memoryStore.js';
import { METADATA_LENGTH_MAX, METADATA_METRICS_MAX, METADATA_TOTAL_LENGTH_MAX } from '../limits.js';
import { MetadataStore } from './metadataStore.js';

async function setUp() {
  const kv = await openMemoryStore();
  const store = new MetadataStore();
  const keep = async (changes: readonly MetricMetadata[]): Promise<void> => {
    const batch = kv.batch();
    store.stage(changes, batch);
    if (batch.sizeBytes > 0) await batch.write({ sync: false });
    store.commit();
  };
  return { kv, store, keep };
}

function described(metric: string, help = ''): MetricMetadata {
  return { metric, type: 'gauge', help, unit: '' };
}

describe('metadata', () => {
  it('is what was said last, but what someone does not know stays known', async () => {
    const { kv, store, keep } = await setUp();
    await keep([{ metric: 'm', type: 'counter', help: 'What it is', unit: 'bytes' }]);
    await keep([{ metric: 'm', type: 'unknown', help: '', unit: '' }]);
    expect(store.list('m', 0)).toEqual([{ metric: 'm', type: 'counter', help: 'What it is', unit: 'bytes' }]);
    await keep([{ metric: 'm', type: 'gauge', help: '', unit: '' }]);
    await keep([
      { metric: 'm', type: 'unknown', help: 'Something else', unit: '' },
      { metric: 'm', type: 'unknown', help: '', unit: 'seconds' },
      { metric: 'new', type: 'unknown', help: '', unit: '' },
    ]);
    const expected = [
      { metric: 'm', type: 'gauge', help: 'Something else', unit: 'seconds' },
      { metric: 'new', type: 'unknown', help: '', unit: '' },
    ];
    expect(store.list(undefined, 0)).toEqual(expected);
    const reopened = new MetadataStore();
    await reopened.load(kv);
    expect(reopened.list(undefined, 0)).toEqual(expected);
    await kv.close();
  });

  it('that is too long is not kept, and is counted; what was known stays (S6)', async () => {
    const { kv, store, keep } = await setUp();
    const longest = described('m', 'h'.repeat(METADATA_LENGTH_MAX - 1));
    await keep([
      longest,
      described('m', 'h'.repeat(METADATA_LENGTH_MAX)),
      described('n'.repeat(METADATA_LENGTH_MAX + 1)),
    ]);
    expect(store.list(undefined, 0)).toEqual([longest]);
    expect(store.refused).toBe(2);
    await kv.close();
  });

  it('is kept as long as all of it is not too long; shorter texts make room (S6)', async () => {
    const { kv, store, keep } = await setUp();
    const text = 'h'.repeat(METADATA_LENGTH_MAX - 10);
    const count = METADATA_TOTAL_LENGTH_MAX / METADATA_LENGTH_MAX;
    await keep(
      Array.from({ length: count }, (_, i) => described(`metric${String(i).padStart(4, '0')}`, text)),
    );
    expect(store.list(undefined, 0)).toHaveLength(count);
    await keep([described('one more')]);
    expect([store.list('one more', 0), store.refused]).toEqual([[], 1]);
    await keep([described('metric0000', 'short'), described('one more')]);
    expect(store.list('one more', 0)).toHaveLength(1);
    // What is read back counts as well.
    const reopened = new MetadataStore();
    await reopened.load(kv);
    const batch = kv.batch();
    reopened.stage([described('a long one', text), described('another', text)], batch);
    reopened.commit();
    expect(reopened.refused).toBe(2);
    await kv.close();
  });

  it('of too many metrics is not kept (S6)', async () => {
    const { kv, store, keep } = await setUp();
    await keep(Array.from({ length: METADATA_METRICS_MAX + 3 }, (_, i) => described(`m${i}`)));
    expect(store.list(undefined, 0)).toHaveLength(METADATA_METRICS_MAX);
    expect(store.refused).toBe(3);
    await keep([described('m0', 'changed')]);
    expect(store.list('m0', 0)[0].help).toBe('changed');
    await kv.close();
  });
});
