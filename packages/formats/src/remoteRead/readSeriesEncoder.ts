import type { Labels } from '@tinyobs/model';

/** Some samples of a series, ascending in time, in columns that hold those of others too. */
export interface SampleStretch {
  readonly times: Float64Array;
  readonly timeStart: number;
  /** The values' words, so that a NaN keeps its payload. */
  readonly words: Uint32Array;
  readonly valueStart: number;
  readonly count: number;
}

/** Writes series for the answer of a remote read, one after the other. */
export interface ReadSeriesEncoder {
  /** @param query The number of the query that the series answers. */
  begin(labels: Labels, query: number): void;
  /** The next samples of the series; of as many at a time as may hold up everything else. */
  add(samples: SampleStretch): void;
  /** What was written of the series. */
  end(): Uint8Array[];
}
