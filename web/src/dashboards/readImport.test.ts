import { describe, expect, it } from 'vitest';
import { GRAFANA_DASHBOARD } from './grafana/grafanaDashboard.suite.js';
import { BLANK_DASHBOARD, BLANK_VARIABLE, newPanel } from './newDashboard.js';
import { readImport } from './readImport.js';

describe('an import from Grafana', () => {
  const { dashboard, notes } = readImport(JSON.stringify(GRAFANA_DASHBOARD));
  const panel = (title: string) => dashboard?.panels.find((one) => one.title === title);

  it('keeps title, tags, range, and the panels there are, in their places', () => {
    expect(dashboard).toMatchObject({ title: 'Hosts', tags: ['linux'], range: '24h' });
    expect(dashboard?.panels.map(({ kind, title }) => `${kind} ${title}`)).toEqual([
      'row Basic',
      'gauge CPU',
      'stat Uptime',
      'text ',
      'graph Network',
      'stat Words',
      'bars Disks',
      'row Each disk',
    ]);
    expect(panel('CPU')).toMatchObject({ x: 0, w: 3, h: 4, unit: 'percent', min: 0, max: 100 });
    expect(panel('Disks')).toMatchObject({ x: 6, w: 18, repeat: 'disk', perRow: 6 });
    expect(panel('Words')).toMatchObject({ repeat: '', perRow: 4 });
    expect(dashboard?.panels.find(({ kind }) => kind === 'text')?.text).toBe('# Hello');
  });

  it('keeps queries, legends, units, stacking and thresholds, of new panels and old', () => {
    expect(panel('Network')).toMatchObject({
      ...{ unit: 'bytesPerSecond', look: 'stacked', legend: 'table' },
      queries: [{ expr: 'irate(node_network_receive_bytes_total[5m])', legend: '{{device}} in' }],
    });
    expect(panel('CPU')?.thresholds).toEqual([
      { from: 85, role: 'warn' },
      { from: 95, role: 'bad' },
    ]);
    expect(panel('Uptime')).toMatchObject({
      unit: 'seconds',
      thresholds: [
        { from: 60, role: 'warn' },
        { from: 3600, role: 'good' },
      ],
    });
  });

  it('keeps variables, those that depend on others with their selectors', () => {
    const plain = dashboard?.variables.map(({ name, kind, labelName, selector, regex, values }) => [
      ...[name, kind, labelName, selector],
      regex === '' ? values.join('|') : regex,
    ]);
    expect(plain).toEqual([
      ['job', 'query', 'job', 'node_uname_info', ''],
      ['node', 'query', 'instance', 'node_uname_info{job="$job", nodename=~"a,b.*"}', ''],
      ['disk', 'custom', '', '', '[a-z]+|sda|sdb'],
      ['every', 'interval', '', '', '1m|5m'],
      ['max', 'constant', '', '', '100'],
      [
        ...['busiest', 'result', '', 'topk(3, avg_over_time(node_load1[$__range]))'],
        '.*instance="([^"]+)".*',
      ],
      ['root', 'query', 'mountpoint', 'node_filesystem_size_bytes', ''],
      ['plain', 'query', 'device', '', '^(?:eth\\d)$'],
    ]);
    expect(dashboard?.variables[1]).toMatchObject({ isMulti: true, hasAll: true });
  });

  it('says each thing that was not understood, and nothing else', () => {
    expect(notes).toEqual([
      'What was chosen of the variables when it was saved.',
      'Values of variables in another order than by name.',
      'Hidden variables: they are shown.',
      'The variable “datasource”: all queries are asked of this server.',
      'The variable “root”: its values are not narrowed by /(?!boot)/.',
      'The variable “root”: all of them are not x|y.',
      'The variable “total”: only label_values(…) and query_result(…) are understood, not label_names().',
      'The variable “words”: there is none of the type textbox.',
      '“Network”: overrides of single fields.',
      '“Network”: the ends of its axis.',
      '“Network”: its scale, which is not linear.',
      'The least steps of queries.',
      '“Network”: query C is not PromQL.',
      '“Network”: thresholds in per cent of its ends.',
      '“Pie”: there is no panel like piechart.',
      '“Disks”: a time of its own.',
      '“Disks”: it shows the last value, not mean.',
      '“Disks”: the unit furlong is shown as a number.',
      '“Words”: it is not repeated for each value of words.',
      '“Each disk”: it is not repeated for each value of disk.',
      'Annotations.',
    ]);
  });

  it('reads the rows of old dashboards, and what the API of Grafana wraps', () => {
    const rows = [
      {
        ...{ title: 'One', repeat: 'host', showTitle: true },
        panels: [
          {
            type: 'graph',
            title: 'a',
            span: 6,
            yaxes: [{ format: 'bytes', min: '0', logBase: 2 }],
            targets: [{ expr: 'x' }],
          },
          { type: 'graph', title: 'b', span: 6, stack: true, seriesOverrides: [{ alias: '/b/' }] },
        ],
      },
      {
        ...{ title: 'Two', height: '210px' },
        panels: [{ type: 'singlestat', title: 'c', gauge: { show: true }, valueName: 'avg' }],
      },
    ];
    const { dashboard: old, notes: lost } = readImport(
      JSON.stringify({
        dashboard: { title: 'Old', rows, time: { from: '2020-01-01', to: 'now' } },
        meta: {},
      }),
    );
    expect(old?.panels.map(({ title, x, y, w }) => `${title} ${x},${y} ${w}`)).toEqual([
      'One 0,0 24',
      'a 0,2 12',
      'b 12,2 12',
      'Two 0,10 24',
      'c 0,12 24',
    ]);
    expect(old?.panels[1].unit).toBe('bytes');
    expect(old?.panels[2].look).toBe('stacked');
    expect(old?.panels[4]).toMatchObject({ kind: 'gauge', h: 5 });
    expect(lost).toEqual([
      '“One”: it is not repeated for each value of host.',
      '“a”: the ends of its axis.',
      '“a”: its scale, which is not linear.',
      '“b”: overrides of single series.',
      '“c”: it shows the last value, not avg.',
      'The range of time from 2020-01-01 to now.',
    ]);
  });
});

