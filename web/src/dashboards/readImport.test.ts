import { describe, expect, it } from 'vitest';
import { BLANK_DASHBOARD, newPanel } from './newDashboard.js';
import { readImport } from './readImport.js';

/** As Grafana saves the usual dashboard of a node exporter, in small. */
const GRAFANA = {
  __inputs: [{ name: 'DS_PROMETHEUS', type: 'datasource' }],
  annotations: { list: [{ builtIn: 1, name: 'Annotations & Alerts' }, { name: 'deploys' }] },
  tags: ['linux'],
  time: { from: 'now-24h', to: 'now' },
  title: 'Hosts',
  templating: {
    list: [
      { name: 'datasource', type: 'datasource', query: 'prometheus' },
      {
        name: 'job',
        label: 'Job',
        type: 'query',
        query: { query: 'label_values(node_uname_info, job)', refId: 'a' },
      },
      {
        ...{ name: 'node', type: 'query', multi: true, includeAll: true, regex: '' },
        query: 'label_values(node_uname_info{job="$job", nodename=~"a,b.*"}, instance)',
      },
      { name: 'disk', type: 'custom', query: 'all : [a-z]+,sda,sdb' },
      { name: 'every', type: 'interval', query: '1m,5m,auto' },
      { name: 'max', type: 'constant', query: '100' },
      { name: 'total', type: 'query', query: 'query_result(count(up))' },
      { name: 'words', type: 'textbox' },
    ],
  },
  panels: [
    {
      ...{ type: 'row', title: 'Basic', collapsed: true, gridPos: { x: 0, y: 0, w: 24, h: 1 } },
      panels: [
        {
          ...{ id: 2, type: 'gauge', title: 'CPU', gridPos: { x: 0, y: 1, w: 3, h: 4 } },
          fieldConfig: {
            defaults: {
              ...{ unit: 'percent', min: 0, max: 100 },
              thresholds: {
                mode: 'absolute',
                steps: [
                  { color: 'green', value: null },
                  { color: 'rgba(237, 129, 40, 0.89)', value: 85 },
                  { color: 'red', value: 95 },
                ],
              },
            },
            overrides: [],
          },
          targets: [
            {
              refId: 'A',
              expr: '100 * (1 - avg(rate(node_cpu_seconds_total{mode="idle",instance="$node"}[$__rate_interval])))',
            },
          ],
        },
      ],
    },
    {
      ...{ id: 3, type: 'timeseries', title: 'Network', gridPos: { x: 0, y: 5, w: 12, h: 9 } },
      fieldConfig: {
        defaults: { unit: 'Bps', custom: { stacking: { mode: 'normal' }, fillOpacity: 40 } },
        overrides: [{ matcher: { id: 'byRegexp' } }],
      },
      options: { legend: { displayMode: 'table' } },
      targets: [
        { refId: 'A', expr: 'irate(node_network_receive_bytes_total[5m])', legendFormat: '{{device}} in' },
        { refId: 'B', expr: 'hidden', hide: true },
        { refId: 'C', rawSql: 'select 1' },
      ],
    },
    {
      ...{ id: 4, type: 'singlestat', title: 'Uptime', format: 'dtdurations', thresholds: '60,3600' },
      ...{ colors: ['#d44a3a', '#ff780a', '#299c46'], gridPos: { x: 12, y: 5, w: 6, h: 4 } },
      targets: [{ expr: 'time() - node_boot_time_seconds' }],
    },
    {
      id: 5,
      type: 'text',
      title: '',
      options: { mode: 'markdown', content: '# Hello' },
      gridPos: { x: 18, y: 5, w: 6, h: 4 },
    },
    { id: 6, type: 'piechart', title: 'Pie', gridPos: { x: 0, y: 20, w: 6, h: 4 } },
    {
      id: 7,
      type: 'bargauge',
      title: 'Disks',
      repeat: 'disk',
      fieldConfig: { defaults: { unit: 'furlong' } },
      targets: [{ expr: 'up' }],
      gridPos: { x: 6, y: 20, w: 30, h: 4 },
    },
  ],
};

