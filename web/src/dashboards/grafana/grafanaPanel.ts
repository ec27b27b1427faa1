import type { Panel, PanelKind, PanelQuery } from '../../api/dashboards.js';
import { COLUMNS } from '../layout.js';
import { BLANK_QUERY, hasQueries, newPanel, PER_ROW } from '../newDashboard.js';
import { unitOf } from './grafanaUnits.js';
import { type Json, lineIn, numberIn, objectIn, objectsIn, textIn } from './json.js';

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

interface ImportedAs {
  readonly id: string;
  /** Of the variables there are. */
  readonly names: ReadonlySet<string>;
}

/** A panel of Grafana as one of ours; null where we have none like it. */
export function importPanel(json: Json, { id, names }: ImportedAs, note: Note): Panel | null {
  const type = textIn(json, 'type');
  const title = lineIn(json, 'title', 300);
  const name = title === '' ? `A panel without a title` : `“${title}”`;
  const kind = kindOf(json, type);
  if (kind === undefined) {
    note(`${name}: there is no panel like ${type === '' ? 'one without a type' : type}.`);
    return null;
  }
  const say: Note = (text) => note(`${name}: ${text}`);
  noteUnused(json, say);
  if (kind === 'graph' || kind === 'heatmap') noteAxis(json, say);
  noteFigure(json, say);
  // Common, and the same of all: said once.
  if (objectsIn(json, 'targets').some((target) => textIn(target, 'interval') !== ''))
    note('The least steps of queries.');
  const defaults = objectIn(objectIn(json, 'fieldConfig'), 'defaults');
  const ends = kind === 'gauge' ? endsOf(json, defaults) : {};
  return {
    ...newPanel(kind, placeOf(json, kind)),
    id,
    title,
    description: textIn(json, 'description').slice(0, 4_000),
    queries: hasQueries(kind) ? queriesOf(json, say) : [],
    unit: unitFrom(json, defaults, say),
    thresholds: thresholdsOf(json, defaults, say),
    look: lookOf(json, defaults),
    legend: legendOf(json),
    ...ends,
    text: kind === 'text' ? textOf(json, say) : '',
    ...repeatOf(json, { canRepeat: kind !== 'row', names, say }),
  };
}

/** Numbers of old were gauges as well. */
function kindOf(json: Json, type: string): PanelKind | undefined {
  if (type === 'singlestat' && objectIn(json, 'gauge')['show'] === true) return 'gauge';
  return Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
}

function noteUnused(json: Json, say: Note): void {
  const fields = objectIn(json, 'fieldConfig');
  if (objectsIn(json, 'transformations').length > 0) say('its transformations.');
  if (objectsIn(fields, 'overrides').length > 0) say('overrides of single fields.');
  if (objectsIn(json, 'seriesOverrides').length > 0) say('overrides of single series.');
  if (objectsIn(objectIn(fields, 'defaults'), 'mappings').length > 0) say('texts in the place of values.');
  if (textIn(json, 'timeFrom') !== '' || textIn(json, 'timeShift') !== '') say('a time of its own.');
  if (Object.keys(objectIn(json, 'alert')).length > 0) say('its alert.');
  if (objectsIn(json, 'links').length > 0) say('its links.');
}

/** Ours begin and end where the values do, or at 0. */
function noteAxis(json: Json, say: Note): void {
  const defaults = objectIn(objectIn(json, 'fieldConfig'), 'defaults');
  const old = objectsIn(json, 'yaxes');
  const hasEnds = [defaults, ...old].some((axis) => textIn(axis, 'min') !== '' || textIn(axis, 'max') !== '');
  if (hasEnds) say('the ends of its axis.');
  const scale = textIn(objectIn(objectIn(defaults, 'custom'), 'scaleDistribution'), 'type');
  const isOldLog = old.some((axis) => (numberIn(axis, 'logBase') ?? 1) > 1);
  if (isOldLog || !['', 'linear'].includes(scale)) say('its scale, which is not linear.');
}

/** What of a series a figure is. */
function noteFigure(json: Json, say: Note): void {
  const { calcs } = objectIn(objectIn(json, 'options'), 'reduceOptions');
  const figure = Array.isArray(calcs) ? textIn({ ...calcs }, '0') : textIn(json, 'valueName');
  if (!LAST.has(figure)) say(`it shows the last value, not ${figure.slice(0, 80)}.`);
}

const LAST = new Set(['', 'last', 'lastNotNull', 'current']);

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
    const legend = lineIn(target, 'legendFormat', 500);
    return [{ expr: expr.slice(0, 10_000), legend: legend === '__auto' ? '' : legend }];
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

function thresholdsOf(json: Json, defaults: Json, say: Note): Panel['thresholds'] {
  const steps = objectsIn(objectIn(defaults, 'thresholds'), 'steps');
  const isShare = textIn(objectIn(defaults, 'thresholds'), 'mode') === 'percentage';
  // Grafana saves one step where there are none.
  if (steps.length > 1 && isShare) say('thresholds in per cent of its ends.');
  if (steps.length > 0 && !isShare) {
    return steps
      .map((step) => ({ from: numberIn(step, 'value'), role: roleOf(textIn(step, 'color')) }))
      .filter((step): step is Panel['thresholds'][number] => step.from !== undefined)
      .slice(0, 10);
  }
  // As singlestat has them: `80,90`, with a colour more than there are bounds.
  const bounds = textIn(json, 'thresholds').split(',').map(Number);
  const colours = Array.isArray(json['colors'])
    ? json['colors'].map((colour) => (typeof colour === 'string' ? colour : ''))
    : [];
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

interface Repeating {
  /** Not rows: they would take the panels below them along. */
  readonly canRepeat: boolean;
  readonly names: ReadonlySet<string>;
  readonly say: Note;
}

function repeatOf(json: Json, { canRepeat, names, say }: Repeating): Pick<Panel, 'repeat' | 'perRow'> {
  const repeat = textIn(json, 'repeat');
  if (!canRepeat || !names.has(repeat)) {
    if (repeat !== '') say(`it is not repeated for each value of ${repeat.slice(0, 80)}.`);
    return { repeat: '', perRow: PER_ROW };
  }
  const perRow = textIn(json, 'repeatDirection') === 'v' ? 1 : numberIn(json, 'maxPerRow');
  return { repeat, perRow: Math.min(COLUMNS, Math.max(1, Math.round(perRow ?? PER_ROW))) };
}

function textOf(json: Json, say: Note): string {
  const options = objectIn(json, 'options');
  if ((textIn(options, 'mode') || textIn(json, 'mode')) === 'html') say('its HTML is shown as text.');
  return (textIn(options, 'content') || textIn(json, 'content')).slice(0, 20_000);
}
