import type { Dashboard } from '../../api/dashboards.js';
import { DATABASE_CLIENT } from './databaseClient.js';
import { HTTP_SERVICE } from './httpService.js';
import { NODE_EXPORTER } from './nodeExporter.js';
import { NODE_RUNTIME } from './nodeRuntime.js';
import { PROMETHEUS } from './prometheus.js';
import { TINYOBS } from './tinyobs.js';

export interface Template {
  /** Also the id under which it is opened. */
  readonly id: string;
  readonly dashboard: Dashboard;
}

/** What a dashboard can begin with, opened without being saved. */
export const TEMPLATES: readonly Template[] = [
  { id: 'template-node-runtime', dashboard: NODE_RUNTIME },
  { id: 'template-http-service', dashboard: HTTP_SERVICE },
  { id: 'template-database-client', dashboard: DATABASE_CLIENT },
  { id: 'template-node-exporter', dashboard: NODE_EXPORTER },
  { id: 'template-tinyobs', dashboard: TINYOBS },
  { id: 'template-prometheus', dashboard: PROMETHEUS },
];

export function templateOf(id: string): Dashboard | null {
  return TEMPLATES.find((template) => template.id === id)?.dashboard ?? null;
}
