import type { Dashboard, Variable } from '../../api/dashboards.js';
import { settle } from '../layout.js';
import { BLANK_DASHBOARD } from '../newDashboard.js';
import { importPanel, type Note } from './grafanaPanel.js';
import { importVariable, noteVariables } from './grafanaVariable.js';
import { isObject, type Json, lineIn, numberIn, objectIn, objectsIn, oneLine, textIn } from './json.js';

export interface GrafanaImport {
  readonly dashboard: Dashboard;
  /** What was not understood, each said once. */
  readonly notes: readonly string[];
}

const PANELS_MAX = 100;
const VARIABLES_MAX = 30;

/** Whether JSON has the shape of a dashboard of Grafana, as it is saved or as its API gives it. */
export function isGrafana(json: Json): boolean {
  const own = ownJson(json);
  return Array.isArray(own['panels']) || Array.isArray(own['rows']);
}

/** A dashboard of Grafana as one of ours, as far as we have what it uses. */
export function importGrafana(given: Json): GrafanaImport {
  const json = ownJson(given);
  const notes = new Set<string>();
  const note: Note = (text) => void notes.add(text);
  const templating = objectsIn(objectIn(json, 'templating'), 'list');
  noteVariables(templating, note);
  const variables = distinct(
    templating.map((variable) => importVariable(variable, note)).filter((variable) => variable !== null),
  );
  const names = new Set(variables.map(({ name }) => name));
  const panels = flatPanels(json, note)
    .map((panel, place) => importPanel(panel, { id: `panel-${place + 1}`, names }, note))
    .filter((panel) => panel !== null);
  if (panels.length > PANELS_MAX) note(`Panels past the first ${PANELS_MAX}.`);
  if (variables.length > VARIABLES_MAX) note(`Variables past the first ${VARIABLES_MAX}.`);
  const annotations = objectsIn(objectIn(json, 'annotations'), 'list').filter((one) => one['builtIn'] !== 1);
  if (annotations.length > 0) note('Annotations.');
  if (objectsIn(json, 'links').length > 0) note('Links of the dashboard.');
  const dashboard: Dashboard = {
    ...BLANK_DASHBOARD,
    title: lineIn(json, 'title', 200).trim() || 'Imported dashboard',
    description: textIn(json, 'description').slice(0, 4_000),
    tags: tagsIn(json),
    range: rangeIn(json, note),
    variables: variables.slice(0, VARIABLES_MAX),
    panels: settle(panels.slice(0, PANELS_MAX)),
  };
  return { dashboard, notes: [...notes] };
}

/** The API of Grafana wraps dashboards. */
function ownJson(json: Json): Json {
  const { dashboard } = json;
  return isObject(dashboard) ? dashboard : json;
}

/** Panels one after the other: those of collapsed rows lie in the row, those of old dashboards in lists of rows. */
function flatPanels(json: Json, note: Note): readonly Json[] {
  const rows = objectsIn(json, 'rows');
  const panels =
    rows.length > 0
      ? rows.flatMap((row, place) => oldRow(row, place, note))
      : objectsIn(json, 'panels').flatMap((panel) => [
          { ...panel, panels: undefined },
          ...objectsIn(panel, 'panels'),
        ]);
  // What it once made of a panel that repeats is made anew.
  return panels.filter((panel) => numberIn(panel, 'repeatPanelId') === undefined);
}

/** Of a row of ours, with the space below it. */
const ROW_PX = 42;
/** What a figure takes. */
const HEIGHT_MIN = 5;

/** Before Grafana 5 a row had a height in pixels, and panels a width of twelfths. */
function oldRow(row: Json, place: number, note: Note): readonly Json[] {
  let x = 0;
  const y = place * 1_000;
  const heightPx = Number.parseInt(textIn(row, 'height'), 10);
  const h = Number.isNaN(heightPx) ? 8 : Math.max(HEIGHT_MIN, Math.round(heightPx / ROW_PX));
  const title = lineIn(row, 'title', 300);
  const repeat = textIn(row, 'repeat');
  if (repeat !== '') note(`“${title}”: it is not repeated for each value of ${repeat.slice(0, 80)}.`);
  const panels = objectsIn(row, 'panels').map((panel) => {
    const w = Math.min(24, 2 * (numberIn(panel, 'span') ?? 12));
    if (x + w > 24) x = 0;
    const gridPos = { x, y: y + 1, w, h };
    x += w;
    return { ...panel, gridPos };
  });
  if (title === '' || row['showTitle'] === false) return panels;
  return [{ type: 'row', title, gridPos: { x: 0, y, w: 24, h: 1 } }, ...panels];
}

function tagsIn({ tags }: Json): readonly string[] {
  if (!Array.isArray(tags)) return [];
  const texts = tags.filter((tag): tag is string => typeof tag === 'string' && tag !== '');
  return [...new Set(texts.map((tag) => oneLine(tag, 50)))].slice(0, 20);
}

/** `now-6h` to now is `6h`. */
function rangeIn(json: Json, note: Note): string {
  const time = objectIn(json, 'time');
  const [from, to] = [lineIn(time, 'from', 80), lineIn(time, 'to', 80)];
  const span = /^now-([1-9]\d{0,5}[smhd])$/.exec(from);
  if (span !== null && to === 'now') return span[1];
  if (from !== '') note(`The range of time from ${from} to ${to}.`);
  return '';
}

function distinct(variables: readonly Variable[]): readonly Variable[] {
  return variables.filter((one, place) => variables.findIndex(({ name }) => name === one.name) === place);
}
