import type { Dashboard } from '../api/dashboards.js';
import { importGrafana, isGrafana } from './grafana/importGrafana.js';
import { isObject, type Json, objectsIn } from './grafana/json.js';
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

/** What would break the screen is refused here; all else the server looks at when it is saved. */
function readOwn(json: Json): Imported {
  const broken = firstBroken(json);
  if (broken === null) return { dashboard: json as unknown as Dashboard, notes: [] };
  return { dashboard: null, notes: [`This dashboard of TinyObs is not whole: look at ${broken}.`] };
}

/** The place of the first part that has another shape than it should. */
function firstBroken(json: Json): string | null {
  if (!isLike(json, { ...BLANK_DASHBOARD })) return 'its title, tags, range, variables and panels';
  const panel = newPanel('graph', { x: 0, y: 0, w: 1, h: 1 });
  const isPanel = (one: Json) =>
    isLike(one, { ...panel }) &&
    PANEL_KINDS.some(({ value }) => value === one['kind']) &&
    objectsIn(one, 'queries').every((query) => isLike(query, { ...BLANK_QUERY }));
  const odd = objectsIn(json, 'panels').findIndex((one) => !isPanel(one));
  if (odd >= 0) return `panels.${odd}`;
  const oddVariable = objectsIn(json, 'variables').findIndex((one) => !isLike(one, { ...BLANK_VARIABLE }));
  return oddVariable < 0 ? null : `variables.${oddVariable}`;
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
