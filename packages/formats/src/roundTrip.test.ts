import {
  isStaleAt,
  Labels,
  METRIC_NAME,
  type MetricMetadata,
  type MetricType,
  WriteBatch,
} from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScrapes } from '../../../test/scrapes.js';
import { decodeJson } from './json/decodeJson.js';
import { encodeJson } from './json/encodeJson.js';
import { decodeOpenMetrics } from './text/decodeOpenMetrics.js';
import { decodeText } from './text/decodeText.js';
import { encodeOpenMetrics } from './text/encodeOpenMetrics.js';
import { encodeText } from './text/encodeText.js';
import type { TextSample } from './text/expositionEncoder.js';

const NOW_MS = 1_000_000;
const encoder = new TextEncoder();

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('\\', '"', '\n', '\ufeff', '\r', '\\n'),
);
const labelName = fc
  .oneof(fc.constantFrom('a', 'le', 'quantile', '__proto__', 'net.peer'), text)
  .filter((name) => name !== '' && name !== METRIC_NAME);
const metricName = fc.oneof(
  fc.constantFrom('up', 'h', 'h_bucket', 'h_sum', 'h_count', 'a.b'),
  text.filter((name) => name !== '' && !/^(?:nan|inf)$/i.test(name)),
);
const labels = fc
  .tuple(metricName, fc.dictionary(labelName, text, { maxKeys: 5 }))
  .map(([name, others]) => Labels.from([[METRIC_NAME, name], ...Object.entries(others)]));
const value = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1e6, 1e21, 1e-7, 0.0001, Number.NaN, Infinity, -Infinity),
);
const timeMs = fc.maxSafeInteger();
const help = text.filter((line) => !/^[ \t]|\r$/.test(line));
const metadataOf = (types: MetricType[]): fc.Arbitrary<MetricMetadata[]> =>
  fc.uniqueArray(
    fc.record({
      metric: fc.constantFrom('h', 'up', 'h_count', 'a.b'),
      type: fc.constantFrom(...types),
      help,
      unit: fc.constant(''),
    }),
    { selector: (family) => family.metric },
  );
const anyMetadata = metadataOf(['counter', 'gauge', 'histogram', 'summary', 'unknown']);

describe('text', () => {
  it('reads back what it writes', () => {
    const sample: fc.Arbitrary<TextSample> = fc.record({
      labels,
      value,
      timeMs: fc.option(timeMs, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 8 }), anyMetadata, (series, metadata) => {
        const families = new Map(metadata.map((family) => [family.metric, family]));
        const written = encodeText({ series, metadata: (family) => families.get(family) });
        const batch = new WriteBatch();
        const { refused, rows } = decodeText(encoder.encode(written), batch, { nowMs: NOW_MS });
        expect(refused).toEqual([]);
        expect(rows).toBe(series.length);
        expect(contentOf(batch)).toEqual(
          series.map((one) => describeSample(one.labels, one.value, one.timeMs ?? NOW_MS)).sort(),
        );
        for (const family of batch.metadata) expect(family).toEqual(families.get(family.metric));
      }),
    );
  });

  it.each(['node-exporter', 'prometheus-server'])(
    'keeps every sample and family of the scrapes of %s',
    (target) => {
      for (const scrape of readScrapes(
        new URL(`../../../testdata/scrapes/${target}.scrapes.gz`, import.meta.url),
      )) {
        const first = new WriteBatch();
        const { refusedCount, rows } = decodeText(encoder.encode(scrape.text), first, {
          nowMs: scrape.timeMs,
        });
        expect(refusedCount).toBe(0);
        expect(rows).toBe(scrape.text.match(/^[^#\n]/gm)?.length);
        expect(first.sampleCount).toBe(rows);

        const written = encodeText({ series: samplesOf(first), metadata: lookupIn(first) });
        const second = new WriteBatch();
        expect(decodeText(encoder.encode(written), second, { nowMs: 0 }).refusedCount).toBe(0);
        expect(contentOf(second)).toEqual(contentOf(first));
        expect(second.metadata).toHaveLength(first.metadata.length);
        expect(new Set(second.metadata.map(describeFamily))).toEqual(
          new Set(first.metadata.map(describeFamily)),
        );

        const asJson = new WriteBatch();
        decodeJson(encoder.encode(encodeJson(first)), asJson, { nowMs: 0 });
        expect(contentOf(asJson)).toEqual(contentOf(first));
      }
    },
  );
});

describe('openmetrics', () => {
  const exemplar = fc.record({
    labels: fc
      .dictionary(
        labelName.filter((name) => name.length < 20),
        fc.string({ maxLength: 20 }),
        { maxKeys: 3 },
      )
      .map((object) => Labels.fromObject(object)),
    value,
    timeMs: fc.option(timeMs, { nil: undefined }),
  });
  const sample: fc.Arbitrary<TextSample> = fc.record({
    labels,
    value,
    timeMs: fc.option(timeMs, { nil: undefined }),
    exemplar: fc.option(exemplar, { nil: undefined }),
  });
  const metadata = metadataOf(['gauge', 'histogram', 'gaugehistogram', 'summary', 'stateset', 'unknown']);

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 8 }), metadata, (series, known) => {
        const families = new Map(known.map((family) => [family.metric, family]));
        const written = encodeOpenMetrics({ series, metadata: (family) => families.get(family) });
        const batch = new WriteBatch();
        const { refused, rows } = decodeOpenMetrics(encoder.encode(written), batch, { nowMs: NOW_MS });
        expect(refused).toEqual([]);
        expect(rows).toBe(series.length);
        expect(contentOf(batch)).toEqual(
          series.map((one) => describeSample(one.labels, one.value, one.timeMs ?? NOW_MS)).sort(),
        );
        for (const family of batch.metadata) expect(family).toEqual(families.get(family.metric));
        for (const { series: index, labels: own, timeMs: time } of batch.exemplars) {
          const found = series.filter((one) => one.labels.key === batch.labelsOf(index).key);
          expect(found.map((one) => one.exemplar?.labels.key)).toContain(own.key);
          expect(found.map((one) => one.exemplar?.timeMs ?? one.timeMs ?? NOW_MS)).toContain(time);
        }
      }),
    );
  });

  it.each(['node-exporter', 'prometheus-server'])('keeps the scrapes of %s', (target) => {
    for (const scrape of readScrapes(
      new URL(`../../../testdata/scrapes/${target}.scrapes.gz`, import.meta.url),
    )) {
      const text = new WriteBatch();
      decodeText(encoder.encode(scrape.text), text, { nowMs: scrape.timeMs });
      const first = readOpenMetrics(writeOpenMetrics(text));
      expect(contentOf(first)).toEqual(contentOf(withPointsInBounds(text)));
      // A counter whose family would have the name of a gauge is none in OpenMetrics.
      const isClash = ({ metric }: MetricMetadata) =>
        lookupIn(text)(metric.replace(/_total$/, '')) !== undefined;
      const expected = text.metadata.map((family) =>
        family.type === 'counter' && (isClash(family) || !family.metric.endsWith('_total'))
          ? { ...family, type: 'unknown' as const }
          : family,
      );
      expect(new Set(first.metadata.map(describeFamily))).toEqual(new Set(expected.map(describeFamily)));

      const second = readOpenMetrics(writeOpenMetrics(first));
      expect(contentOf(second)).toEqual(contentOf(first));
      expect(second.metadata).toEqual(first.metadata);
    }
  });
});

