import { createClient } from '@tinyobs/sdk';
import { createTinyObs } from '@tinyobs/server';
import type { FlushSetup } from './figures.js';
import { LABEL_NAMES, labelSets } from './labelSets.js';
import { BUCKETS, valueAt } from './library.js';
import { longestHoldDuring } from './longestHold.js';

/** The first, which runs code that is not compiled yet, and one that finds it warm. */
const FLUSHES = 4;

/**
 * Measures how long flushes of a client hold the event loop, of which the first has new series only, in a process that
 * does nothing else, and writes it as JSON. Arguments: what there are series of and how many, then the folder of a TinyObs of the same process, or the
 * address to push to.
 */
const [series, count, place] = process.argv.slice(2) as [FlushSetup['series'], string, string];
const isServer = place.startsWith('http:');
const store = isServer
  ? undefined
  : await createTinyObs({
      dataDir: place,
      log: { level: 'silent' },
      selfMonitoring: { interval: 'off' },
      // Of a histogram each bucket is one.
      limits: { seriesPerMetric: 1_000_000 },
    });
const client = createClient({
  ...(isServer ? { endpoint: place } : { store }),
  service: 'bench',
  runtimeMetrics: false,
  closeAtExit: false,
  seriesPerMetric: 100_000,
  intervalMs: 3_600_000,
});
countAll(Number(count));

const holdsMs: number[] = [];
for (let i = 0; i < FLUSHES; i++) {
  const holdMs = await longestHoldDuring(async () => {
    const { result } = await client.flush({ timeoutMs: 600_000 });
    if (result !== 'ok') throw new Error(`the flush was ${result}`);
  });
  holdsMs.push(holdMs);
}
process.stdout.write(JSON.stringify(holdsMs));
await client.close();
await store?.close();

function countAll(sets: number): void {
  const labelNames = LABEL_NAMES;
  if (series === 'counters') {
    const counter = client.counter('requests_total', { labelNames });
    for (const labels of labelSets(sets)) counter.inc({ ...labels });
  } else {
    const histogram = client.histogram('request_duration_seconds', { labelNames, buckets: BUCKETS });
    for (const [i, labels] of labelSets(sets).entries()) histogram.observe({ ...labels }, valueAt(i));
  }
}
