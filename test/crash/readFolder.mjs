// Reads every sample of a data folder in a process of its own: `node readFolder.mjs <folder>`. Prints JSON:
// the samples as [lane, time in ms, value], and what the store said about damage.
import { Matcher } from '@tinyobs/model';
import { openStore } from '@tinyobs/storage';

const DAMAGE = new Set(['corruption', 'open_warning']);
const said = [];
const samples = [];

try {
  const onEvent = ({ type }) => DAMAGE.has(type) && said.push(type);
  const store = await openStore({ dataDir: process.argv[2], onEvent });
  const range = { minMs: 0, maxMs: Number.MAX_SAFE_INTEGER };
  const hints = { stepMs: 0, rangeMs: 0, func: '', limit: 0 };
  try {
    for await (const batch of store.select(
      [new Matcher('lane', '!=', '')],
      range,
      hints,
      new AbortController().signal,
    )) {
      for (let i = 0; i < batch.count; i++) {
        const lane = Number(store.labels(batch.ids[i]).get('lane'));
        for (let at = 0; at < batch.lengths[i]; at++) {
          samples.push([
            lane,
            batch.times[batch.timeStarts[i] + at],
            batch.values[batch.valueStarts[i] + at],
          ]);
        }
      }
    }
  } finally {
    await store.close();
  }
} catch (error) {
  // Only our own errors are an answer; anything else is a defect and ends this process badly.
  if (error.name !== 'TinyObsError') throw error;
  said.push(error.code);
}
process.stdout.write(JSON.stringify({ samples, said }));
