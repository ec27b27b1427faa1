import type { Expr } from './ast.js';

/** Queries kept, the shorter ones only: dashboards and rules ask the same few again and again. */
const QUERIES_MAX = 256;
const LENGTH_MAX = 4096;

/** The expressions of the texts that were read last. Expressions are immutable, so evaluations may share one. */
export class ParsedQueries {
  /** Those that were not asked for longest come first. */
  readonly #kept = new Map<string, Expr>();

  /** The expression of a text, when it is kept. */
  get(text: string): Expr | undefined {
    const expr = this.#kept.get(text);
    if (expr) this.keep(text, expr);
    return expr;
  }

  keep(text: string, expr: Expr): void {
    if (text.length > LENGTH_MAX) return;
    this.#kept.delete(text);
    this.#kept.set(text, expr);
    if (this.#kept.size > QUERIES_MAX) {
      for (const oldest of this.#kept.keys()) {
        this.#kept.delete(oldest);
        break;
      }
    }
  }
}
