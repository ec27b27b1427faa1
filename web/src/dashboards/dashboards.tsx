import './dashboards.css';
import './panelGrid.css';
import type { DashboardRoute } from '../state/route.js';
import { DashboardList } from './dashboardList.js';
import { DashboardView } from './dashboardView.js';

/** All dashboards, or the one that the URL names. */
export function Dashboards({ route }: { route: DashboardRoute }) {
  return route.id === '' ? <DashboardList route={route} /> : <DashboardView key={route.id} route={route} />;
}
