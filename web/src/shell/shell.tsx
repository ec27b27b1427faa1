import './shell.css';
import type { ComponentChildren } from 'preact';
import { Toasts } from '../ui/toast.js';
import { CommandPalette } from './commandPalette.js';
import { HelpDialog } from './helpDialog.js';
import { Navigation } from './navigation.js';
import { overlay } from './overlay.js';
import { ServerBanner } from './serverBanner.js';
import { TopBar } from './topBar.js';

/** The frame around every screen. */
export function Shell({ children }: { children: ComponentChildren }) {
  return (
    <div class="shell">
      <button type="button" class="skip-link" onClick={skipToMain}>
        Skip to the content
      </button>
      <Navigation />
      <div class="shell-page">
        <TopBar />
        <ServerBanner />
        {children}
      </div>
      {overlay.value === 'palette' && <CommandPalette />}
      {overlay.value === 'help' && <HelpDialog />}
      <Toasts />
    </div>
  );
}

function skipToMain(): void {
  const main = document.querySelector('main');
  main?.setAttribute('tabindex', '-1');
  main?.focus();
}
