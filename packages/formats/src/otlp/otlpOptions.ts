import type { DecodeResult } from '../refusals.js';
import type { DeltaPoints } from './deltaPoints.js';
import type { TranslationStrategy } from './metricName.js';

/** How OTLP becomes series. */
export interface OtlpOptions {
  readonly strategy: TranslationStrategy;
  /** Keys of attributes of resources that become labels of all their series. */
  readonly promoteResourceAttributes: readonly string[];
  /** Whether series get the name, version, schema and attributes of their scope as labels. */
  readonly promoteScopeMetadata: boolean;
  /** Most bytes of series and samples that are made of a body. */
  readonly batchBytesMax: number;
}

/** What became of a body. Its rows are data points, in their order. */
export interface OtlpResult extends DecodeResult {
  /** Samples of delta points: what they add, which is not what is to be stored. */
  readonly deltas: DeltaPoints;
  /** Rows of the batch are samples; those of `target_info` were made of no data point. */
  readonly rowOf: (row: number) => number;
}
