import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { afterEach, describe, expect, it } from 'vitest';
import { startShownClient } from '../shown.suite.js';

/** Without anything asynchronous, what is active is what `with` was called with last. */
class SynchronousContexts implements ContextManager {
  #active: Context = ROOT_CONTEXT;

  active(): Context {
    return this.#active;
  }

  with<Args extends unknown[], Work extends (...args: Args) => ReturnType<Work>>(
    active: Context,
    work: Work,
    thisArg?: ThisParameterType<Work>,
    ...args: Args
  ): ReturnType<Work> {
    const before = this.#active;
    this.#active = active;
    try {
      return work.call(thisArg, ...args);
    } finally {
      this.#active = before;
    }
  }

  bind<Target>(_context: Context, target: Target): Target {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

function inSpan(traceFlags: TraceFlags, work: () => void): void {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const spanContext = { traceId, spanId: 'b7ad6b7169203331', traceFlags };
  context.with(trace.setSpan(context.active(), trace.wrapSpanContext(spanContext)), work);
}

type Started = ReturnType<typeof startShownClient>;

/** The exemplars of a client, by the sample they are of. */
async function exemplars({ client }: Started): Promise<Record<string, string>> {
  const { body } = await client.expose({ openMetrics: true });
  const found = body.matchAll(/^(\S+) \S+ # (.*)$/gm);
  return Object.fromEntries(Array.from(found, ([, sample, exemplar]) => [sample, exemplar]));
}

afterEach(() => context.disable());

const ACTIVE = '{trace_id="0af7651916cd43dd8448eb211c80319c",span_id="b7ad6b7169203331"}';

describe('exemplars', () => {
  it('lead to the active trace, when it is kept', async () => {
    context.setGlobalContextManager(new SynchronousContexts());
    const started = startShownClient();
    const counter = started.client.counter('a_total', { labelNames: [] });
    const histogram = started.client.histogram('h', { labelNames: [], buckets: [1, 2] });
    const bound = started.client.counter('b_total').labels({ x: 1 });
    inSpan(TraceFlags.SAMPLED, () => {
      counter.inc(3);
      bound.inc();
      histogram.observe(0.5);
      histogram.observe(0.75);
    });
    inSpan(TraceFlags.NONE, () => histogram.observe(1.5));
    histogram.observe(5);
    expect(await exemplars(started)).toEqual({
      a_total: `${ACTIVE} 3 1700000000`,
      'b_total{x="1"}': `${ACTIVE} 1 1700000000`,
      'h_bucket{le="1"}': `${ACTIVE} 0.75 1700000000`,
    });
  });

  it('are looked for from the next collection on, when tracing begins later', async () => {
    const started = startShownClient();
    const counter = started.client.counter('a_total', { labelNames: [] });
    context.setGlobalContextManager(new SynchronousContexts());
    inSpan(TraceFlags.SAMPLED, () => counter.inc());
    expect(await exemplars(started)).toEqual({});
    inSpan(TraceFlags.SAMPLED, () => counter.inc());
    expect(Object.keys(await exemplars(started))).toEqual(['a_total']);
  });

  it('survive a tracer that is none', async () => {
    const broken = () => {
      throw new Error('broken');
    };
    context.setGlobalContextManager(Object.assign(new SynchronousContexts(), { active: broken }));
    const started = startShownClient();
    started.client.counter('a_total').inc();
    expect(await exemplars(started)).toEqual({});
    expect((await started.client.expose()).body).toContain('\na_total 1\n');
  });

  it('may be given, and go with a removal and a reset', async () => {
    const started = startShownClient();
    const counter = started.client.counter('a_total', { labelNames: ['user'] });
    const exemplar = { trace_id: 'x' };
    counter.inc({ user: 1 }, 1, { exemplar });
    counter.inc({ user: 2 }, 1, { exemplar });
    exemplar.trace_id = 'changed';
    counter.inc({ user: 1 });
    expect(Object.values(await exemplars(started))).toEqual([
      '{trace_id="x"} 1 1700000000',
      '{trace_id="x"} 1 1700000000',
    ]);
    counter.remove({ user: 1 });
    counter.inc({ user: 3 });
    expect(Object.keys(await exemplars(started))).toEqual(['a_total{user="2"}']);
    counter.reset();
    expect(await exemplars(started)).toEqual({});
  });

  it.each([
    ['a long text', { trace_id: 'x'.repeat(130) }],
    ['a name that is none', { 'trace-id': 'x' }],
    ['a number', { trace_id: 7 }],
    ['no object', 'x'],
  ])('that cannot be are told, and the sample counts: %s', async (_what, exemplar) => {
    const started = startShownClient();
    const given = { exemplar: exemplar as Record<string, string> };
    started.client.histogram('h', { labelNames: [] }).observe(1, given);
    expect(await exemplars(started)).toEqual({});
    expect(started.problems.map(({ code }) => code)).toEqual(['invalid_exemplar']);
    expect((await started.client.expose()).body).toContain('\nh_count 1\n');
  });

  it('are bounded in number, and the oldest go', async () => {
    const started = startShownClient({ seriesPerMetric: 2_000 });
    const counter = started.client.counter('a_total', { labelNames: ['i'] });
    for (let i = 0; i < 1_500; i++) counter.inc({ i }, 1, { exemplar: { trace_id: 'x' } });
    const kept = Object.keys(await exemplars(started));
    expect(kept.length).toBe(1_000);
    expect(kept[0]).toBe('a_total{i="500"}');
  });
});
