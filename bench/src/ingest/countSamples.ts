import { setTimeout as wait } from 'node:timers/promises';
import type { Lanes } from './lanes.js';

const QUERY_DEADLINE_MS = 30_000;

/** How many of the samples a server finds; asked again while it is fewer, since some show samples late. */
export async function countSamples(url: string, { samples, startMs, endMs }: Lanes): Promise<number> {
  const rangeSeconds = Math.ceil((endMs - startMs) / 1000) + 15;
  const query = `sum(count_over_time({job="shop"}[${rangeSeconds}s]))`;
  const parameters = new URLSearchParams({ query, time: String(endMs / 1000), nocache: '1' });
  for (const deadline = Date.now() + QUERY_DEADLINE_MS; ; await wait(500)) {
    const response = await fetch(`${url}/api/v1/query?${parameters}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`counting samples: ${response.status} ${text}`);
    const answer = JSON.parse(text) as { data: { result: { value: [number, string] }[] } };
    const found = Number(answer.data.result[0]?.value[1] ?? 0);
    if (found >= samples || Date.now() > deadline) return found;
  }
}
