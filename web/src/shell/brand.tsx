import { route } from '../state/location.js';
import { screenHref } from '../state/route.js';

export function Brand() {
  return (
    <a class="brand" href={screenHref('overview', route.value)} aria-label="TinyObs, to the overview">
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path
          d="M6 20h4.5l3.5-10 4.5 13 3-8H26"
          fill="none"
          stroke="var(--on-accent)"
          stroke-width="2.6"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>
      <span>TinyObs</span>
    </a>
  );
}
