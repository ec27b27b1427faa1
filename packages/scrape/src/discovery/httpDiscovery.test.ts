import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressGuard } from '../fetch/addressGuard.js';
import { OpenBudget, TestTarget } from '../testing/testTarget.suite.js';
import { discoverByHttp } from './httpDiscovery.js';
import { TargetSource } from './targetSource.js';

describe('discovery by HTTP', () => {
  let target: TestTarget;
  let source: TargetSource;
  let problems: string[];
  const budget = new OpenBudget();
  beforeEach(async () => {
    target = await TestTarget.start();
    problems = [];
    target.answer = (response) =>
      response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' }).end(target.text);
    target.text = JSON.stringify([{ targets: ['a:1'], labels: { a: 'x' } }, { targets: ['b:1'] }]);
    const url = `http://${target.address}/targets`;
    const config = {
      kind: 'http' as const,
      url,
      refreshMs: 50,
      http: {
        tls: { insecureSkipVerify: false },
        followRedirects: true,
        basicAuth: { username: 'u', password: { text: 'p' } },
      },
    };
    const onProblem = (error: unknown) => problems.push((error as Error).message);
    const context = {
      guard: new AddressGuard({ allowLinkLocal: false }),
      budget,
      userAgent: 'T/1',
      onProblem,
    };
    source = new TargetSource(config, (signal) => discoverByHttp(config, context, signal), {
      onChange: () => undefined,
      onProblem,
    });
  });
  afterEach(async () => {
    await source.close();
    await target.close();
    expect(budget.heldBytes).toBe(0);
  });

  const found = () =>
    [...source.groups].flatMap(({ targets, labels }) => targets.map((one) => ({ ...labels, ...one })));

  it('asks as Prometheus does', async () => {
    const url = `http://${target.address}/targets`;
    await expect.poll(found).toEqual([
      { __address__: 'a:1', a: 'x', __meta_url: url },
      { __address__: 'b:1', __meta_url: url },
    ]);
    expect(target.requests[0].headers).toMatchObject({
      accept: 'application/json',
      'x-prometheus-refresh-interval-seconds': '0.05',
      'user-agent': 'T/1',
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
    });
  });

  it('takes what the last answer has, and stays with it while there is no good one', async () => {
    await expect.poll(found).toHaveLength(2);
    target.text = JSON.stringify([{ targets: ['c:1'] }]);
    await expect.poll(() => found().map(({ __address__ }) => __address__)).toEqual(['c:1']);
    const { answer } = target;
    const bad = [
      () => {
        target.answer = (response) => response.writeHead(500).end();
      },
      () => {
        target.answer = (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('[]');
      },
      () => {
        target.answer = answer;
        target.text = '[{"targets": 5}]';
      },
    ];
    for (const make of bad) {
      problems.length = 0;
      make();
      await expect.poll(() => problems.length).toBeGreaterThan(1);
      expect(found()).toHaveLength(1);
    }
    target.text = '[]';
    await expect.poll(found).toEqual([]);
  });
});
