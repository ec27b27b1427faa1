import type { SeriesBatch } from '@tinyobs/model';
import type { Expr, VectorSelector } from '../ast.js';
import type { NodeStats } from '../result.js';
import type { SampleSource } from './sampleSource.js';
import type { Value } from './value.js';

type Measured = { -readonly [field in keyof NodeStats]: NodeStats[field] };

/** Notes what the parts of an expression cost; one that is evaluated several times has the sum of its times. */
export class NodeRecorder {
  readonly #measured = new Map<Expr, Measured>();

  get measured(): ReadonlyMap<Expr, NodeStats> {
    return this.#measured;
  }

  evaluated(expr: Expr, value: Value, evaluationMs: number): void {
    const node = this.#of(expr);
    node.evaluationMs = (node.evaluationMs ?? 0) + evaluationMs;
    if (value.type === 'vector') node.series = value.columns.count;
  }

  /** The source of a selector, which counts what is read from it. */
  reading(selector: VectorSelector, source: SampleSource): SampleSource {
    return { ...source, batches: () => this.#counted(selector, source.batches()) };
  }

  async *#counted(selector: VectorSelector, batches: AsyncIterable<SeriesBatch>): AsyncIterable<SeriesBatch> {
    const node = this.#of(selector);
    node.series = 0;
    node.samplesRead = 0;
    for await (const batch of batches) {
      node.series += batch.count;
      for (let i = 0; i < batch.count; i++) {
        node.samplesRead += batch.lengths[i] + (batch.rollups?.lengths[i] ?? 0);
      }
      yield batch;
    }
  }

  #of(expr: Expr): Measured {
    const known = this.#measured.get(expr);
    if (known) return known;
    const fresh = { evaluationMs: undefined, series: undefined, samplesRead: undefined };
    this.#measured.set(expr, fresh);
    return fresh;
  }
}
