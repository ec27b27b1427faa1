/** What a value past a threshold is: the names of colours in the style sheet. */
export type Role = 'good' | 'warn' | 'bad';

/** From this value on, up to the next threshold. */
export interface Threshold {
  readonly from: number;
  readonly role: Role;
}

/** The role of a value: that of the highest threshold it has reached, null below all. */
export function roleOf(value: number | null, thresholds: readonly Threshold[]): Role | null {
  if (value === null) return null;
  const reached = thresholds.filter(({ from }) => value >= from);
  return (
    reached.reduce<Threshold | null>((top, one) => (top !== null && top.from > one.from ? top : one), null)
      ?.role ?? null
  );
}
