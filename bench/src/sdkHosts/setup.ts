/** Servers whose middleware is measured. */
export const HOSTS = ['Express', 'Fastify', 'Koa', 'node:http'] as const;
export type Host = (typeof HOSTS)[number];

/** What the app has of metrics. */
export const METRICS = ['none', '@tinyobs/sdk', 'prom-client'] as const;
export type Metrics = (typeof METRICS)[number];

/** How often metrics are pushed, and fetched of who does not push: more often than usual, for a short run. */
export const INTERVAL_MS = 1_000;

/** Below it is an item for each number. */
export const ITEMS_PATH = '/items/';
