import './page.css';
import type { ComponentChildren } from 'preact';

/** The content of a screen that is read from top to bottom. */
export function Page({ testId, children }: { testId?: string; children: ComponentChildren }) {
  return (
    <main class="page" id="main" data-testid={testId}>
      {children}
    </main>
  );
}
