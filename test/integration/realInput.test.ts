import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnsweredSeries, labelsKey, readApiValue, seriesOf } from '../answers.js';
import { endSeconds, importScrapes, REAL_DATA, readRealData, WINDOW_BORDER_MS } from '../realData.js';
import { type SeriesFacts, scrapeFacts } from '../scrapeFacts.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

/** Reaches back over all data. */
const RANGE = '10m';

const FACTS = [
  ['count_over_time', 'count'],
  ['last_over_time', 'last'],
  ['min_over_time', 'min'],
  ['max_over_time', 'max'],
] as const;

/**
 * PromQL over the store against plain reading of the exposed text. NaN, which a summary without observations
 * exposes, counts as a sample and can be the last one, but is neither least nor greatest unless all are NaN.
 */
describe.each(REAL_DATA)('real input, $name', (data) => {
  const scrapes = data.isThere ? readRealData(data) : [];
  const facts = [...scrapeFacts(scrapes).values()].map(withoutEmptyLabels);
  let server: TestServer;
  beforeAll(async () => {
    if (!data.isThere) return;
    server = await startTestServer();
    await importScrapes(server.url, scrapes);
  });
  afterAll(() => server?.close());

  it.skipIf(!data.isThere)('has all that the answers could get wrong', () => {
    expect(facts.length).toBeGreaterThan(850);
    expect(scrapes.some(({ timeMs }) => timeMs < WINDOW_BORDER_MS)).toBe(true);
    expect(scrapes.some(({ timeMs }) => timeMs > WINDOW_BORDER_MS)).toBe(true);
    expect(facts.filter(({ last }) => Number.isNaN(last)).length).toBeGreaterThan(5);
    expect(facts.filter(({ increase }) => increase !== undefined && increase > 0).length).toBeGreaterThan(80);
    expect(new Set(facts.map(({ firstMs }) => firstMs)).size).toBeGreaterThan(3);
  });

  const answersAgree = () => {
    const instant = async (query: string) => {
      const answer = await getApi(server.url, '/api/v1/query', { query, time: endSeconds(scrapes) });
      expect(answer.status, answer.error).toBe('success');
      return seriesOf(answer);
    };

    it.skipIf(!data.isThere)('returns every sample that was sent, exactly', async () => {
      const series = await instant(`{__name__=~".+"}[${RANGE}]`);
      const found = new Map(series.map(({ labels, points }) => [labels, points]));
      expect(found.size).toBe(series.length);
      expect(found.size).toBe(facts.length);
      for (const { metric, labels, samples } of facts) {
        const key = labelsKey({ __name__: metric, ...labels });
        const received = found.get(key)?.map(([seconds, value]) => [seconds, readApiValue(value)]);
        const sent = samples.map(({ timeMs, value }) => [timeMs / 1000, value]);
        expect(received, key).toEqual(sent);
      }
    });

    it.skipIf(!data.isThere).each(FACTS)('has %s right for every series', async (func, fact) => {
      const answered = new Map<string, number>();
      for (const metric of new Set(facts.map((one) => one.metric))) {
        const values = valuesByLabels(await instant(`${func}(${metric}[${RANGE}])`));
        for (const [labels, value] of values) answered.set(`${metric} ${labels}`, value);
      }
      const name = (one: SeriesFacts) =>
        func === 'last_over_time' ? { __name__: one.metric, ...one.labels } : one.labels;
      const expected = facts.map((one) => [`${one.metric} ${labelsKey(name(one))}`, one[fact]]);
      expect(answered).toEqual(new Map(expected as [string, number][]));
    });

    it.skipIf(!data.isThere)('has last minus first right for every counter without a reset', async () => {
      const counters = facts.filter(({ increase }) => increase !== undefined);
      const answers = new Map<string, Map<string, number>>();
      for (const { metric, labels, firstMs, lastMs, increase } of counters) {
        const query = `${metric} @ ${lastMs / 1000} - ${metric} @ ${firstMs / 1000}`;
        const answer = answers.get(query) ?? valuesByLabels(await instant(query));
        answers.set(query, answer);
        expect(answer.get(labelsKey(labels)), `${query} ${labelsKey(labels)}`).toBe(increase);
      }
    });
  };

  describe('from the head', answersAgree);

  describe('from blocks, after a restart', () => {
    beforeAll(async () => {
      if (!data.isThere) return;
      await server.server.close();
      server = await startTestServer({ dataDir: server.dataDir });
    });
    answersAgree();
  });
});

/** A label without a value is as good as none in Prometheus' model. */
function withoutEmptyLabels(facts: SeriesFacts): SeriesFacts {
  const labels = Object.entries(facts.labels).filter(([, value]) => value !== '');
  return { ...facts, labels: Object.fromEntries(labels) };
}

function valuesByLabels(series: readonly AnsweredSeries[]): Map<string, number> {
  return new Map(series.map(({ labels, points }) => [labels, readApiValue(points[0][1])]));
}
