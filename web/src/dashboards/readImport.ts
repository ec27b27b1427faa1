import type { Dashboard } from '../api/dashboards.js';
import { importGrafana, isGrafana } from './grafana/importGrafana.js';
import { isObject, type Json, objectsIn } from './grafana/json.js';
import { settle } from './layout.js';
import { BLANK_DASHBOARD, BLANK_QUERY, BLANK_VARIABLE, newPanel, PANEL_KINDS } from './newDashboard.js';

/** What was read, or null with the reason; beside it what was not understood. */
export interface Imported {
  readonly dashboard: Dashboard | null;
  readonly notes: readonly string[];
}

/** Reads a dashboard that was exported here, or one of Grafana's. */
export function readImport(text: string): Imported {
  const json = parse(text);
  if (json === null) return { dashboard: null, notes: ['This is not JSON, or only a part of it.'] };
  if (json['tinyobsDashboard'] === 1 && isObject(json['dashboard'])) return readOwn(json['dashboard']);
  if (isGrafana(json)) return importGrafana(json);
  return { dashboard: null, notes: ['This is JSON, but neither a dashboard of TinyObs nor of Grafana.'] };
}

/**
 * What an earlier version did not know yet, or somebody left out, has its default. What would break the screen is
 * refused here; all else the server looks at when it is saved.
 */
function readOwn(given: Json): Imported {
  const json = filled(given);
  const broken = firstBroken(json);
  if (broken === null) return { dashboard: settled(given, json as unknown as Dashboard), notes: [] };
  return { dashboard: null, notes: [`This dashboard of TinyObs is not whole: look at ${broken}.`] };
}

/** Panels that say no place come below those that do. */
function settled(given: Json, dashboard: Dashboard): Dashboard {
  if (objectsIn(given, 'panels').every((panel) => 'y' in panel)) return dashboard;
  return { ...dashboard, panels: settle(dashboard.panels) };
}

function filled(given: Json): Json {
  const json: Json = { ...BLANK_DASHBOARD, ...given };
  return {
    ...json,
    variables: eachIn(json['variables'], (one) => ({ ...BLANK_VARIABLE, labelName: one['name'], ...one })),
    panels: eachIn(json['panels'], (one, place) => ({
      ...{ ...newPanel('graph', BLANK_PLACE), id: `panel-${place + 1}`, queries: [], ...one },
      ...(one['queries'] !== undefined && {
        queries: eachIn(one['queries'], (query) => ({ ...BLANK_QUERY, ...query })),
      }),
    })),
  };
}

/** Below all that have a place. */
const BLANK_PLACE = { x: 0, y: 100_000, w: 12, h: 8 };

/** With each object of a list filled in; what else is there stays, to be refused. */
function eachIn(list: unknown, fill: (one: Json, place: number) => Json): unknown {
  if (!Array.isArray(list)) return list;
  return list.map((one, place) => (isObject(one) ? fill(one, place) : one));
}

/** The place of the first part that has another shape than it should. */
function firstBroken(json: Json): string | null {
  if (!isLike(json, { ...BLANK_DASHBOARD })) return 'its title, tags, range, variables and panels';
  const panel = newPanel('graph', BLANK_PLACE);
  const isPanel = (one: unknown) =>
    isObject(one) &&
    isLike(one, { ...panel }) &&
    PANEL_KINDS.some(({ value }) => value === one['kind']) &&
    listIn(one, 'queries').every((query) => isObject(query) && isLike(query, { ...BLANK_QUERY }));
  const odd = listIn(json, 'panels').findIndex((one) => !isPanel(one));
  if (odd >= 0) return `panels.${odd}`;
  const isVariable = (one: unknown) => isObject(one) && isLike(one, { ...BLANK_VARIABLE });
  const oddVariable = listIn(json, 'variables').findIndex((one) => !isVariable(one));
  return oddVariable < 0 ? null : `variables.${oddVariable}`;
}

function listIn(json: Json, name: string): readonly unknown[] {
  const value = json[name];
  return Array.isArray(value) ? value : [];
}

function isLike(json: Json, sample: Json): boolean {
  return Object.entries(sample).every(
    ([name, value]) =>
      typeof json[name] === typeof value && Array.isArray(json[name]) === Array.isArray(value),
  );
}

function parse(text: string): Json | null {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : null;
  } catch {
    return null;
  }
}
