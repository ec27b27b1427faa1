import { Labels, Matcher, WriteBatch } from '@tinyobs/model';
import { openStore } from '@tinyobs/storage';
import { openBrowserStore } from '@tinyobs/storage/browser';

const kv = await openBrowserStore({ name: 'visits' });
const store = await openStore({ kv });

const batch = new WriteBatch();
const series = batch.addSeries(Labels.fromObject({ __name__: 'page_loaded', path: location.pathname }));
batch.addSample(series, Date.now(), performance.now(), 0);
await store.append(batch);

const range = { minMs: 0, maxMs: Date.now() };
const hints = { stepMs: 0, rangeMs: 0, func: '', limit: 0 };
const { signal } = new AbortController();
const lines = [];
for await (const found of store.select([new Matcher('__name__', '=', 'page_loaded')], range, hints, signal)) {
  for (let i = 0; i < found.count; i++) {
    lines.push(`${store.labels(found.ids[i])} ${found.lengths[i]} samples`);
  }
}
await store.close();
document.getElementById('result').textContent = lines.join('\n');
