import './navigation.css';
import { outage } from '../state/connection.js';
import { route } from '../state/location.js';
import { screenHref } from '../state/route.js';
import { key, signOut } from '../state/session.js';
import { Icon } from '../ui/icon.js';
import { IconButton } from '../ui/iconButton.js';
import { Brand } from './brand.js';
import { overlay } from './overlay.js';
import { DOCS_HREF, SCREENS } from './screens.js';
import { ThemeMenu } from './themeMenu.js';

/** The screens: at the side of a wide window, at the bottom of a phone. */
export function Navigation() {
  const current = route.value;
  return (
    <aside class="navigation" aria-label="Navigation">
      <Brand />
      <nav aria-label="Screens">
        <ul>
          {SCREENS.map(({ id, title, icon }) => (
            <li key={id}>
              <a
                class="nav-link"
                href={screenHref(id, current)}
                aria-current={current.screen === id ? 'page' : undefined}
              >
                <Icon name={icon} />
                <span>{title}</span>
              </a>
            </li>
          ))}
          <li>
            <a class="nav-link" href={DOCS_HREF}>
              <Icon name="docs" />
              <span>
                <span class="nav-more">HTTP </span>API
              </span>
            </a>
          </li>
        </ul>
      </nav>
      <div class="navigation-foot">
        <p class="server-state" data-away={outage.value !== null}>
          {outage.value === null ? 'Server answers' : 'Server is away'}
        </p>
        <div class="navigation-tools">
          <ThemeMenu />
          <IconButton
            icon="help"
            label="Keyboard shortcuts"
            keys="?"
            onClick={() => {
              overlay.value = 'help';
            }}
          />
          {key.value !== null && (
            <IconButton icon="signOut" label="Sign out" onClick={signOut} data-testid="sign-out" />
          )}
        </div>
      </div>
    </aside>
  );
}
