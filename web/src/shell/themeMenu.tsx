import { type ThemeChoice, theme, themeChoice } from '../state/theme.js';
import type { IconName } from '../ui/icon.js';
import { IconButton } from '../ui/iconButton.js';
import { Menu } from '../ui/menu.js';

export const THEMES: readonly { readonly id: ThemeChoice; readonly text: string; readonly icon: IconName }[] =
  [
    { id: 'system', text: 'System', icon: 'system' },
    { id: 'light', text: 'Light', icon: 'sun' },
    { id: 'dark', text: 'Dark', icon: 'moon' },
  ];

export function chooseTheme(choice: ThemeChoice): void {
  themeChoice.value = choice;
}

export function ThemeMenu() {
  return (
    <Menu
      label="Theme"
      items={THEMES.map(({ id, text, icon }) => ({
        id: `theme-${id}`,
        text,
        icon,
        isChosen: themeChoice.value === id,
        onChoose: () => chooseTheme(id),
      }))}
      trigger={(attributes) => (
        <IconButton
          {...attributes}
          icon={theme.value === 'dark' ? 'moon' : 'sun'}
          label="Theme"
          data-testid="theme-menu"
        />
      )}
    />
  );
}
