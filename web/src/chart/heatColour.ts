/** The number of `--heat-<n>` colours in the style sheet, from little to much. */
export const HEAT_COLOUR_COUNT = 7;

/**
 * The colour of a count, counted from 0; null for none at all. By the root of its share, so that what is rare can be
 * told from what is not there.
 */
export function heatOf(count: number, most: number): number | null {
  if (!(count > 0) || !(most > 0)) return null;
  const share = Math.sqrt(Math.min(1, count / most));
  return Math.min(HEAT_COLOUR_COUNT - 1, Math.floor(share * HEAT_COLOUR_COUNT));
}

/** The counts at which one colour ends and the next begins, beginning with 0. */
export function heatBounds(most: number): number[] {
  return Array.from({ length: HEAT_COLOUR_COUNT + 1 }, (_, place) => (place / HEAT_COLOUR_COUNT) ** 2 * most);
}

export function heatToken(heat: number): string {
  return `--heat-${heat + 1}`;
}
