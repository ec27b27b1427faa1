import './status.css';
import type { ComponentChildren } from 'preact';
import { identity } from '../api/operate.js';
import { navigate } from '../state/location.js';
import { STATUS_TABS, type StatusView } from '../state/operateRoute.js';
import type { OperateRoute } from '../state/route.js';
import { useQuery } from '../state/useQuery.js';
import { Page } from '../ui/page.js';
import { Tabs } from '../ui/tabs.js';
import { Audit } from './audit.js';
import { Configuration } from './configuration.js';
import { Keys } from './keys.js';
import { QueriesTab } from './queriesTab.js';
import { StoreTab } from './storeTab.js';

export type StatusRoute = Extract<OperateRoute, { screen: 'status' }>;

const TITLES: Record<StatusView['tab'], string> = {
  store: 'Store and process',
  queries: 'Queries',
  configuration: 'Configuration',
  audit: 'Audit log',
  keys: 'Keys',
};

/** What the server holds, does and is set to, and who did what. */
export function Status({ route }: { route: StatusRoute }) {
  const { data: who } = useQuery({ subject: 'identity', variant: '', tick: 0 }, identity);
  const bodies: Record<StatusView['tab'], ComponentChildren> = {
    store: <StoreTab />,
    queries: <QueriesTab />,
    configuration: <Configuration route={route} />,
    audit: <Audit route={route} />,
    keys: <Keys />,
  };
  const tabs = STATUS_TABS.filter(
    (tab) => tab !== 'keys' || who?.keyRequired === true || route.tab === 'keys',
  );
  const onOpen = (id: string): void => {
    const tab = STATUS_TABS.find((one) => one === id);
    if (tab !== undefined) navigate({ ...route, tab, text: '' });
  };
  return (
    <Page testId="status">
      <Tabs
        label="Parts of the server"
        opened={{ id: route.tab, onOpen }}
        tabs={tabs.map((id) => ({ id, title: TITLES[id], body: bodies[id] }))}
      />
    </Page>
  );
}
