import './meter.css';

/** From here on somebody should look at it. */
export const NEAR = 0.8;

/** How much of something is in use, from 0 to 1; more than all of it is shown as all of it. */
export function Meter({ label, used }: { label: string; used: number }) {
  const shown = Math.min(1, Math.max(0, used));
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw their own meter as they like
    <span
      class="meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(shown * 100)}
      data-state={used >= 1 ? 'full' : used >= NEAR ? 'near' : 'well'}
    >
      <span style={{ width: `${shown * 100}%` }} />
    </span>
  );
}
