import { computed, effect, signal } from '@preact/signals';

export type ThemeChoice = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'tinyobs.theme';
const systemIsDark = window.matchMedia('(prefers-color-scheme: dark)');
const systemTheme = signal<'light' | 'dark'>(systemIsDark.matches ? 'dark' : 'light');

/** What the reader chose; set it to choose. */
export const themeChoice = signal<ThemeChoice>(readChoice());
/** The theme in effect; charts redraw when it changes, because a canvas does not follow CSS variables. */
export const theme = computed(() => (themeChoice.value === 'system' ? systemTheme.value : themeChoice.value));

/** Shows the choice, and keeps it for the next visit. */
export function startTheme(): void {
  showTheme();
  effect(() => writeChoice(themeChoice.value));
}

/** Puts the choice on the root element, where the style sheets look for it. */
export function showTheme(): void {
  systemIsDark.addEventListener('change', () => {
    systemTheme.value = systemIsDark.matches ? 'dark' : 'light';
  });
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
}

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORAGE_KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    // Storage may be blocked by the browser; the system's choice is the right one then.
    return 'system';
  }
}

function writeChoice(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, choice);
  } catch {
    // Storage may be blocked by the browser; the choice then lasts for this page only.
    return;
  }
}
