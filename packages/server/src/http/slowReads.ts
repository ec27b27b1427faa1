import { TinyObsError } from '@tinyobs/model';
import type { RunningRead } from './runningReads.js';

/** Longest text that is kept and listed: that of a query may be many times as long. */
export const TEXT_LENGTH_MAX = 1000;
/** Reads that are kept: a list that a person looks through. */
const READS_MAX = 20;
/** How long one is kept after its end, ms. */
const AGE_MS_MAX = 3_600_000;
/** What is over sooner, ms, is of no interest. */
const DURATION_MS_MIN = 10;

/** A query, or another read of series, that is over. */
export interface SlowRead extends Pick<RunningRead, 'route' | 'client' | 'key' | 'requestId' | 'sinceMs'> {
  /** Its first 1,000 characters. */
  readonly text: string;
  readonly textLength: number;
  /** From when it came until its end, waiting included. */
  readonly durationMs: number;
  readonly samplesRead: number;
  /** Code of the error that it ended with, if with any. */
  readonly error: string | undefined;
}

/** The slowest reads of the last hour: at most twenty, so that memory is bounded whatever is asked. */
export class SlowReads {
  #reads: SlowRead[] = [];

  /** Takes note of the end of a read, with the error it ended with, if with any. */
  note(read: RunningRead, { endMs, error }: { readonly endMs: number; readonly error: unknown }): void {
    const durationMs = endMs - read.sinceMs;
    if (durationMs < DURATION_MS_MIN) return;
    const { route, client, key, requestId, sinceMs, text, progress } = read;
    const over: SlowRead = {
      ...{ route, client, key, requestId, sinceMs, durationMs },
      text: text.slice(0, TEXT_LENGTH_MAX),
      textLength: text.length,
      samplesRead: progress.samplesRead,
      error: error === undefined ? undefined : codeOf(error),
    };
    const all = [...this.list(endMs), over].sort((a, b) => b.durationMs - a.durationMs);
    this.#reads = all.slice(0, READS_MAX);
  }

  /** Those that ended in the hour before a time, the slowest first. */
  list(nowMs: number): readonly SlowRead[] {
    return this.#reads.filter(({ sinceMs, durationMs }) => nowMs - (sinceMs + durationMs) <= AGE_MS_MAX);
  }
}

function codeOf(error: unknown): string {
  return error instanceof TinyObsError ? error.code : 'internal';
}
