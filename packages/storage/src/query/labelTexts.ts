import { NO_SYMBOL, type SeriesIndex } from '../index/seriesIndex.js';
import { LABEL_TEXTS_CACHED_MAX } from '../limits.js';

/** Tells single labels of series, keeping the texts asked for last: those by which series are grouped are few. */
export class LabelTexts {
  readonly #index: SeriesIndex;
  readonly #texts = new Map<number, string>();
  readonly #names = new Map<string, number>();

  constructor(index: SeriesIndex) {
    this.#index = index;
  }

  /** The value of a label of a series, '' for none. */
  valueOf(id: number, name: string): string {
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
