import type { Say } from './benchRun.js';
import type { Flag, Options } from './options.js';

/** One of the benches that the command line names. */
export interface Bench {
  readonly flags: readonly Flag[];
  readonly run: (say: Say, options: Options) => Promise<BenchResult>;
}

export interface BenchResult {
  /** A page of Markdown, kept in bench/results. */
  readonly report: string;
  /** Some part of it that is not a peer's could not be measured. */
  readonly hasFailed?: boolean;
  /** What docs/performance.md shows of it. */
  readonly pageText?: string;
  /** Pictures for that page, by file name. */
  readonly images?: ReadonlyMap<string, string>;
}
