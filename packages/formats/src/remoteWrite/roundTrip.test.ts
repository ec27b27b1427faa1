import { Labels, METRIC_NAME, type MetricType, WriteBatch } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScrapes } from '../../../../test/scrapes.js';
import { decodeText } from '../text/decodeText.js';
import { decodeRemoteWrite } from './decodeRemoteWrite.js';
import { encodeRemoteWrite } from './encodeRemoteWrite.js';

const SIZE_BYTES_MAX = 1 << 24;

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string());
const name = text.filter((given) => given !== '' && given !== METRIC_NAME);
const labels = fc
  .tuple(name, fc.uniqueArray(fc.tuple(name, text), { selector: ([key]) => key, maxLength: 6 }))
  .map(([metric, others]) => Labels.from([[METRIC_NAME, metric], ...others]));
/** As its words, because a JavaScript number does not keep the payload of every NaN. */
const valueWords = fc.oneof(
  fc.tuple(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff)),
  fc.constantFrom([2, 0x7ff00000], [1, 0x7ff80000], [0, 0x80000000], [0, 0x7ff00000]),
);
const samples = fc.array(fc.record({ series: fc.nat(4), words: valueWords, timeMs: fc.maxSafeInteger() }), {
  maxLength: 20,
});
const exemplars = fc.array(
  fc.record({
    series: fc.nat(4),
    labels: fc.dictionary(
      name.filter((key) => key.length < 20),
      fc.string({ maxLength: 10 }),
      { maxKeys: 2 },
    ),
    value: fc.double(),
    timeMs: fc.maxSafeInteger(),
  }),
  { maxLength: 3 },
);
const metadata = fc.uniqueArray(
  fc.record({
    metric: name,
    type: fc.constantFrom<MetricType>('counter', 'gauge', 'histogram', 'summary', 'unknown'),
    help: text,
    unit: text,
  }),
  { selector: ({ metric }) => metric, maxLength: 4 },
);

describe('remote write', () => {
  it('reads back what it writes', () => {
    const series = fc.array(labels, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(series, samples, exemplars, metadata, (given, some, examples, families) => {
        const batch = new WriteBatch();
        for (const one of given) batch.addSeries(one);
        for (const [row, { series: index, words, timeMs }] of some.entries()) {
          batch.addSampleWords(index, timeMs, words[0], words[1], row);
        }
        for (const one of examples) {
          batch.exemplars.push({ ...one, labels: Labels.fromObject(one.labels) });
        }
        batch.metadata.push(...families);

        const decoded = new WriteBatch();
        const body = encodeRemoteWrite(batch);
        const { rows, refused } = decodeRemoteWrite(body, decoded, { sizeBytesMax: SIZE_BYTES_MAX });
        expect(refused).toEqual([]);
        expect(rows).toBe(some.length + examples.length + families.length);
        expect(samplesOf(decoded)).toEqual(samplesOf(batch));
        expect(exemplarsOf(decoded)).toEqual(exemplarsOf(batch));
        expect(decoded.metadata).toEqual(batch.metadata);
      }),
    );
  });

  it.each(['node-exporter', 'prometheus-server'])(
    'keeps the scrapes of %s, as the text gives them',
    (target) => {
      const file = new URL(`../../../../testdata/scrapes/${target}.scrapes.gz`, import.meta.url);
      for (const scrape of readScrapes(file)) {
        const fromText = new WriteBatch();
        decodeText(new TextEncoder().encode(scrape.text), fromText, { nowMs: scrape.timeMs });
        const decoded = new WriteBatch();
        const body = encodeRemoteWrite(fromText);
        const { rows, refusedCount } = decodeRemoteWrite(body, decoded, { sizeBytesMax: SIZE_BYTES_MAX });
        expect(refusedCount).toBe(0);
        expect(rows).toBe(fromText.sampleCount + fromText.metadata.length);
        expect(samplesOf(decoded)).toEqual(samplesOf(fromText));
        expect(decoded.metadata).toEqual(fromText.metadata);
        expect(body.length).toBeLessThan(decoded.arenaLength);
      }
    },
  );
});

/** Labels, time and the value's words of every sample, in order. */
function samplesOf(batch: WriteBatch): string[] {
  const words = batch.valueWords;
  return Array.from({ length: batch.sampleCount }, (_, i) => {
    const { key } = batch.labelsOf(batch.sampleSeries[i]);
    return `${key} @${batch.times[i]} ${words[2 * i]} ${words[2 * i + 1]}`;
  });
}

function exemplarsOf(batch: WriteBatch): unknown[] {
  return batch.exemplars.map(({ series, labels: own, value, timeMs }) => [
    batch.labelsOf(series).key,
    own.key,
    value,
    timeMs,
  ]);
}
