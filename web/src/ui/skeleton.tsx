import './skeleton.css';

/** Where something will be. Appears late: most answers are quicker. */
export function Skeleton({ heightPx }: { heightPx: number }) {
  return (
    <div class="skeleton" style={{ height: `${heightPx}px` }}>
      <span class="sr-only">Loading</span>
    </div>
  );
}
