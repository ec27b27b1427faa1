import { decodeRemoteWrite } from '@tinyobs/formats';
import { WriteBatch } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { countingWindows } from './countSamples.js';
import { labelsOf, selectorsOf, valueAt } from './madeSeries.js';
import { made, STEP_MS } from './workloads.js';
import { SAMPLES_PER_BODY, seriesTemplate, WriteBodies } from './writeBodies.js';

const NOW_MS = 1_800_000_007_000;

describe('bodies of the load generator', () => {
  it('are what a decoder reads back', () => {
    const bodies = new WriteBodies();
    const samples = Array.from({ length: 300 }, (_, i) => ({
      series: i % 70,
      timeMs: NOW_MS + i,
      value: (i - 5) / 7,
    }));
    for (const { series, timeMs, value } of samples)
      bodies.add(seriesTemplate(labelsOf(series)), timeMs, value);
    expect(decoded(bodies.take())).toEqual(
      samples.map(({ series, timeMs, value }) => ({ labels: labelsOf(series).flat, timeMs, value })),
    );
    expect(bodies.samples).toBe(0);
  });

  it('hold every sample of a workload, each series on one connection', () => {
    const { lanes, sent } = made('test', 3000, 5).build(NOW_MS);
    const found = lanes.map((bodies) => bodies.flatMap(decoded));
    expect(sent).toMatchObject({ samples: 15_000, nanSamples: 0, endMs: NOW_MS - (NOW_MS % STEP_MS) });
    expect(found.flat().length).toBe(15_000);
    const keys = found.map((samples) => new Set(samples.map(({ labels }) => labels.join())));
    expect(new Set(keys.flatMap((some) => [...some])).size).toBe(3000);
    expect(keys.reduce((sum, some) => sum + some.size, 0)).toBe(3000);
    expect(Math.max(...lanes.flat().map((body) => decoded(body).length))).toBe(SAMPLES_PER_BODY);
    for (const samples of found) {
      expect(samples.every(({ timeMs }, i) => i === 0 || timeMs >= samples[i - 1].timeMs)).toBe(true);
    }
  });

  it('have values without a period that a compressor would find', () => {
    const steps = Array.from({ length: 97 * 4 }, (_, step) => valueAt(2, step));
    for (let period = 1; period <= 97 * 2; period++) {
      const same = steps.filter((value, i) => value === steps[i + period]).length;
      expect(same).toBeLessThan(steps.length / 10);
    }
  });
});

describe('counting samples', () => {
  it('asks for windows that meet and cover all times, of no more samples than servers read at once', () => {
    const startMs = NOW_MS - 239 * STEP_MS;
    const sent = { samples: 24e6, nanSamples: 0, startMs, endMs: NOW_MS, selectors: selectorsOf(100_000) };
    const windows = countingWindows(sent);
    expect(windows[0].endMs).toBeGreaterThanOrEqual(NOW_MS);
    expect(windows.length).toBe(3);
    for (const [i, { endMs, spanMs }] of windows.entries()) {
      expect((spanMs / STEP_MS) * (sent.samples / 240 / sent.selectors.length)).toBeLessThanOrEqual(2e6);
      expect(endMs - spanMs).toBe(windows[i + 1]?.endMs ?? endMs - spanMs);
    }
    const last = windows[windows.length - 1];
    expect(last.endMs - last.spanMs).toBeLessThan(startMs);
  });

  it('names every metric once', () => {
    const names = new Set(Array.from({ length: 450_000 / 997 }, (_, i) => labelsOf(i * 997).metricName));
    const selectors = selectorsOf(450_000);
    expect(new Set(selectors).size).toBe(selectors.length);
    expect(
      [...names].filter((name) => !selectors.some((selector) => selector.startsWith(`${name}{`))),
    ).toEqual([]);
  });
});

function decoded(body: Uint8Array): { labels: readonly string[]; timeMs: number; value: number }[] {
  const batch = new WriteBatch();
  decodeRemoteWrite(body, batch, { sizeBytesMax: 1 << 20 });
  return Array.from({ length: batch.sampleCount }, (_, i) => ({
    labels: batch.labelsOf(batch.sampleSeries[i]).flat,
    timeMs: batch.times[i],
    value: batch.values[i],
  }));
}
