/** The number of `--series-<n>` colours in the style sheet. */
export const COLOUR_COUNT = 8;

/** The token of a slot, counted from 0; past the palette colours repeat. */
export function seriesToken(slot: number): string {
  return `--series-${(slot % COLOUR_COUNT) + 1}`;
}

/** A colour as the style sheet has it now: a canvas does not follow its variables. */
export function tokenColour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** `#rrggbb` as the style sheet writes it, made translucent. */
export function withAlpha(hex: string, alpha: number): string {
  return `${hex}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`;
}
