import { refreshNow } from '../state/clock.js';
import { navigate, route } from '../state/location.js';
import { formatRoute, parseRoute, screenHref } from '../state/route.js';
import { RANGE_PRESETS } from '../state/timeRange.js';
import { canGoBack, goBack, resetZoom, shift, showRange, zoomOut } from '../state/zoom.js';
import { copyText } from '../ui/copyText.js';
import type { IconName } from '../ui/icon.js';
import { overlay } from './overlay.js';
import { DOCS_HREF, SCREENS } from './screens.js';
import { chooseTheme, THEMES } from './themeMenu.js';

/** Something the palette, and often a key, does. */
export interface Action {
  readonly id: string;
  readonly group: 'Pages' | 'Time' | 'Actions';
  readonly text: string;
  readonly icon: IconName;
  /** Keys one after the other. */
  readonly keys?: string;
  readonly run: () => void;
}

/** All of them, in the order of the help. */
export const ACTIONS: readonly Action[] = [
  ...SCREENS.map(
    ({ id, title, icon, key }): Action => ({
      id: `go-${id}`,
      group: 'Pages',
      text: title,
      icon,
      keys: `g ${key}`,
      run: () => navigate(parseRoute(screenHref(id, route.value))),
    }),
  ),
  {
    id: 'docs',
    group: 'Pages',
    text: 'HTTP API',
    icon: 'docs',
    run: () => window.location.assign(new URL(DOCS_HREF, document.baseURI)),
  },
  time('shift-back', 'Half a range back', 'left', '[', () => shift(-1)),
  time('shift-on', 'Half a range on', 'right', ']', () => shift(1)),
  time('zoom-out', 'Zoom out', 'zoomOut', 'z', zoomOut),
  time('back', 'The range before', 'back', 'b', () => canGoBack() && goBack()),
  time('live', 'Back to the moving range', 'clock', 'l', resetZoom),
  ...RANGE_PRESETS.map(
    ({ text, title, seconds }): Action => ({
      id: `range-${text}`,
      group: 'Time',
      text: `Last ${title}`,
      icon: 'clock',
      run: () => showRange({ kind: 'last', seconds }),
    }),
  ),
  { id: 'refresh', group: 'Actions', text: 'Refresh now', icon: 'refresh', keys: 'r', run: refreshNow },
  {
    id: 'copy-link',
    group: 'Actions',
    text: 'Copy a link to this view',
    icon: 'link',
    keys: 'c',
    run: () => void copyLink(),
  },
  ...THEMES.map(
    ({ id, text, icon }): Action => ({
      id: `theme-${id}`,
      group: 'Actions',
      text: `Theme: ${text.toLowerCase()}`,
      icon,
      run: () => chooseTheme(id),
    }),
  ),
  {
    id: 'help',
    group: 'Actions',
    text: 'Keyboard shortcuts',
    icon: 'help',
    keys: '?',
    run: () => {
      overlay.value = 'help';
    },
  },
];

function time(id: string, text: string, icon: IconName, keys: string, run: () => void): Action {
  return { id, group: 'Time', text, icon, keys, run };
}

async function copyLink(): Promise<void> {
  await copyText(new URL(formatRoute(route.value), document.baseURI).href, {
    done: 'Link copied.',
    refused: 'The browser does not let the page copy; the address bar has the link.',
  });
}
