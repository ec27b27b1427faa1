import { describe, expect, it } from 'vitest';
import { NO_SEARCH } from './metricSearch.js';
import { DEFAULT_LOOK } from './resultLook.js';
import { exploreHref, formatRoute, parseRoute, type Route } from './route.js';

const routes: [string, Route][] = [
  [
    'the list of dashboards',
    {
      ...{ screen: 'dashboards', id: '', isEditing: false, panel: '', values: {} },
      ...{ range: { kind: 'last', seconds: 900 }, zone: 'local', refresh: 'live' },
    },
  ],
  [
    'a panel that is edited, with odd values of variables',
    {
      ...{ screen: 'dashboards', id: '7f3a9c1e5b20', isEditing: true, panel: 'p1' },
      values: { job: ['a&b=c', '$__all'], other: ['#/?"🦊'] },
      ...{ range: { kind: 'last', seconds: 900 }, zone: 'utc', refresh: 'live' },
    },
  ],
  [
    'the overview as it opens',
    { screen: 'overview', range: { kind: 'last', seconds: 900 }, zone: 'local', refresh: 'live' },
  ],
  [
    'an overview at rest',
    { screen: 'overview', range: { kind: 'last', seconds: 604_800 }, zone: 'utc', refresh: 'off' },
  ],
  [
    'a zoomed overview',
    { screen: 'overview', range: { kind: 'fixed', startSec: 1.5, endSec: 99 }, zone: 'local', refresh: 60 },
  ],
  [
    'targets that are down, of a job with an odd name',
    {
      ...{ screen: 'targets', range: { kind: 'last', seconds: 900 }, zone: 'local', refresh: 5 },
      ...{ tab: 'scraped', health: 'down', pool: 'a&b <c>', text: '10.0.0', open: ['b http://c/m', 'x'] },
    },
  ],
  [
    'what was pushed',
    {
      ...{ screen: 'targets', range: { kind: 'last', seconds: 900 }, zone: 'utc', refresh: 'off' },
      ...{ tab: 'pushed', health: 'all', pool: '', text: '', open: [] },
    },
  ],
  [
    'a metric in depth',
    {
      ...{ screen: 'cardinality', range: { kind: 'last', seconds: 3_600 }, zone: 'local', refresh: 60 },
      ...{ metric: 'http.requests "ü"', label: 'path', since: 'day' },
    },
  ],
  [
    'the configuration of one thing',
    {
      ...{ screen: 'status', range: { kind: 'last', seconds: 900 }, zone: 'local', refresh: 15 },
      ...{ tab: 'configuration', text: 'retention' },
    },
  ],
  [
    'a query with every awkward character',
    {
      screen: 'explore',
      range: { kind: 'last', seconds: 3_600 },
      zone: 'local',
      refresh: 'off',
      queries: ['sum(rate(x{a=~"b&c=d#e?f+g %41|ü"}[5m]))\n/ 2'],
      hidden: [],
      built: [0],
      explained: [],
      ...DEFAULT_LOOK,
      ...NO_SEARCH,
    },
  ],
  [
    'several queries, one still empty',
    {
      screen: 'explore',
      range: { kind: 'last', seconds: 5_400 },
      zone: 'utc',
      refresh: 15,
      queries: ['up', '', '1 + 1'],
      hidden: [0, 2],
      built: [],
      explained: [2],
      tab: 'table',
      kind: 'stacked',
      isLog: true,
      compare: 'week',
      showsExemplars: false,
      stat: 'gauge',
      isOverTime: true,
      search: 'http req',
      facets: [
        { label: 'job', op: '=', value: 'a=b&c' },
        { label: 'odd=100%3D', op: '=', value: '' },
      ],
    },
  ],
];

describe('the route in the URL', () => {
  it.each(routes)('comes back as it went: %s', (_, route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it('is short when everything is at its default', () => {
    expect(formatRoute(parseRoute(''))).toBe('#/');
    expect(formatRoute(parseRoute('#/explore'))).toBe('#/explore');
    expect(parseRoute('#/explore')).toMatchObject({ queries: [''], tab: 'graph', refresh: 'off' });
  });

  it('falls back to defaults on what it cannot read', () => {
    const odd = parseRoute(
      '#/explore?range=soon&refresh=1s&tab=pie&stacked=maybe&kind=cake&compare=eon&stat=odd&over=there&scale=sixth&hidden=Q&built=b&facet=job&facet==x&from=9&to=3',
    );
    expect(odd).toEqual(parseRoute('#/explore'));
    expect(parseRoute('#/nowhere')).toMatchObject({ screen: 'overview' });
  });

  it('still reads how links of old asked for stacked series', () => {
    expect(parseRoute('#/explore?q=up&stacked=1')).toMatchObject({ kind: 'stacked' });
  });

  it('names rows by their letters', () => {
    expect(formatRoute(parseRoute('#/explore?q=a&q=b&explained=A&hidden=AB'))).toBe(
      '#/explore?q=a&q=b&hidden=AB&explained=A',
    );
  });

  it('bounds the number of queries', () => {
    const hash = `#/explore?${Array.from({ length: 50 }, (_, index) => `q=${index}`).join('&')}`;
    expect(parseRoute(hash)).toMatchObject({ queries: ['0', '1', '2', '3', '4', '5', '6', '7'] });
  });

  it('links into Explore with queries and range', () => {
    const href = exploreHref(['a{b="c"}', 'd'], { range: { kind: 'last', seconds: 21_600 }, zone: 'utc' });
    expect(href).toBe('#/explore?q=a%7Bb%3D%22c%22%7D&q=d&range=6h&zone=utc');
  });
});
