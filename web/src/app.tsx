import { useEffect } from 'preact/hooks';
import { Explore } from './explore/explore.js';
import { Overview } from './overview/overview.js';
import { ErrorBoundary } from './shell/errorBoundary.js';
import { Header } from './shell/header.js';
import { ServerBanner } from './shell/serverBanner.js';
import { SignIn } from './shell/signIn.js';
import { route } from './state/location.js';
import { keyRefusal } from './state/session.js';

const TITLES = { overview: 'Overview · TinyObs', explore: 'Explore · TinyObs' } as const;

/** The frame around the screen that the URL names. */
export function App() {
  const current = route.value;
  useEffect(() => {
    document.title = TITLES[current.screen];
  }, [current.screen]);
  return (
    <>
      <Header />
      <ServerBanner />
      {keyRefusal.value === null ? (
        <ErrorBoundary screen={current.screen}>
          {current.screen === 'explore' ? <Explore route={current} /> : <Overview />}
        </ErrorBoundary>
      ) : (
        <SignIn reason={keyRefusal.value} />
      )}
    </>
  );
}
