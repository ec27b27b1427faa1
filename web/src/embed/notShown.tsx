import './embed.css';
import { EmptyState } from '../ui/emptyState.js';

/** In the place of a panel. */
export function NotShown({ reason }: { reason: string }) {
  return (
    <main class="embed-failure" data-testid="embed-failure">
      <h1 class="sr-only">TinyObs</h1>
      <EmptyState icon="alert" title="This panel cannot be shown" isFault>
        <p>{reason}</p>
      </EmptyState>
    </main>
  );
}
