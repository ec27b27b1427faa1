import { useState } from 'preact/hooks';
import type { ApiError } from '../api/apiError.js';
import { type Dashboard, readDashboard, type SavedDashboard } from '../api/dashboards.js';
import { useQuery } from '../state/useQuery.js';
import { changed, type Draft, drafts, setDraft, undone } from './drafts.js';
import { BLANK_DASHBOARD } from './newDashboard.js';
import { templateOf } from './templates/templates.js';

/** A dashboard that is open: what was saved, and what was changed of it since. */
export interface OpenDashboard {
  readonly id: string;
  /** Null for one that was never saved, and until it is loaded. */
  readonly saved: SavedDashboard | null;
  /** As it is shown, null until it is loaded. */
  readonly dashboard: Dashboard | null;
  readonly version: number;
  readonly isChanged: boolean;
  readonly canUndo: boolean;
  readonly error: ApiError | null;
  readonly change: (next: Dashboard) => void;
  readonly undo: () => void;
  /** Forgets what was changed, and loads what there is. */
  readonly reload: () => void;
}

export function useDashboard(id: string): OpenDashboard {
  const [tick, setTick] = useState(0);
  const begun = begunAs(id);
  const request = begun === null ? { subject: id, variant: String(tick), tick } : null;
  const { data, error } = useQuery(request, (signal) => readDashboard(id, signal));
  const saved = begun === null ? data : null;
  const draft = drafts.value.get(id);
  const base: Draft | null =
    draft ??
    (begun !== null
      ? { dashboard: begun, version: 0, earlier: [] }
      : saved !== null
        ? { dashboard: saved.dashboard, version: saved.version, earlier: [] }
        : null);
  return {
    id,
    saved,
    dashboard: base?.dashboard ?? null,
    version: base?.version ?? 0,
    isChanged: draft !== undefined || begun !== null,
    canUndo: (draft?.earlier.length ?? 0) > 0,
    error: base === null ? error : null,
    change: (next) => base !== null && setDraft(id, changed(base, next)),
    undo: () => draft !== undefined && setDraft(id, undone(draft)),
    reload: () => {
      setDraft(id, null);
      setTick(tick + 1);
    },
  };
}

/** What is open under an id that the server does not know. */
function begunAs(id: string): Dashboard | null {
  return id === 'new' ? BLANK_DASHBOARD : templateOf(id);
}
