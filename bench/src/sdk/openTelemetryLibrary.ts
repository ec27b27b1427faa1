import type { Meter } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import type { LabelSet } from './labelSets.js';
import { BUCKETS, type Kind, type Library, nextName, type Operation, valueAt } from './library.js';

/** Reads when it is told to, and sends nothing. */
class ManualReader extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/** @opentelemetry/sdk-metrics, whose metrics are collected and not encoded. It has nothing to bind. */
export class OpenTelemetryLibrary implements Library {
  readonly #reader = new ManualReader();
  readonly #meter: Meter;

  constructor() {
    const views = [{ instrumentName: '*', aggregationCardinalityLimit: 100_000 }];
    this.#meter = new MeterProvider({ readers: [this.#reader], views }).getMeter('bench');
  }

  bare(kind: Kind): Operation {
    const record = this.#recorder(kind);
    return (i) => record(i);
  }

  one(kind: Kind, routes: readonly string[]): Operation {
    const record = this.#recorder(kind);
    return (i) => record(i, { route: routes[i] });
  }

  three(kind: Kind, sets: readonly LabelSet[]): Operation {
    const record = this.#recorder(kind);
    return (i) => {
      const { method, route, status } = sets[i];
      record(i, { method, route, status });
    };
  }

  bound(): undefined {
    return undefined;
  }

  async collect(): Promise<void> {
    await this.#reader.collect();
  }

  #recorder(kind: Kind): (i: number, labels?: Record<string, string>) => void {
    if (kind === 'inc') {
      const counter = this.#meter.createCounter(nextName());
      return (_i, labels) => counter.add(1, labels);
    }
    if (kind === 'set') {
      const gauge = this.#meter.createGauge(nextName());
      return (i, labels) => gauge.record(i, labels);
    }
    const advice = { explicitBucketBoundaries: BUCKETS };
    const histogram = this.#meter.createHistogram(nextName(), { advice });
    return (i, labels) => histogram.record(valueAt(i), labels);
  }
}
