import { setTimeout as wait } from 'node:timers/promises';
import type { SentSamples } from './lanes.js';
import { STEP_MS } from './workloads.js';

/** About so many at most are counted at a time: servers bound what one query may read. */
const SAMPLES_PER_QUERY = 2_000_000;

/** Windows end between samples: servers differ in whether a window includes its start. */
const OFF_GRID_MS = 7000;

/** As long as more are found, or not all; some servers show samples late. */
const LOOK_EVERY_MS = 1000;
const UNCHANGED_LOOKS_MAX = 4;

/** How many of the samples a server finds; asked again while they become more. */
export async function countSamples(url: string, sent: SentSamples): Promise<number> {
  let found = await countOnce(url, sent);
  for (let unchanged = 0; found < sent.samples && unchanged < UNCHANGED_LOOKS_MAX; ) {
    await wait(LOOK_EVERY_MS);
    const now = await countOnce(url, sent);
    unchanged = now === found ? unchanged + 1 : 0;
    found = now;
  }
  return found;
}

async function countOnce(url: string, sent: SentSamples): Promise<number> {
  let total = 0;
  for (const { endMs, spanMs } of countingWindows(sent)) {
    for (const selector of sent.selectors) total += await countWindow(url, selector, { endMs, spanMs });
  }
  return total;
}

/** Windows that cover all samples and meet between them; each is a multiple of the step. */
export function countingWindows({
  samples,
  startMs,
  endMs,
  selectors,
}: SentSamples): { endMs: number; spanMs: number }[] {
  const steps = Math.floor((endMs - startMs) / STEP_MS) + 1;
  const perStep = samples / steps / selectors.length;
  const spanMs = Math.min(steps, Math.max(1, Math.floor(SAMPLES_PER_QUERY / perStep))) * STEP_MS;
  const windows: { endMs: number; spanMs: number }[] = [];
  for (let end = endMs + OFF_GRID_MS; end > startMs; end -= spanMs) windows.push({ endMs: end, spanMs });
  return windows;
}

async function countWindow(
  url: string,
  selector: string,
  { endMs, spanMs }: { endMs: number; spanMs: number },
): Promise<number> {
  const query = `sum(count_over_time(${selector}[${spanMs / 1000}s]))`;
  const parameters = new URLSearchParams({ query, time: String(endMs / 1000), nocache: '1' });
  const response = await fetch(`${url}/api/v1/query?${parameters}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`counting samples: ${response.status} ${text}`);
  const answer = JSON.parse(text) as { data: { result: { value: [number, string] }[] } };
  return Number(answer.data.result[0]?.value[1] ?? 0);
}
