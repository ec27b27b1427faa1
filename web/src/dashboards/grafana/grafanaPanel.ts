import type { Panel, PanelKind, PanelQuery } from '../../api/dashboards.js';
import { COLUMNS } from '../layout.js';
import { BLANK_QUERY, hasQueries, newPanel } from '../newDashboard.js';
import { unitOf } from './grafanaUnits.js';
import { type Json, numberIn, objectIn, objectsIn, textIn } from './json.js';

/** Says what was not understood. */
export type Note = (text: string) => void;

const KINDS: Readonly<Record<string, PanelKind>> = {
  timeseries: 'graph',
  graph: 'graph',
  stat: 'stat',
  singlestat: 'stat',
  gauge: 'gauge',
  table: 'table',
  'table-old': 'table',
  heatmap: 'heatmap',
  bargauge: 'bars',
  text: 'text',
  row: 'row',
};

const QUERIES_MAX = 20;

/** A panel of Grafana as one of ours; null where we have none like it. */
export function importPanel(json: Json, id: string, note: Note): Panel | null {
  const type = textIn(json, 'type');
  const title = textIn(json, 'title')
    .replace(/\p{Cc}/gu, ' ')
    .slice(0, 300);
  const name = title === '' ? `A panel without a title` : `“${title}”`;
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined) {
    note(`${name}: there is no panel like ${type === '' ? 'one without a type' : type}.`);
    return null;
  }
  const say: Note = (text) => note(`${name}: ${text}`);
  noteUnused(json, say);
  const defaults = objectIn(objectIn(json, 'fieldConfig'), 'defaults');
  const ends = kind === 'gauge' ? endsOf(json, defaults) : {};
  return {
    ...newPanel(kind, placeOf(json, kind)),
    id,
    title,
    description: textIn(json, 'description').slice(0, 4_000),
    queries: hasQueries(kind) ? queriesOf(json, say) : [],
    unit: unitFrom(json, defaults, say),
    thresholds: thresholdsOf(json, defaults),
    look: lookOf(json, defaults),
    legend: legendOf(json),
    ...ends,
    text: kind === 'text' ? textOf(json, say) : '',
  };
}

function noteUnused(json: Json, say: Note): void {
  if (objectsIn(json, 'transformations').length > 0) say('its transformations.');
  if (objectsIn(objectIn(json, 'fieldConfig'), 'overrides').length > 0) say('overrides of single fields.');
  if (textIn(json, 'repeat') !== '') say(`it is not repeated for each value of ${textIn(json, 'repeat')}.`);
  if (Object.keys(objectIn(json, 'alert')).length > 0) say('its alert.');
  if (objectsIn(json, 'links').length > 0) say('its links.');
}

function placeOf(json: Json, kind: PanelKind) {
  const {
    x = 0,
    y = 0,
    w = 12,
    h = 8,
  } = objectIn(json, 'gridPos') as Partial<Record<'x' | 'y' | 'w' | 'h', unknown>>;
  const whole = (value: unknown, min: number, max: number, fallback: number) =>
    typeof value === 'number' && Number.isFinite(value)
      ? Math.min(max, Math.max(min, Math.round(value)))
      : fallback;
  const left = whole(x, 0, COLUMNS - 1, 0);
  return {
    x: left,
    y: whole(y, 0, 100_000, 0),
    w: whole(w, 1, COLUMNS - left, Math.min(12, COLUMNS - left)),
    // A heading of ours needs a little more room.
    h: kind === 'row' ? 2 : whole(h, 2, 100, 8),
  };
}

function queriesOf(json: Json, say: Note): readonly PanelQuery[] {
  const targets = objectsIn(json, 'targets');
  const queries = targets.flatMap((target): PanelQuery[] => {
    if (target['hide'] === true) return [];
    const expr = textIn(target, 'expr');
    if (expr === '') {
      say(`query ${textIn(target, 'refId') || '?'} is not PromQL.`);
      return [];
    }
    const legend = textIn(target, 'legendFormat');
    return [{ expr: expr.slice(0, 10_000), legend: legend === '__auto' ? '' : legend.slice(0, 500) }];
  });
  if (queries.length > QUERIES_MAX) say(`queries past the first ${QUERIES_MAX}.`);
  return queries.length === 0 ? [BLANK_QUERY] : queries.slice(0, QUERIES_MAX);
}

