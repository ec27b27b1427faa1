import { navigate } from '../state/location.js';
import { TARGET_TABS, type TargetsView } from '../state/operateRoute.js';
import type { OperateRoute } from '../state/route.js';
import { Page } from '../ui/page.js';
import { Tabs } from '../ui/tabs.js';
import { Pushed } from './pushed.js';
import { Scraped } from './scraped.js';

export type TargetsRoute = Extract<OperateRoute, { screen: 'targets' }>;

const TITLES: Record<TargetsView['tab'], string> = { scraped: 'Scraped', pushed: 'Pushed and sent on' };

/** Where samples come from, and where they go: what is scraped, what is pushed, what is sent on. */
export function Targets({ route }: { route: TargetsRoute }) {
  const onOpen = (id: string): void => {
    const tab = TARGET_TABS.find((one) => one === id);
    if (tab !== undefined) navigate({ ...route, tab });
  };
  return (
    <Page testId="targets">
      <Tabs
        label="Ways in and out"
        opened={{ id: route.tab, onOpen }}
        tabs={[
          { id: 'scraped', title: TITLES.scraped, body: <Scraped route={route} /> },
          { id: 'pushed', title: TITLES.pushed, body: <Pushed /> },
        ]}
      />
    </Page>
  );
}
