import { Labels, METRIC_NAME, WriteBatch } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { scrapeFacts } from '../../../test/scrapeFacts.js';
import { readScrapes, withTimestamps } from '../../../test/scrapes.js';
import { decodeText } from './text/decodeText.js';

describe.each(['node-exporter', 'prometheus-server'])('the scrapes of %s, with their times', (target) => {
  const scrapes = [
    ...readScrapes(new URL(`../../../testdata/scrapes/${target}.scrapes.gz`, import.meta.url)),
  ];

  it('decode to what a plain reading of the text finds for every series', () => {
    const batch = new WriteBatch();
    for (const scrape of scrapes) {
      const body = new TextEncoder().encode(withTimestamps(scrape));
      expect(decodeText(body, batch, { nowMs: 0 }).refusedCount).toBe(0);
    }
    const facts = scrapeFacts(scrapes);
    const decoded = valuesBySeries(batch);
    expect(facts.size).toBeGreaterThan(270);
    expect(decoded.size).toBe(facts.size);
    for (const expected of facts.values()) {
      const key = Labels.fromObject({ ...expected.labels, [METRIC_NAME]: expected.metric }).key;
      const { times, values } = decoded.get(key) ?? { times: [], values: [] };
      const numbers = values.filter((value) => !Number.isNaN(value));
      expect({
        count: values.length,
        firstMs: times[0],
        lastMs: times.at(-1),
        first: values[0],
        last: values.at(-1),
        min: numbers.length === 0 ? Number.NaN : Math.min(...numbers),
        max: numbers.length === 0 ? Number.NaN : Math.max(...numbers),
      }).toEqual({
        count: expected.count,
        firstMs: expected.firstMs,
        lastMs: expected.lastMs,
        first: expected.first,
        last: expected.last,
        min: expected.min,
        max: expected.max,
      });
    }
  });
});

function valuesBySeries(batch: WriteBatch): Map<string, { times: number[]; values: number[] }> {
  const found = new Map<string, { times: number[]; values: number[] }>();
  for (let sample = 0; sample < batch.sampleCount; sample++) {
    const { key } = batch.labelsOf(batch.sampleSeries[sample]);
    const series = found.get(key) ?? { times: [], values: [] };
    found.set(key, series);
    series.times.push(batch.times[sample]);
    series.values.push(batch.values[sample]);
  }
  return found;
}