/** Old panels have the unit at their axis, or at the top. */
function unitFrom(json: Json, defaults: Json, say: Note): Panel['unit'] {
  const [axis] = objectsIn(json, 'yaxes');
  const given = textIn(defaults, 'unit') || textIn(axis ?? {}, 'format') || textIn(json, 'format');
  const unit = unitOf(given === '' ? 'none' : given);
  if (unit === null) say(`the unit ${given} is shown as a number.`);
  return unit ?? 'none';
}

const ROLES: readonly (readonly [colour: RegExp, role: 'good' | 'warn' | 'bad'])[] = [
  [/red|#e02f44|#f2495c|#d44a3a|#c4162a|rgba\(245, 54, 54|purple/i, 'bad'],
  [/orange|yellow|#ff780a|#e0b400|#fade2a|rgba\(237, 129, 40/i, 'warn'],
];

function thresholdsOf(json: Json, defaults: Json): Panel['thresholds'] {
  const steps = objectsIn(objectIn(defaults, 'thresholds'), 'steps');
  const isShare = textIn(objectIn(defaults, 'thresholds'), 'mode') === 'percentage';
  if (steps.length > 0 && !isShare) {
    return steps
      .map((step) => ({ from: numberIn(step, 'value'), role: roleOf(textIn(step, 'color')) }))
      .filter((step): step is Panel['thresholds'][number] => step.from !== undefined)
      .slice(0, 10);
  }
  // As singlestat has them: `80,90`, with a colour more than there are bounds.
  const bounds = textIn(json, 'thresholds').split(',').map(Number);
  const colours = Array.isArray(json['colors']) ? json['colors'].map(String) : [];
  if (colours.length !== bounds.length + 1 || bounds.some((from) => !Number.isFinite(from))) return [];
  return bounds.map((from, place) => ({ from, role: roleOf(colours[place + 1]) })).slice(0, 10);
}

function roleOf(colour: string): 'good' | 'warn' | 'bad' {
  return ROLES.find(([pattern]) => pattern.test(colour))?.[1] ?? 'good';
}

function lookOf(json: Json, defaults: Json): Panel['look'] {
  const custom = objectIn(defaults, 'custom');
  const isStacked =
    !['', 'none'].includes(textIn(objectIn(custom, 'stacking'), 'mode')) || json['stack'] === true;
  if (textIn(custom, 'drawStyle') === 'bars' || json['bars'] === true) return 'bars';
  if (isStacked) return 'stacked';
  // Grafana fills a little below lines by default, which is no area yet.
  return (numberIn(custom, 'fillOpacity') ?? 0) > 20 ? 'area' : 'line';
}

function legendOf(json: Json): Panel['legend'] {
  const mode = textIn(objectIn(objectIn(json, 'options'), 'legend'), 'displayMode');
  return mode === 'table' || objectIn(json, 'legend')['alignAsTable'] === true ? 'table' : 'list';
}

function endsOf(json: Json, defaults: Json): Pick<Panel, 'min' | 'max'> {
  const old = objectIn(json, 'gauge');
  const [min, max] = [
    numberIn(defaults, 'min') ?? numberIn(old, 'minValue'),
    numberIn(defaults, 'max') ?? numberIn(old, 'maxValue'),
  ];
  return { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

function textOf(json: Json, say: Note): string {
  const options = objectIn(json, 'options');
  if ((textIn(options, 'mode') || textIn(json, 'mode')) === 'html') say('its HTML is shown as text.');
  return (textIn(options, 'content') || textIn(json, 'content')).slice(0, 20_000);
}
