import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesOf } from '../answers.js';
import { hasPrometheus, type Prometheus } from '../prometheus.js';
import { runSeed, seededRandom } from '../random.js';
import { getApi, type QueryAnswer, startTestServer, type TestServer } from '../testServer.js';
import { loadBoth, makeSamples, startWritablePrometheus } from './promqlDifferentialData.js';
import { type GeneratedQuery, QueryGenerator } from './promqlDifferentialQueries.js';
import { type Answers, differenceBetween, RULES, type Rule } from './promqlDifferentialRules.js';

const SEED = runSeed();
const QUERIES = process.env.TEST_SCALE === 'full' ? 5000 : 300;
/** Parts of the queries: more would mean that the rules or the generator have lost their aim. */
const RULED_MAX = 0.05;
const EMPTY_MAX = 0.35;
const FAILED_MAX = 0.1;

const isInstalled = hasPrometheus();

describe.skipIf(!isInstalled)(`generated queries (TEST_SEED=${SEED})`, () => {
  let folder: string;
  let server: TestServer;
  let prometheus: Prometheus;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-differential-'));
    const config = join(folder, 'prometheus.yml');
    writeFileSync(config, '{}');
    [server, prometheus] = await Promise.all([
      startTestServer(),
      startWritablePrometheus(join(folder, 'data'), config),
    ]);
    await loadBoth(makeSamples(SEED), { ours: server.url, theirs: prometheus.url });
  });
  afterAll(async () => {
    await Promise.all([server?.close(), prometheus?.stop()]);
    await rm(folder, { recursive: true });
  });

  const askBoth = async (query: GeneratedQuery): Promise<Answers> => {
    const [ours, theirs] = await Promise.all([ask(server.url, query), ask(prometheus.url, query)]);
    return { ours, theirs };
  };

  it('are answered as by Prometheus 2.42, but for changes since then', { timeout: 600_000 }, async () => {
    const generator = new QueryGenerator(seededRandom(SEED));
    const unexplained: string[] = [];
    const count = { ruled: 0, empty: 0, failed: 0 };
    for (let i = 0; i < QUERIES; i++) {
      const query = generator.next();
      const answers = await askBoth(query);
      if (answers.theirs.status === 'error') count.failed++;
      else if (seriesOf(answers.theirs).length === 0) count.empty++;
      const difference = differenceBetween(answers);
      if (difference === undefined) continue;
      count.ruled++;
      if (!explainedBy(answers, query)) unexplained.push(`${JSON.stringify(query)}: ${difference}`);
    }
    process.stdout.write(
      `differential test: ${QUERIES} queries, ${count.empty} empty, ${count.failed} failing alike, ` +
        `${count.ruled} different, ${unexplained.length} unexplained (TEST_SEED=${SEED})\n`,
    );
    expect(unexplained).toEqual([]);
    expect(count.ruled).toBeLessThanOrEqual(RULED_MAX * QUERIES);
    expect(count.empty).toBeLessThanOrEqual(EMPTY_MAX * QUERIES);
    expect(count.failed).toBeLessThanOrEqual(FAILED_MAX * QUERIES);
  });

  it.each(RULES)('differ where it is known: $name', async (rule) => {
    const answers = await askBoth(rule.example);
    expect(rule.applies(rule.example)).toBe(true);
    expect(differenceBetween(answers), `the rule "${rule.name}" is not needed`).toBeDefined();
    expect(rule.differenceLeft(answers, rule.example)).toBeUndefined();
  });

  it('have few rules for differences', () => {
    expect(RULES.length).toBeLessThanOrEqual(12);
  });
});

function explainedBy(answers: Answers, query: GeneratedQuery): Rule | undefined {
  return RULES.find((rule) => rule.applies(query) && rule.differenceLeft(answers, query) === undefined);
}

function ask(url: string, { text, startS, endS, stepS }: GeneratedQuery): Promise<QueryAnswer> {
  if (stepS === undefined) return getApi(url, '/api/v1/query', { query: text, time: startS });
  return getApi(url, '/api/v1/query_range', { query: text, start: startS, end: endS, step: stepS });
}
