/** Bounds of what dashboards take. */

/** Dashboards at a time. */
export const DASHBOARDS_MAX = 500;

/** Bytes of one dashboard as JSON. */
export const DASHBOARD_BYTES_MAX = 128 * 1024;

/** Versions that are kept of each, the present one included; fewer where they are large. */
export const VERSIONS_MAX = 20;

/** Bytes of all versions of a dashboard: one document of the store holds them, with room for what is beside them. */
export const VERSIONS_BYTES_MAX = 900 * 1024;

export const PANELS_MAX = 100;
export const QUERIES_MAX = 20;
export const VARIABLES_MAX = 30;

/** The lowest row in which a panel begins. */
export const ROWS_MAX = 100_000;

/** How long a grant of a panel is valid where nothing is said, as a duration. */
export const GRANT_EXPIRY = '30d';

/** How long it is at most, ms: a year, whichever that is. */
export const GRANT_MS_MAX = 366 * 86_400_000;

/** Bytes of what is chosen of variables in a grant, as JSON: all grants are in memory. */
export const GRANT_VALUES_BYTES_MAX = 16 * 1024;
