import type { Expr } from '../ast.js';
import { exprJson } from '../exprJson.js';
import type { QueryStats } from '../result.js';
import { type Grid, timeAt } from './grid.js';
import { NodeRecorder } from './nodeRecorder.js';

/** Samples looked at by step. What is evaluated once for all steps counts at each, as if it had not been. */
export class SampleCounter {
  readonly perStep: Float64Array;

  constructor(steps: number) {
    this.perStep = new Float64Array(steps);
  }

  addAt(step: number, samples: number): void {
    this.perStep[step] += samples;
  }

  addEverywhere(samples: number): void {
    for (let step = 0; step < this.perStep.length; step++) this.perStep[step] += samples;
  }

  /** Every value of a selected series is one sample. */
  addRow(present: Uint8Array): void {
    for (let step = 0; step < present.length; step++) this.perStep[step] += present[step];
  }
}

/** What a query cost, in the terms of Prometheus' query statistics. */
export class StatsRecorder {
  /** Undefined where nobody asked. */
  readonly counter: SampleCounter | undefined;
  /** Undefined where nobody asked. */
  readonly nodes: NodeRecorder | undefined;
  readonly #grid: Grid | undefined;
  readonly #startedMs = performance.now();
  #preparedMs = this.#startedMs;
  #evaluatedMs = this.#startedMs;

  constructor(grid: Grid | undefined) {
    this.#grid = grid;
    this.counter = grid && new SampleCounter(grid.steps);
    this.nodes = grid && new NodeRecorder();
  }

  prepared(): void {
    this.#preparedMs = performance.now();
    this.#evaluatedMs = this.#preparedMs;
  }

  evaluated(): void {
    this.#evaluatedMs = performance.now();
  }

  finish(expr: Expr, peakSamples: number): QueryStats | undefined {
    if (!this.#grid || !this.counter || !this.nodes) return undefined;
    const grid = this.#grid;
    const { perStep } = this.counter;
    const nowMs = performance.now();
    return {
      preparationMs: this.#preparedMs - this.#startedMs,
      evaluationMs: this.#evaluatedMs - this.#preparedMs,
      sortMs: nowMs - this.#evaluatedMs,
      totalMs: nowMs - this.#startedMs,
      samples: perStep.reduce((sum, samples) => sum + samples, 0),
      samplesPerStep: perStep,
      stepTimes: perStep.map((_, step) => timeAt(grid, step)),
      peakSamples,
      tree: exprJson(expr, this.nodes.measured),
    };
  }
}
