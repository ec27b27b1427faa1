import { route } from '../state/location.js';
import { screenHref } from '../state/route.js';
import { RangePicker } from './rangePicker.js';
import { RefreshPicker } from './refreshPicker.js';
import { SignOutButton } from './signOutButton.js';
import { ThemeToggle } from './themeToggle.js';

/** Name, screens, and the time everything on the page speaks of. */
export function Header() {
  const { screen, range } = route.value;
  return (
    <header class="top">
      <a class="brand" href={screenHref('overview', range)} aria-label="TinyObs overview">
        <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="var(--accent)" />
          <path d="M5 20h5l3.5-10 5 14 3-8H27" fill="none" stroke="var(--on-accent)" stroke-width="2.6" />
        </svg>
        TinyObs
      </a>
      <nav aria-label="Screens">
        <a href={screenHref('overview', range)} aria-current={screen === 'overview' ? 'page' : undefined}>
          Overview
        </a>
        <a href={screenHref('explore', range)} aria-current={screen === 'explore' ? 'page' : undefined}>
          Explore
        </a>
      </nav>
      <div class="top-tools">
        <RangePicker />
        <RefreshPicker />
      </div>
      <ThemeToggle />
      <SignOutButton />
    </header>
  );
}
