import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Route } from '../state/route.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/emptyState.js';
import { Page } from '../ui/page.js';
import { Skeleton } from '../ui/skeleton.js';

interface Props<Own extends Route> {
  readonly route: Own;
  /** Loads the screen; always the same function for the same screen. */
  readonly load: () => Promise<ComponentType<{ route: Own }>>;
}

/** A screen whose code is loaded when it is opened for the first time. */
export function LazyScreen<Own extends Route>({ route, load }: Props<Own>) {
  const [screen, setScreen] = useState<{ readonly Shown: ComponentType<{ route: Own }> } | null>(null);
  const [hasFailed, setFailed] = useState(false);
  useEffect(() => {
    let isWanted = true;
    load().then(
      (Shown) => isWanted && setScreen({ Shown }),
      () => isWanted && setFailed(true),
    );
    return () => {
      isWanted = false;
    };
  }, [load]);
  if (screen !== null) return <screen.Shown route={route} />;
  return (
    <Page>
      {hasFailed ? (
        <EmptyState icon="alert" title="This screen could not be loaded" isFault>
          <p>Its files did not come from the server.</p>
          <Button onClick={() => window.location.reload()}>Reload</Button>
        </EmptyState>
      ) : (
        <Skeleton heightPx={220} />
      )}
    </Page>
  );
}
