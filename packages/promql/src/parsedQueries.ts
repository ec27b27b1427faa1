import type { Expr } from './ast.js';

/** Queries kept, the shorter ones only: dashboards and rules ask the same few again and again. */
const QUERIES_MAX = 256;
const LENGTH_MAX = 4096;

/** The expressions of the texts that were read last. Expressions are immutable, so evaluations may share one. */
export class ParsedQueries {
  /** Those that were not asked for longest come first. */
  readonly #kept = new Map<string, Expr>();

  /** The expression of a text; `parse` is asked when it is not kept. */
  get(text: string, parse: (text: string) => Expr): Expr {
    const known = this.#kept.get(text);
    if (known) this.#kept.delete(text);
    const expr = known ?? parse(text);
    if (text.length > LENGTH_MAX) return expr;
    this.#kept.set(text, expr);
    if (this.#kept.size > QUERIES_MAX) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
    return expr;
  }
}
