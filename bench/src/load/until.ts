import { setTimeout as wait } from 'node:timers/promises';

/** Waits until `performance.now()` is there; goes on at once when it is past. */
export async function until(dueMs: number): Promise<void> {
  const leftMs = dueMs - performance.now();
  if (leftMs > 0) await wait(leftMs);
}

/** Counts errors by what they say, so that thousands of the same are one line. */
export class ErrorCounts {
  readonly counts: Record<string, number> = {};

  add(error: unknown): void {
    const text = (error instanceof Error ? error.message : String(error)).slice(0, 200);
    this.counts[text] = (this.counts[text] ?? 0) + 1;
  }
}
