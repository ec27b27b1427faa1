import type { Route } from '../routes/route.js';
import { dashboardPaths } from './dashboard.js';
import { isEmbedPage } from './embedPage.js';

/** Everything below these is answered here, with 404 where there is nothing. */
const OWN_PREFIX = /^\/(?:(?:api|v1)(?:\/|$)|metrics\/job(?:@base64)?\/)/i;

/** Paths that are answered here, beside those with our prefixes: of routes, and of the dashboard. */
export function ownPaths(routes: readonly Route[]): string[] {
  return [...routes.map(({ path }) => path).filter((path) => !OWN_PREFIX.test(path)), ...dashboardPaths()];
}

/** Whether a path is answered here, given `ownPaths` in a set; everything else is the host's. */
export function isOwnPath(path: string, own: ReadonlySet<string>): boolean {
  if (OWN_PREFIX.test(path) || isEmbedPage(path) || own.has(path)) return true;
  const usual = path.toLowerCase().replace(/\/$/, '');
  return own.has(usual);
}
