import { DASHBOARD_LIST, parseDashboardPlace, writeDashboardPlace } from './dashboardRoute.js';
import { parseTiming, type Refresh, type Timing, writeTiming } from './route.js';
import type { ThemeChoice } from './theme.js';

/** What the address of a panel in a frame says. */
export interface EmbedAddress extends Timing {
  readonly dashboard: string;
  readonly panel: string;
  readonly theme: ThemeChoice;
  /** What is chosen of the variables, by name; a grant has its own. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** The key for this panel alone, '' for none: behind the `#`, where no log and no other page sees it. */
  readonly grant: string;
}

/** A frame is one of many, and is looked at from afar. */
export const EMBED_REFRESH: Refresh = 60;

const PATH = /\/embed\/([0-9a-f]{12})\/([\w-]{1,64})$/;

/** Reads `/embed/<dashboard>/<panel>?range=6h&theme=dark#<grant>`; null for an address that names no panel. */
export function parseEmbedAddress({
  pathname,
  search,
  hash,
}: Pick<Location, 'pathname' | 'search' | 'hash'>): EmbedAddress | null {
  const [, dashboard, panel] = PATH.exec(pathname) ?? [];
  if (dashboard === undefined) return null;
  const params = new URLSearchParams(search);
  const timing = parseTiming(params, EMBED_REFRESH);
  const theme = params.get('theme');
  return {
    ...{ dashboard, panel },
    ...timing,
    // The stream of news is for those who may see more.
    refresh: timing.refresh === 'live' ? EMBED_REFRESH : timing.refresh,
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    values: parseDashboardPlace('', params).values,
    grant: hash.replace(/^#/, ''),
  };
}

/** The inverse of `parseEmbedAddress`, below where TinyObs is. */
export function formatEmbedAddress(address: EmbedAddress): string {
  const params = new URLSearchParams();
  writeDashboardPlace({ ...DASHBOARD_LIST, values: address.values }, params);
  writeTiming(address, params, EMBED_REFRESH);
  if (address.theme !== 'system') params.set('theme', address.theme);
  const search = params.toString();
  const path = `embed/${address.dashboard}/${address.panel}`;
  return `${path}${search === '' ? '' : `?${search}`}${address.grant === '' ? '' : `#${address.grant}`}`;
}

/** What is to be put into a page, to show it there. */
export function frameOf(url: string, title: string): string {
  return `<iframe src="${attribute(url)}" title="${attribute(title)}" width="100%" height="320" style="border: 0" loading="lazy"></iframe>`;
}

function attribute(text: string): string {
  return text.replace(/[&"<>]/g, (character) => ENTITIES[character]);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };
