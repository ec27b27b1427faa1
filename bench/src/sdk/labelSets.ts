export interface LabelSet {
  readonly method: string;
  readonly route: string;
  readonly status: string;
}

export const LABEL_NAMES = ['method', 'route', 'status'] as const;

const METHODS = ['GET', 'POST', 'PUT', 'DELETE'];
const STATUSES = ['200', '201', '304', '404', '500'];

/** Label sets as requests of an app have them: few methods and statuses, routes by the hundred. */
export function labelSets(count: number): LabelSet[] {
  return Array.from({ length: count }, (_, i) => ({
    method: METHODS[i % METHODS.length],
    status: STATUSES[Math.floor(i / METHODS.length) % STATUSES.length],
    route: `/items/${Math.floor(i / (METHODS.length * STATUSES.length))}/:id`,
  }));
}

/** Texts that are all different, for metrics of one label. */
export function routes(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `/route/${i}/:id`);
}
