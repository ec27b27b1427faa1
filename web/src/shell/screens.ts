import type { Route } from '../state/route.js';
import type { IconName } from '../ui/icon.js';

export interface ScreenEntry {
  readonly id: Route['screen'];
  readonly title: string;
  readonly icon: IconName;
  /** Pressed after `g`. */
  readonly key: string;
}

/** What the navigation, the palette and the keyboard lead to, in this order. */
export const SCREENS: readonly ScreenEntry[] = [
  { id: 'overview', title: 'Overview', icon: 'overview', key: 'o' },
  { id: 'explore', title: 'Explore', icon: 'explore', key: 'e' },
  { id: 'dashboards', title: 'Dashboards', icon: 'dashboards', key: 'd' },
  { id: 'targets', title: 'Targets', icon: 'targets', key: 't' },
  { id: 'cardinality', title: 'Cardinality', icon: 'cardinality', key: 'c' },
  { id: 'status', title: 'Status', icon: 'status', key: 's' },
];

/** The description of the HTTP API, which the server serves beside the dashboard. */
export const DOCS_HREF = './docs';

export function titleOf(screen: Route['screen']): string {
  return SCREENS.find(({ id }) => id === screen)?.title ?? '';
}

/** Screens that speak of now, whatever range the others are looked at over. */
const TIMELESS: readonly Route['screen'][] = ['targets', 'status'];

export function hasTime(screen: Route['screen']): boolean {
  return !TIMELESS.includes(screen);
}
