import { ApiError } from '../api/apiError.js';
import { createDashboard, type Dashboard, readDashboard, saveDashboard } from '../api/dashboards.js';
import { navigate, route } from '../state/location.js';
import { toast } from '../ui/toast.js';
import { drafts, setDraft } from './drafts.js';
import type { OpenDashboard } from './useDashboard.js';

/** How a try to save ended: done, somebody else saved first, or not possible. */
export type Saving =
  | { readonly kind: 'saved' }
  | { readonly kind: 'conflict'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Saves what is open: as its next version, or as a new one where there is none yet. */
export function save(open: OpenDashboard): Promise<Saving> {
  const { id, dashboard, version } = open;
  if (dashboard === null) return Promise.resolve({ kind: 'failed', reason: 'It is not loaded yet.' });
  if (version === 0) return saveAsNew(id, dashboard);
  return attempt(async () => {
    await saveDashboard(id, version, dashboard);
    afterSaving(open, dashboard);
  });
}

/** Saves what is open over whatever there is now. */
export function saveOver(open: OpenDashboard, dashboard: Dashboard): Promise<Saving> {
  return attempt(async () => {
    const { version } = await readDashboard(open.id, new AbortController().signal);
    await saveDashboard(open.id, version, dashboard);
    afterSaving(open, dashboard);
  });
}

/** Saves as a dashboard of its own, and opens that. */
export function saveAsNew(draftId: string, dashboard: Dashboard): Promise<Saving> {
  return attempt(async () => {
    const { id } = await createDashboard(dashboard);
    setDraft(draftId, null);
    if (route.value.screen === 'dashboards') {
      navigate({ ...route.value, id, isEditing: false, panel: '' }, { isReplacing: true });
    }
    toast(`Saved “${dashboard.title}”.`);
  });
}

function afterSaving(open: OpenDashboard, saved: Dashboard): void {
  toast(`Saved “${saved.title}”.`);
  // What was changed while it was sent is a change of what is saved now.
  const present = drafts.value.get(open.id)?.dashboard;
  if (present === undefined || present === saved) open.reload();
  else setDraft(open.id, { dashboard: present, version: open.version + 1, earlier: [saved] });
}

async function attempt(work: () => Promise<void>): Promise<Saving> {
  try {
    await work();
    return { kind: 'saved' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { kind: error.code === 'dashboard_conflict' ? 'conflict' : 'failed', reason: error.message };
  }
}
