import { describe, expect, it } from 'vitest';
import type { Census } from '../api/operateTypes.js';
import { adviceFor } from './advice.js';
import { seriesText } from './seriesText.js';

function censusOf(values: Readonly<Record<string, number>>): Census {
  const byValues = Object.entries(values)
    .map(([label, count]) => ({ label, values: count }))
    .sort((a, b) => b.values - a.values);
  const within = { count: 250, limit: 1000, used: 0.25 };
  const created = { lastHour: 0, lastDay: 0, perHour: 0 };
  return {
    series: { active: within, indexed: within },
    memory: { indexBytes: 0 },
    metrics: { count: 1, activeSeriesLimit: 100, byActiveSeries: [], byIndexedSeries: [] },
    labels: { count: byValues.length, pairs: 0, byValues, bySeries: [] },
    pairs: [],
    growth: { since: '', series: created, byLastHour: [], byLastDay: [] },
  };
}

describe('what stops series', () => {
  it('begins with the label of most values that series do without', () => {
    const advice = adviceFor('http_requests_total', censusOf({ instance: 500, 'user.id': 240, path: 30 }));
    expect(advice.map(({ id }) => id)).toEqual(['label', 'drop', 'limit']);
    expect(advice[0].title).toBe('Leave out the label user.id');
    expect(advice[0].text).toContain("regex: 'user\\.id'");
    expect(advice[2].text).toContain('seriesPerMetric: 250');
  });

  it('names no label where all have few values, and writes any name as YAML', () => {
    const advice = adviceFor("it's {odd}", censusOf({ instance: 500, path: 3 }));
    expect(advice.map(({ id }) => id)).toEqual(['drop', 'limit']);
    expect(advice[0].text).toContain("regex: 'it''s \\{odd\\}'");
  });
});

describe('a series of a metric', () => {
  it('is written without the name that all of them have', () => {
    expect(seriesText({ __name__: 'm', a: 'x"y', b: '' }, 'm')).toBe('{a="x\\"y", b=""}');
    expect(seriesText({ __name__: 'm' }, 'm')).toBe('m');
  });
});
