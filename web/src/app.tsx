import { useEffect } from 'preact/hooks';
import { Overview } from './overview/overview.js';
import { ErrorBoundary } from './shell/errorBoundary.js';
import { LazyScreen } from './shell/lazyScreen.js';
import { titleOf } from './shell/screens.js';
import { Shell } from './shell/shell.js';
import { SignIn } from './shell/signIn.js';
import { route } from './state/location.js';
import type { Route } from './state/route.js';
import { keyRefusal } from './state/session.js';

/** The screen that the URL names, or what stands before it. */
export function App() {
  const current = route.value;
  useEffect(() => {
    document.title = `${titleOf(current.screen)} · TinyObs`;
  }, [current.screen]);
  if (keyRefusal.value !== null) return <SignIn reason={keyRefusal.value} />;
  return (
    <Shell>
      <ErrorBoundary screen={current.screen}>
        <Screen route={current} />
      </ErrorBoundary>
    </Shell>
  );
}

function Screen({ route: current }: { route: Route }) {
  switch (current.screen) {
    case 'overview':
      return <Overview />;
    case 'explore':
      return <LazyScreen key="explore" load={loadExplore} route={current} />;
    case 'dashboards':
      return <LazyScreen key="dashboards" load={loadDashboards} route={current} />;
    case 'targets':
      return <LazyScreen key="targets" load={loadTargets} route={current} />;
    case 'cardinality':
      return <LazyScreen key="cardinality" load={loadCardinality} route={current} />;
    case 'status':
      return <LazyScreen key="status" load={loadStatus} route={current} />;
  }
}

// Each in a file of its own, which is loaded when it is wanted.
const loadExplore = async () => (await import('./explore/explore.js')).Explore;
const loadDashboards = async () => (await import('./dashboards/dashboards.js')).Dashboards;
const loadTargets = async () => (await import('./targets/targets.js')).Targets;
const loadCardinality = async () => (await import('./cardinality/cardinality.js')).Cardinality;
const loadStatus = async () => (await import('./status/status.js')).Status;