describe('an import from Grafana', () => {
  const { dashboard, notes } = readImport(JSON.stringify(GRAFANA));
  const panel = (title: string) => dashboard?.panels.find((one) => one.title === title);

  it('keeps title, tags, range, and the panels there are, in their places', () => {
    expect(dashboard).toMatchObject({ title: 'Hosts', tags: ['linux'], range: '24h' });
    expect(dashboard?.panels.map(({ kind, title }) => `${kind} ${title}`)).toEqual([
      'row Basic',
      'gauge CPU',
      'stat Uptime',
      'text ',
      'graph Network',
      'bars Disks',
    ]);
    expect(panel('CPU')).toMatchObject({ x: 0, w: 3, h: 4, unit: 'percent', min: 0, max: 100 });
    expect(panel('Disks')).toMatchObject({ x: 6, w: 18 });
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
    const plain = dashboard?.variables.map(({ name, kind, labelName, selector, values }) => [
      ...[name, kind, labelName, selector],
      values.join('|'),
    ]);
    expect(plain).toEqual([
      ['job', 'query', 'job', 'node_uname_info', ''],
      ['node', 'query', 'instance', 'node_uname_info{job="$job", nodename=~"a,b.*"}', ''],
      ['disk', 'custom', '', '', '[a-z]+|sda|sdb'],
      ['every', 'interval', '', '', '1m|5m'],
      ['max', 'constant', '', '', '100'],
    ]);
    expect(dashboard?.variables[1]).toMatchObject({ isMulti: true, hasAll: true });
  });

  it('says each thing that was not understood, and nothing else', () => {
    expect(notes).toEqual([
      '“Network”: overrides of single fields.',
      '“Network”: query C is not PromQL.',
      '“Pie”: there is no panel like piechart.',
      '“Disks”: it is not repeated for each value of disk.',
      '“Disks”: the unit furlong is shown as a number.',
      'The variable “datasource”: all queries are asked of this server.',
      'The variable “total”: only label_values(…) is understood, not query_result(count(up)).',
      'The variable “words”: there is none of the type textbox.',
      'Annotations.',
    ]);
  });

  it('reads the rows of old dashboards, and what the API of Grafana wraps', () => {
    const rows = [
      {
        title: 'One',
        panels: [
          { type: 'graph', title: 'a', span: 6, yaxes: [{ format: 'bytes' }], targets: [{ expr: 'x' }] },
          { type: 'graph', title: 'b', span: 6, stack: true },
        ],
      },
      { title: 'Two', panels: [{ type: 'graph', title: 'c' }] },
    ];
    const { dashboard: old } = readImport(JSON.stringify({ dashboard: { title: 'Old', rows }, meta: {} }));
    expect(old?.panels.map(({ title, x, y, w }) => `${title} ${x},${y} ${w}`)).toEqual([
      'One 0,0 24',
      'a 0,2 12',
      'b 12,2 12',
      'Two 0,10 24',
      'c 0,12 24',
    ]);
    expect(old?.panels[1].unit).toBe('bytes');
    expect(old?.panels[2].look).toBe('stacked');
  });
});

describe('what is imported', () => {
  it('is taken as it was exported here', () => {
    const dashboard = { ...BLANK_DASHBOARD, panels: [newPanel('stat', { x: 0, y: 0, w: 6, h: 4 })] };
    expect(readImport(JSON.stringify({ tinyobsDashboard: 1, dashboard }))).toEqual({ dashboard, notes: [] });
  });

  it.each([
    ['{', /not JSON/],
    ['[]', /not JSON|neither/],
    ['{"a":1}', /neither/],
    [JSON.stringify({ tinyobsDashboard: 1, dashboard: { title: 'x' } }), /not whole: look at its title/],
    [
      JSON.stringify({ tinyobsDashboard: 1, dashboard: { ...BLANK_DASHBOARD, panels: [{ kind: 'graph' }] } }),
      /look at panels\.0/,
    ],
  ])('is refused with the reason: %s', (text, reason) => {
    const { dashboard, notes } = readImport(text);
    expect(dashboard).toBeNull();
    expect(notes[0]).toMatch(reason);
  });
});
