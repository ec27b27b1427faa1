import { NO_SYMBOL, type SeriesIndex } from '../index/seriesIndex.js';
import { LABEL_TEXTS_CACHED_MAX } from '../limits.js';

/** Tells single labels of series, keeping the texts asked for last: those by which series are grouped are few. */
export class LabelTexts {
  readonly #index: SeriesIndex;
  readonly #texts = new Map<number, string>();
  readonly #names = new Map<string, number>();
  /** That of the symbols when these were noted. */
  #generation = 0;

  constructor(index: SeriesIndex) {
    this.#index = index;
  }

  /**
   * The value of a label of a series, '' for none.
   *
   * @throws TinyObsError `store_busy` for a series that was forgotten since it was read
   */
  valueOf(id: number, name: string): string {
    // Of a series that was forgotten since it was read: its symbols are not found by their texts any more.
    if (!this.#index.rows.has(id)) return this.#index.labels(id).get(name);
    const { generation } = this.#index.symbols;
    if (generation !== this.#generation) this.#forget(generation);
    const symbol = this.#index.valueOf(id, this.#symbolOf(name));
    if (symbol === NO_SYMBOL) return '';
    let text = this.#texts.get(symbol);
    if (text === undefined) {
      text = this.#index.symbols.text(symbol);
      if (this.#texts.size >= LABEL_TEXTS_CACHED_MAX) this.#texts.clear();
      this.#texts.set(symbol, text);
    }
    return text;
  }

  #forget(generation: number): void {
    this.#generation = generation;
    this.#texts.clear();
    this.#names.clear();
  }

  /** A name that is no symbol yet may be one later. */
  #symbolOf(name: string): number {
    let symbol = this.#names.get(name);
    if (symbol === undefined) {
      symbol = this.#index.symbols.findText(name);
      if (symbol < 0) return NO_SYMBOL;
      if (this.#names.size >= LABEL_TEXTS_CACHED_MAX) this.#names.clear();
      this.#names.set(name, symbol);
    }
    return symbol;
  }
}