it('trusts no object where a text is due', () => {
  const odd = { toString: 1, valueOf: 1 };
  const panel = { type: 'singlestat', title: odd, thresholds: '1', colors: [odd, odd] };
  const old = { ...panel, valueName: odd, options: { reduceOptions: { calcs: [odd] } } };
  const { dashboard, notes } = readImport(JSON.stringify({ title: odd, panels: [old], time: { from: odd } }));
  expect([dashboard?.panels.length, notes]).toEqual([1, []]);
});

describe('what is imported', () => {
  it('is taken as it was exported here', () => {
    const dashboard = { ...BLANK_DASHBOARD, panels: [newPanel('stat', { x: 0, y: 0, w: 6, h: 4 })] };
    expect(readImport(JSON.stringify({ tinyobsDashboard: 1, dashboard }))).toEqual({ dashboard, notes: [] });
  });

  it('has defaults for what an earlier version did not know, or somebody left out', () => {
    const text = JSON.stringify({
      tinyobsDashboard: 1,
      dashboard: {
        title: 'By hand',
        variables: [{ name: 'job' }],
        panels: [
          { title: 'Up', queries: [{ expr: 'up' }] },
          { kind: 'text', text: 'Below' },
        ],
      },
    });
    const { dashboard } = readImport(text);
    expect(dashboard?.variables).toEqual([{ ...BLANK_VARIABLE, name: 'job', labelName: 'job' }]);
    expect(dashboard?.panels).toMatchObject([
      {
        ...newPanel('graph', { x: 0, y: 0, w: 12, h: 8 }),
        id: 'panel-1',
        title: 'Up',
        queries: [{ expr: 'up', legend: '' }],
      },
      { id: 'panel-2', kind: 'text', y: 8, queries: [] },
    ]);
  });

  it.each([
    ['{', /not JSON/],
    ['[]', /not JSON|neither/],
    ['{"a":1}', /neither/],
    [JSON.stringify({ tinyobsDashboard: 1, dashboard: { title: 1 } }), /not whole: look at its title/],
    [
      JSON.stringify({ tinyobsDashboard: 1, dashboard: { ...BLANK_DASHBOARD, panels: [{ kind: 'pie' }] } }),
      /look at panels\.0/,
    ],
  ])('is refused with the reason: %s', (text, reason) => {
    const { dashboard, notes } = readImport(text);
    expect(dashboard).toBeNull();
    expect(notes[0]).toMatch(reason);
  });
});
