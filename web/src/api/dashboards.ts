import type { Unit } from '../chart/units.js';
import { getOwn, sendOwn } from './request.js';

export type PanelKind = 'graph' | 'stat' | 'gauge' | 'bars' | 'table' | 'heatmap' | 'text' | 'row';

export interface PanelQuery {
  /** PromQL, with variables in it. */
  readonly expr: string;
  /** Name of a series, with `{{label}}` for its labels; empty for all labels. */
  readonly legend: string;
}

/** A panel as the server keeps it; places are columns of 24 and rows. */
export interface Panel {
  readonly id: string;
  readonly kind: PanelKind;
  readonly title: string;
  readonly description: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly queries: readonly PanelQuery[];
  readonly unit: Unit;
  readonly thresholds: readonly { readonly from: number; readonly role: 'good' | 'warn' | 'bad' }[];
  readonly look: 'line' | 'area' | 'stacked' | 'bars';
  readonly legend: 'list' | 'table';
  readonly min?: number;
  readonly max?: number;
  readonly text: string;
  /** A variable, for each chosen value of which the panel is shown; empty to show it once. */
  readonly repeat: string;
  /** How many of a repeated panel share the width; with 1 each keeps the width of the panel. */
  readonly perRow: number;
}

export interface Variable {
  readonly name: string;
  readonly label: string;
  readonly kind: 'query' | 'result' | 'custom' | 'interval' | 'constant';
  readonly labelName: string;
  /** Of which series, or the query whose series are the values. */
  readonly selector: string;
  /** What of the values is taken; empty for all as they are. */
  readonly regex: string;
  readonly values: readonly string[];
  readonly isMulti: boolean;
  readonly hasAll: boolean;
}

/** All of a dashboard that people write. */
export interface Dashboard {
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** The time it opens with; empty for the usual one. */
  readonly range: string;
  readonly variables: readonly Variable[];
  readonly panels: readonly Panel[];
}

interface Saved {
  readonly version: number;
  /** RFC 3339. */
  readonly saved: string;
  /** Id of the key it was saved with. */
  readonly by: string;
}

export interface ListedDashboard extends Saved {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
}

export interface SavedDashboard extends Saved {
  readonly id: string;
  readonly dashboard: Dashboard;
}

export interface DashboardVersion extends Saved {
  readonly title: string;
}

/** @throws {ApiError} any code, of this and all below */
export async function listDashboards(signal: AbortSignal): Promise<readonly ListedDashboard[]> {
  return (await getOwn<{ dashboards: readonly ListedDashboard[] }>('dashboards', NONE, signal)).dashboards;
}

export function readDashboard(id: string, signal: AbortSignal): Promise<SavedDashboard> {
  return getOwn<SavedDashboard>(pathOf(id), NONE, signal);
}

export function createDashboard(dashboard: Dashboard): Promise<ListedDashboard> {
  return sendOwn('POST', 'dashboards', { dashboard });
}

/** `dashboard_conflict` where the newest version is another. */
export function saveDashboard(id: string, version: number, dashboard: Dashboard): Promise<ListedDashboard> {
  return sendOwn('PUT', pathOf(id), { version, dashboard });
}

export function deleteDashboard(id: string): Promise<void> {
  return sendOwn('DELETE', pathOf(id));
}

export async function listVersions(id: string, signal: AbortSignal): Promise<readonly DashboardVersion[]> {
  const answer = await getOwn<{ versions: readonly DashboardVersion[] }>(
    `${pathOf(id)}/versions`,
    NONE,
    signal,
  );
  return answer.versions;
}

export function restoreVersion(id: string, version: number): Promise<ListedDashboard> {
  return sendOwn('POST', `${pathOf(id)}/versions/${version}`);
}

const NONE = new URLSearchParams();

function pathOf(id: string): string {
  return `dashboards/${encodeURIComponent(id)}`;
}
