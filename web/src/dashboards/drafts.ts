import { signal } from '@preact/signals';
import type { Dashboard } from '../api/dashboards.js';

/** What was changed of a dashboard and is not saved. */
export interface Draft {
  readonly dashboard: Dashboard;
  /** The version that was changed, 0 for one that was never saved. */
  readonly version: number;
  /** What it was before each change, the latest last. */
  readonly earlier: readonly Dashboard[];
}

const EARLIER_MAX = 50;

/** By id of the dashboard; kept while the tab is open, wherever the reader goes in between. */
export const drafts = signal<ReadonlyMap<string, Draft>>(new Map());

window.addEventListener('beforeunload', (event) => {
  if (drafts.value.size > 0) event.preventDefault();
});

export function setDraft(id: string, draft: Draft | null): void {
  const next = new Map(drafts.value);
  if (draft === null) next.delete(id);
  else next.set(id, draft);
  drafts.value = next;
}

/** The draft after a change of it. */
export function changed({ dashboard, version, earlier }: Draft, next: Dashboard): Draft {
  return { dashboard: next, version, earlier: [...earlier, dashboard].slice(-EARLIER_MAX) };
}

/** The draft before its latest change, null where there was none. */
export function undone({ version, earlier }: Draft): Draft | null {
  const before = earlier.at(-1);
  if (before === undefined || (earlier.length === 1 && version > 0)) return null;
  return { dashboard: before, version, earlier: earlier.slice(0, -1) };
}
