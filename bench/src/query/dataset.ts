import { encodeRemoteWrite } from '@tinyobs/formats';
import { encodeLabels, Labels, WriteBatch } from '@tinyobs/model';

const STEP_MS = 15_000;
const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const FLEET_SHORT_MS = 300_000;

/** The data is sent in pieces of so much time: Prometheus takes nothing that is an hour older than the newest. */
const SLICE_MS = HOUR_MS / 2;
const SAMPLES_PER_BODY = 6000;

/**
 * Samples lie between the times that queries ask about: releases of Prometheus differ in whether a window
 * includes its start.
 */
const OFF_GRID_MS = 7000;

const INSTANCES = 10;
const ROUTES = 11;
const STATUSES = ['200', '201', '204', '304', '404', '500', '503'];
const BUCKETS = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '2.5', '5', '+Inf'];
const MODES = ['user', 'system', 'idle', 'iowait', 'irq', 'softirq', 'nice', 'steal'];

/** How much of each part there is. */
export interface DatasetSize {
  /** Of the shop before the end; a multiple of half an hour, and a day for the queries to find what they name. */
  readonly shopSpanMs: number;
  readonly fleetSeries: number;
  readonly fleetLongSeries: number;
}

export const FULL_SIZE: DatasetSize = { shopSpanMs: DAY_MS, fleetSeries: 100_000, fleetLongSeries: 32_000 };
export const SMALL_SIZE: DatasetSize = { shopSpanMs: HOUR_MS, fleetSeries: 1000, fleetLongSeries: 320 };
/** What a dashboard shows, without the fleet. */
export const SHOP_SIZE: DatasetSize = { shopSpanMs: DAY_MS, fleetSeries: 0, fleetLongSeries: 0 };
export const SMALL_SHOP_SIZE: DatasetSize = { ...SHOP_SIZE, shopSpanMs: HOUR_MS };

interface Series {
  readonly labels: Uint8Array;
  readonly spanMs: number;
  readonly valueAt: (step: number) => number;
}

/** The same series with the same values in every run; only the time they end at differs. */
export class Dataset {
  /** A multiple of 5 minutes: steps of the panel divide it, so that no server moves it to its own grid. */
  readonly endMs: number;
  readonly seriesCount: number;
  readonly samples: number;
  readonly #series: readonly Series[];

  constructor(nowMs: number, size: DatasetSize) {
    this.endMs = Math.floor(nowMs / 300_000) * 300_000;
    this.#series = [...shopSeries(size), ...fleetSeries(size)];
    this.seriesCount = this.#series.length;
    this.samples = this.#series.reduce((sum, { spanMs }) => sum + spanMs / STEP_MS, 0);
  }

  /** Remote write bodies, oldest first, in groups whose bodies may be sent in any order. */
  *slices(): Generator<Generator<Uint8Array>> {
    const longestMs = Math.max(...this.#series.map(({ spanMs }) => spanMs));
    for (let from = -longestMs; from < 0; from += SLICE_MS) yield this.bodies(from, from + SLICE_MS);
  }

  /** Bodies of all series between two times, as ms from the end, which is 0: after it the series go on. */
  *bodies(fromMs: number, toMs: number): Generator<Uint8Array> {
    const batch = new WriteBatch();
    for (const { labels, spanMs, valueAt } of this.#series) {
      const first = Math.max(fromMs, -spanMs);
      if (first >= toMs) continue;
      const start = batch.reserveArena(labels.length);
      batch.arena.set(labels, start);
      const index = batch.commitSeries(start + labels.length);
      for (let at = first; at < toMs; at += STEP_MS) {
        const value = valueAt((at + DAY_MS) / STEP_MS);
        batch.addSample(index, this.endMs + at + OFF_GRID_MS, value, batch.sampleCount);
      }
      if (batch.sampleCount < SAMPLES_PER_BODY) continue;
      yield encodeRemoteWrite(batch);
      batch.clear();
    }
    if (batch.sampleCount > 0) yield encodeRemoteWrite(batch);
  }
}

/** A web shop on ten machines for a day: 770 counters, histograms of 88 buckets, 80 CPU counters, 20 gauges. */
function* shopSeries({ shopSpanMs }: DatasetSize): Generator<Series> {
  const shop = (name: string, labels: Record<string, string>, valueAt: Series['valueAt']): Series => ({
    labels: bytesOf({ __name__: name, ...labels }),
    spanMs: shopSpanMs,
    valueAt,
  });
  let seed = 0;
  for (let one = 0; one < INSTANCES; one++) {
    const instance = { job: 'shop', instance: `10.0.0.${one}:9100`, region: 'eu-1' };
    for (let route = 0; route < ROUTES; route++) {
      for (const status of STATUSES) {
        const labels = { ...instance, method: 'GET', route: `/api/v1/items/${route}`, status };
        yield shop('shop_requests_total', labels, counter(seed++));
      }
    }
    for (const mode of MODES) {
      yield shop('shop_cpu_seconds_total', { ...instance, mode }, secondsCounter(seed++));
    }
    yield shop('shop_memory_bytes', instance, (step) => 2e8 + 4096 * noise(one, step));
    yield shop('shop_queue_length', instance, (step) => noise(one + 5, step));
    if (one >= 8) continue;
    for (const [bucket, le] of BUCKETS.entries()) {
      const valueAt = (step: number) => step * (bucket + 1) * (3 + one) + Math.floor(step / 7);
      yield shop('shop_request_seconds_bucket', { ...instance, le }, valueAt);
    }
  }
}

/** A large fleet: all series for the last minutes, part of them for an hour. */
function* fleetSeries({ fleetSeries, fleetLongSeries }: DatasetSize): Generator<Series> {
  for (let one = 0; one < fleetSeries; one++) {
    const isLong = one < fleetLongSeries;
    const labels = bytesOf({
      __name__: 'fleet_events_total',
      job: 'fleet',
      instance: `10.1.${(one >> 4) % 256}.${(one >> 12) % 256}:9100`,
      namespace: 'production',
      pod: `fleet-${((one >> 4) * 2654435761) % 0xffffff}-x${one >> 4}`,
      kind: `kind-${one % 16}`,
      tier: isLong ? 'long' : 'short',
      zone: `zone-${(one >> 4) % 3}`,
    });
    yield { labels, spanMs: isLong ? HOUR_MS : FLEET_SHORT_MS, valueAt: counter(one) };
  }
}

function bytesOf(labels: Record<string, string>): Uint8Array {
  return encodeLabels(Labels.fromObject(labels));
}

/** Whole numbers that grow at a rate of their own with a little noise. */
function counter(seed: number): Series['valueAt'] {
  return (step) => step * (10 + (seed % 90)) + (noise(seed, step) % 10);
}

function secondsCounter(seed: number): Series['valueAt'] {
  return (step) => (step * (100 + (seed % 90)) + (noise(seed, step) % 10)) / 100;
}

function noise(seed: number, step: number): number {
  return (seed * 7919 + step * 104_729) % 97;
}