describe('json', () => {
  it('reads back what it writes', () => {
    const sample = fc.record({ labels, value: fc.oneof(value, fc.constant('stale' as const)), timeMs });
    // A family whose own name ends like a part of a histogram has no spelling of its own in JSON.
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 8 }), anyMetadata, (samples, metadata) => {
        const batch = new WriteBatch();
        for (const [row, one] of samples.entries()) {
          const series = batch.addSeries(one.labels);
          if (one.value === 'stale') batch.addStaleMarker(series, one.timeMs, row);
          else batch.addSample(series, one.timeMs, one.value, row);
        }
        batch.metadata.push(
          ...metadata.filter(({ metric, type }) => metric !== 'h_count' || type === 'gauge'),
        );
        const decoded = new WriteBatch();
        const { refused, rows } = decodeJson(encoder.encode(encodeJson(batch)), decoded, { nowMs: NOW_MS });
        expect(refused).toEqual([]);
        expect(rows).toBe(samples.length);
        expect(contentOf(decoded)).toEqual(contentOf(batch));
        for (const family of decoded.metadata) expect(batch.metadata).toContainEqual(family);
      }),
    );
  });
});

function writeOpenMetrics(batch: WriteBatch): string {
  return encodeOpenMetrics({ series: samplesOf(batch), metadata: lookupIn(batch) });
}

function readOpenMetrics(text: string): WriteBatch {
  const batch = new WriteBatch();
  expect(decodeOpenMetrics(encoder.encode(text), batch, { nowMs: 0 }).refused).toEqual([]);
  return batch;
}

/** The bounds of buckets and quantiles as OpenMetrics has them; those of the scrapes have no exponents. */
function withPointsInBounds(batch: WriteBatch): WriteBatch {
  const pointed = new WriteBatch();
  for (const [row, { labels: before, value, timeMs = 0 }] of [...samplesOf(batch)].entries()) {
    let after = before;
    for (const bound of ['le', 'quantile'])
      after = after.with(bound, before.get(bound).replace(/^\d+$/, '$&.0'));
    pointed.addSample(pointed.addSeries(after), timeMs, value, row);
  }
  return pointed;
}

function* samplesOf(batch: WriteBatch): Iterable<TextSample> {
  for (let i = 0; i < batch.sampleCount; i++) {
    yield { labels: batch.labelsOf(batch.sampleSeries[i]), value: batch.values[i], timeMs: batch.times[i] };
  }
}

function lookupIn(batch: WriteBatch): (family: string) => MetricMetadata | undefined {
  const families = new Map(batch.metadata.map((family) => [family.metric, family]));
  return (family) => families.get(family);
}

/** All samples as text, in one order for every order they came in. */
function contentOf(batch: WriteBatch): string[] {
  const samples = [...samplesOf(batch)].map((sample, i) =>
    describeSample(sample.labels, isStaleAt(batch.valueWords, i) ? 'stale' : sample.value, sample.timeMs),
  );
  return samples.sort();
}

function describeSample(labels: Labels, value: number | 'stale', timeMs: number | undefined): string {
  return `${labels} ${Object.is(value, -0) ? '-0' : value} @${timeMs}`;
}

function describeFamily({ metric, type, help, unit }: MetricMetadata): string {
  return JSON.stringify([metric, type, help, unit]);
}
