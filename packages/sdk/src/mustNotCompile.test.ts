import { describe, expect, it } from 'vitest';
import { createClient } from './createClient.js';
import type { Problem } from './reporter.js';

/**
 * What must not compile. The check of the types of tests fails at a line below that does; running them shows that
 * none throws, which is what an app in JavaScript meets.
 */
describe('calls that do not compile', () => {
  it('do not throw either', () => {
    const problems: Problem[] = [];
    const onError = (problem: Problem) => problems.push(problem);
    const client = createClient({ service: 'shop', runtimeMetrics: false, onError });
    counters(client);
    others(client);
    expect(problems.length).toBeGreaterThan(0);
  });
});

function counters(client: ReturnType<typeof createClient>): void {
  const typed = client.counter<'method' | 'status'>('typed_total', { labelNames: ['method', 'status'] });
  typed.inc({ method: 'GET', status: 200 });
  // @ts-expect-error a label is missing
  typed.inc({ method: 'GET' });
  // @ts-expect-error a label too many
  typed.inc({ method: 'GET', status: 200, code: 1 });
  // @ts-expect-error no labels at all
  typed.inc();
  // @ts-expect-error a value without labels
  typed.inc(3);
  // @ts-expect-error a label value that is an object
  typed.inc({ method: {}, status: 200 });
  // @ts-expect-error a value that is a text
  typed.inc({ method: 'GET', status: 200 }, '3');
  // @ts-expect-error a name that is not declared
  typed.labels({ method: 'GET', code: 200 });
  // @ts-expect-error a removal without labels
  typed.remove();
  // @ts-expect-error an exemplar whose label is a number
  typed.inc({ method: 'GET', status: 200 }, 1, { exemplar: { trace_id: 7 } });

  const inferred = client.counter('inferred_total', { labelNames: ['queue'] });
  inferred.inc({ queue: 'mail' });
  // @ts-expect-error the names are known from labelNames
  inferred.inc({ queues: 'mail' });
  // @ts-expect-error labelNames other than the type says
  client.counter<'a'>('other_total', { labelNames: ['b'] });

  const bare = client.counter('bare_total', { labelNames: [] });
  bare.inc(2);
  // @ts-expect-error a metric without labels takes none
  bare.inc({ method: 'GET' });

  const any = client.counter('any_total');
  any.inc();
  any.inc({ whatever: true }, 2);
  // @ts-expect-error neither labels nor a number
  any.inc('3');
  // @ts-expect-error counters are not set
  expect(() => any.set(3)).toThrow(TypeError);
}

function others(client: ReturnType<typeof createClient>): void {
  const gauge = client.gauge('g', { labelNames: ['queue'] });
  // @ts-expect-error a value is missing
  gauge.set({ queue: 'mail' });
  // @ts-expect-error labels are missing
  gauge.setToCurrentTime();

  const histogram = client.histogram('h_seconds', { labelNames: ['route'] });
  // @ts-expect-error labels are missing
  histogram.observe(0.2);
  // @ts-expect-error labels are missing
  histogram.time(() => 1);
  const stop = histogram.startTimer();
  // @ts-expect-error labels are missing
  stop();
  const seven: number = histogram.time({ route: '/' }, () => 7);
  expect(seven).toBe(7);
  // @ts-expect-error buckets are numbers
  client.histogram('texts_seconds', { buckets: ['1'] });

  const door = client.stateSet('door', { states: ['open', 'closed'] });
  door.set('open');
  // @ts-expect-error no such state
  door.set('ajar');

  const build = client.info('build_info', { labelNames: ['version'] });
  // @ts-expect-error no such label
  build.set({ commit: 'abc' });

  client.observableGauge('read', (observe) => observe({ pool: 'a' }, 1), { labelNames: ['pool'] });
  // @ts-expect-error a label of another name
  client.observableGauge('misread', (observe) => observe({ pond: 'a' }, 1), { labelNames: ['pool'] });
  // @ts-expect-error a reading that gives a text
  client.observableGauge('text', () => 'many');
}
