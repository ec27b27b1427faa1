/** Series of a target, which many are. */
export const SERIES = 500;

export const INTERVAL_MS = 15_000;
