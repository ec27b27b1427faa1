import { nowMs } from '../state/clock.js';
import { type ExploreRoute, formatRoute } from '../state/route.js';
import { resolveRange } from '../state/timeRange.js';
import { copyText } from '../ui/copyText.js';
import { Icon } from '../ui/icon.js';
import { Menu } from '../ui/menu.js';

/** Copies the address of what is shown: as it moves along with time, or held at the stretch that is seen now. */
export function ShareMenu({ route }: { route: ExploreRoute }) {
  const isMoving = route.range.kind === 'last';
  return (
    <Menu
      label="Share"
      items={[
        {
          id: 'share-moving',
          text: isMoving ? 'Copy link, time moves on' : 'Copy link',
          icon: 'link',
          onChoose: () => void copyLink(route),
        },
        ...(isMoving
          ? [
              {
                id: 'share-fixed',
                text: 'Copy link to this stretch of time',
                icon: 'clock' as const,
                onChoose: () => void copyLink(heldStill(route)),
              },
            ]
          : []),
      ]}
      trigger={(attributes) => (
        <button {...attributes} type="button" class="button" data-testid="share">
          <Icon name="link" size={16} />
          Share
        </button>
      )}
    />
  );
}

function heldStill(route: ExploreRoute): ExploreRoute {
  const { startSec, endSec } = resolveRange(route.range, nowMs.value);
  return { ...route, range: { kind: 'fixed', startSec: Math.floor(startSec), endSec: Math.ceil(endSec) } };
}

async function copyLink(route: ExploreRoute): Promise<void> {
  const link = new URL(formatRoute(route), document.baseURI).href;
  await copyText(link, { done: 'Link copied.', refused: 'The browser does not let the page copy.' });
}
