import './topBar.css';
import { route } from '../state/location.js';
import { key } from '../state/session.js';
import { Icon } from '../ui/icon.js';
import { KeyHint } from '../ui/keyHint.js';
import { Brand } from './brand.js';
import { overlay } from './overlay.js';
import { RefreshMenu } from './refreshMenu.js';
import { hasTime, titleOf } from './screens.js';
import { TimeControl } from './timeControl.js';

/** The name of the screen, the way to everything else, and the time everything on the page speaks of. */
export function TopBar() {
  return (
    <header class="top-bar" data-key={key.value !== null}>
      <Brand />
      <h1>{titleOf(route.value.screen)}</h1>
      <button
        type="button"
        class="find"
        aria-haspopup="dialog"
        data-testid="open-palette"
        onClick={() => {
          overlay.value = 'palette';
        }}
      >
        <Icon name="search" size={16} />
        <span>Find metrics, pages, actions</span>
        <KeyHint keys="/" />
      </button>
      <div class="top-tools">
        {hasTime(route.value.screen) && <TimeControl />}
        <RefreshMenu />
      </div>
    </header>
  );
}
