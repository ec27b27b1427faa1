/** As Grafana saves the usual dashboard of a node exporter, in small, with much of what there is not here. */
export const GRAFANA_DASHBOARD = {
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
        current: { text: 'api', value: 'api' },
        sort: 3,
        hide: 2,
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
      {
        ...{ name: 'busiest', type: 'query', multi: true, regex: '/.*instance="([^"]+)".*/' },
        query: 'query_result(topk(3, avg_over_time(node_load1[$__range])))',
      },
      {
        ...{ name: 'root', type: 'query', regex: '/(?!boot)/', allValue: 'x|y', includeAll: true },
        query: { qryType: 1, query: 'label_values(node_filesystem_size_bytes, mountpoint)' },
      },
      { ...{ name: 'plain', type: 'query', regex: 'eth\\d' }, query: 'label_values(device)' },
      { name: 'total', type: 'query', query: 'label_names()' },
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
        defaults: {
          ...{ unit: 'Bps', min: 0 },
          custom: {
            stacking: { mode: 'normal' },
            fillOpacity: 40,
            scaleDistribution: { type: 'log', log: 2 },
          },
          thresholds: {
            mode: 'percentage',
            steps: [
              { color: 'green', value: null },
              { color: 'red', value: 80 },
            ],
          },
        },
        overrides: [{ matcher: { id: 'byRegexp' } }],
      },
      options: { legend: { displayMode: 'table' } },
      targets: [
        {
          refId: 'A',
          expr: 'irate(node_network_receive_bytes_total[5m])',
          legendFormat: '{{device}} in',
          interval: '1m',
        },
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
      ...{ repeat: 'disk', repeatDirection: 'h', maxPerRow: 6 },
      ...{ options: { reduceOptions: { calcs: ['mean'] } }, timeShift: '1d' },
      fieldConfig: { defaults: { unit: 'furlong' } },
      targets: [{ expr: 'up' }],
      gridPos: { x: 6, y: 20, w: 30, h: 4 },
    },
    {
      ...{ id: 8, type: 'stat', title: 'Words', repeat: 'words', repeatDirection: 'v' },
      gridPos: { x: 0, y: 40, w: 6, h: 4 },
    },
    { id: 9, type: 'stat', title: 'Words', repeatPanelId: 8, scopedVars: {} },
    {
      ...{ id: 10, type: 'row', title: 'Each disk', repeat: 'disk', panels: [] },
      gridPos: { x: 0, y: 90, w: 24, h: 1 },
    },
  ],
};
