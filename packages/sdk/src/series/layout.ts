/** One of the samples that a series is sent as. */
export interface Part {
  /** What follows the name of the metric. */
  readonly suffix: '' | '_bucket' | '_sum' | '_count';
  /** A label that tells the parts of a series apart: the bound of a bucket, a quantile, a state. */
  readonly label?: { readonly name: string; readonly text: string };
  /** Whether it counts up from zero, so that a zero sample may precede the first. */
  readonly countsUp: boolean;
}

/** What a kind of metric keeps for each series, and as which samples that is sent. */
export interface Layout {
  /** Numbers kept for each series. */
  readonly width: number;
  readonly parts: readonly Part[];
  /** Whether the samples of series past a limit may be added up in one: not where a later value replaces one. */
  readonly isAdditive: boolean;
  /** Writes a value for each part, the numbers of a series being `values[from]` to `values[from + width - 1]`. */
  read(values: Float64Array, from: number, into: Float64Array): void;
  /** Hears that a slot begins from nothing. */
  onStart?(slot: number): void;
  /**
   * For parts that take long to find out: what it returns writes them, later, over what `read` wrote.
   * It must not need the slot any more, which may be another's by then.
   */
  defer?(slot: number): DeferredParts;
}

export type DeferredParts = (into: Float64Array) => void;

/** A series of one number. */
export function singleValue(options: { countsUp: boolean; isAdditive: boolean }): Layout {
  return {
    width: 1,
    parts: [{ suffix: '', countsUp: options.countsUp }],
    isAdditive: options.isAdditive,
    read(values, from, into) {
      into[0] = values[from];
    },
  };
}
