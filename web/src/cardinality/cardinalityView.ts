import type { CardinalityView } from '../state/operateRoute.js';
import type { OperateRoute } from '../state/route.js';

export type CardinalityRoute = Extract<OperateRoute, { screen: 'cardinality' }>;

/** Entries of each list. */
export const LISTED = 15;

/** What of the route is this screen's own, to link to another view of it. */
export function viewOf({ screen, metric, label, since }: CardinalityRoute): CardinalityView {
  return { screen, metric, label, since };
}
