import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkMetrics, hasPrometheus, promtool } from '../prometheus.js';
import { importText, startTestServer, type TestServer } from '../testServer.js';

/** Fixed, so that what is printed does not depend on when the test runs; seconds. */
const T0 = 1_700_000_000;
const END = T0 + 60;

/** Families of every type in their usual names, about which the lint has nothing to say. */
const EXPOSED = [
  '# HELP jobs_total Jobs that were done.',
  '# TYPE jobs_total counter',
  'jobs_total{job="a",kind="x y"} 7',
  'jobs_total{job="b",kind="a \\"quoted\\" one\\\\"} 1e+21',
  '# HELP room_celsius Temperature.',
  '# TYPE room_celsius gauge',
  'room_celsius{job="a"} -1.5e-07',
  'room_celsius{job="b"} +Inf',
  '# HELP wait_seconds How long jobs wait.',
  '# TYPE wait_seconds histogram',
  'wait_seconds_bucket{job="a",le="0.5"} 1',
  'wait_seconds_bucket{job="a",le="+Inf"} 2',
  'wait_seconds_sum{job="a"} 1.5',
  'wait_seconds_count{job="a"} 2',
  '# HELP work_seconds How long jobs take.',
  '# TYPE work_seconds summary',
  'work_seconds{job="a",quantile="0.5"} NaN',
  'work_seconds_sum{job="a"} 3',
  'work_seconds_count{job="a"} 2',
];

const isInstalled = hasPrometheus();

describe('promtool over TinyObs', () => {
  let server: TestServer;
  beforeAll(async () => {
    if (!isInstalled) return;
    server = await startTestServer({ now: () => END * 1000 });
    const timed = EXPOSED.map((line) => (line.startsWith('#') ? line : `${line} ${END * 1000}`));
    const steps = [0, 15, 30, 45].map((s) => `steps{job="a"} ${s / 15 + 0.1} ${(T0 + s) * 1000}`);
    await importText(server.url, `${[...timed, ...steps].join('\n')}\n`);
  });
  afterAll(() => server?.close());

  const query = (kind: string, flags: readonly string[], ...args: string[]) =>
    promtool(['query', kind, ...flags, server.url, ...args]);

  it.skipIf(!isInstalled).each([
    ['jobs_total{job="a"}', `jobs_total{job="a", kind="x y"} => 7 @[${END}]`],
    ['sum(jobs_total)', `{} => 1000000000000000000000 @[${END}]`],
    [
      'room_celsius',
      [`room_celsius{job="a"} => -0.00000015 @[${END}]`, `room_celsius{job="b"} => +Inf @[${END}]`],
    ],
    ['1 + 1', `scalar: 2 @[${END}]`],
    ['steps[30s]', [`steps{job="a"} =>`, `3.1 @[${T0 + 45}]`]],
    ['nothing', ''],
  ])('prints the instant query %s', async (expression, lines) => {
    expect(await query('instant', [`--time=${END}`], expression)).toEqual({
      code: 0,
      stdout: [lines].flat().join('\n'),
      stderr: '',
    });
  });

  it.skipIf(!isInstalled)('reads the answer of an instant query as Prometheus means it', async () => {
    const { stdout } = await promtool([
      'query',
      '-o',
      'json',
      'instant',
      `--time=${END}`,
      server.url,
      '{job="b"}',
    ]);
    expect(JSON.parse(stdout)).toEqual([
      {
        metric: { __name__: 'jobs_total', job: 'b', kind: 'a "quoted" one\\' },
        value: [END, '1000000000000000000000'],
      },
      { metric: { __name__: 'room_celsius', job: 'b' }, value: [END, '+Inf'] },
    ]);
  });

  it.skipIf(!isInstalled)('prints a range query', async () => {
    const flags = [`--start=${T0}`, `--end=${END}`, '--step=20s'];
    expect(await query('range', flags, 'steps * 2')).toEqual({
      code: 0,
      stdout: [
        `{job="a"} =>`,
        `0.2 @[${T0}]`,
        `2.2 @[${T0 + 20}]`,
        `4.2 @[${T0 + 40}]`,
        `6.2 @[${END}]`,
      ].join('\n'),
      stderr: '',
    });
  });

  it.skipIf(!isInstalled)('prints the series that any of its selectors match', async () => {
    const flags = ['--match={job="b"}', '--match=steps', `--start=${T0}`, `--end=${END}`];
    expect(await query('series', flags)).toEqual({
      code: 0,
      stdout: [
        '{__name__="jobs_total", job="b", kind="a \\"quoted\\" one\\\\"}',
        '{__name__="room_celsius", job="b"}',
        '{__name__="steps", job="a"}',
      ].join('\n'),
      stderr: '',
    });
    expect((await query('series', ['--match=steps', `--start=${T0 - 60}`, `--end=${T0 - 1}`])).stdout).toBe(
      '',
    );
  });

  it.skipIf(!isInstalled)('prints the values of a label', async () => {
    const range = [`--start=${T0}`, `--end=${END}`];
    expect(await query('labels', range, 'job')).toEqual({ code: 0, stdout: 'a\nb', stderr: '' });
    expect((await query('labels', [...range, '--match=steps'], 'job')).stdout).toBe('a');
    expect((await query('labels', range, '__name__')).stdout.split('\n')).toEqual([
      'jobs_total',
      'room_celsius',
      'steps',
      'wait_seconds_bucket',
      'wait_seconds_count',
      'wait_seconds_sum',
      'work_seconds',
      'work_seconds_count',
      'work_seconds_sum',
    ]);
  });

  it.skipIf(!isInstalled).each([
    ['instant', [], 'sum(', /bad_data.*1:5: parse error: unclosed left parenthesis/],
    [
      'instant',
      [`--time=${END}`],
      'steps * on(job) {__name__=~"jobs_total|steps"}',
      /execution: found duplicate series for the match group \{job="a"\} on the right/,
    ],
    [
      'range',
      ['--start=0', '--end=11001', '--step=1s'],
      'steps',
      /bad_data.*exceeded maximum resolution of 11,000 points/,
    ],
    ['labels', ['--match={'], 'job', /bad_data.*1:2: parse error/],
  ])('says what is wrong with a query (%s %s %s)', async (kind, flags, expression, message) => {
    const { code, stderr } = await query(kind, flags, expression);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it.skipIf(!isInstalled)('finds nothing to say about what is federated', async () => {
    const text = await (await fetch(`${server.url}/federate?match[]={__name__!="steps"}`)).text();
    const plain = text.replace(/,instance=""/g, '').replaceAll(` ${END * 1000}\n`, '\n');
    expect(new Set(plain.trimEnd().split('\n'))).toEqual(new Set(EXPOSED));
    expect(checkMetrics(text)).toEqual({ code: 0, output: '' });
  });

  it.skipIf(!isInstalled)('finds nothing to say about our own metrics', async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/^tinyobs_\w+/m);
    expect(checkMetrics(text)).toEqual({ code: 0, output: '' });
  });
});
