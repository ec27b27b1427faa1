import { useState } from 'preact/hooks';
import { type ListedDashboard, listDashboards } from '../api/dashboards.js';
import { formatInstant } from '../chart/timeFormat.js';
import { nowMs, refreshNow } from '../state/clock.js';
import { type DashboardRoute, dashboardHref } from '../state/route.js';
import { useQuery } from '../state/useQuery.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/emptyState.js';
import { Field } from '../ui/field.js';
import { Icon } from '../ui/icon.js';
import { Skeleton } from '../ui/skeleton.js';
import { type Column, Table } from '../ui/table.js';
import { ImportDialog } from './importDialog.js';
import { TEMPLATES } from './templates/templates.js';

/** How often others' changes are looked for. */
const LOOK_MS = 30_000;

/** All dashboards there are, and what another can begin with. */
export function DashboardList({ route }: { route: DashboardRoute }) {
  const [search, setSearch] = useState('');
  const [isImporting, setImporting] = useState(false);
  const request = { subject: 'dashboards', variant: '', tick: Math.floor(nowMs.value / LOOK_MS) };
  const { data, error } = useQuery(request, listDashboards);
  const found = (data ?? []).filter((one) => isFound(one, search));
  return (
    <main class="dashboard-list" id="main" data-testid="dashboard-list">
      <div class="dashboard-list-head">
        <Field
          type="search"
          label="Search"
          placeholder="Title or tag"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <div class="dashboard-tools">
          <Button onClick={() => setImporting(true)} data-testid="import">
            Import
          </Button>
          <a class="button primary" href={dashboardHref('new', route)} data-testid="new-dashboard">
            <Icon name="plus" size={16} />
            New dashboard
          </a>
        </div>
      </div>
      {data === null ? (
        error === null || error.isOutage ? (
          <Skeleton heightPx={180} />
        ) : (
          <EmptyState icon="alert" title="The dashboards could not be loaded" isFault>
            <p>{error.message}</p>
            <Button onClick={refreshNow}>Try again</Button>
          </EmptyState>
        )
      ) : data.length === 0 ? (
        <EmptyState icon="dashboards" title="No dashboards yet">
          <p>Begin with one of the templates below, with nothing, or with one from Grafana.</p>
        </EmptyState>
      ) : found.length === 0 ? (
        <p class="note">None has “{search}” in its title or tags.</p>
      ) : (
        <Table
          caption="Dashboards"
          columns={columnsFor(route)}
          rows={found}
          keyOf={({ id }) => id}
          testId="dashboards"
        />
      )}
      <Templates route={route} />
      {isImporting && <ImportDialog route={route} onClose={() => setImporting(false)} />}
    </main>
  );
}

function Templates({ route }: { route: DashboardRoute }) {
  return (
    <section class="templates" aria-labelledby="templates-title">
      <h2 id="templates-title">Templates</h2>
      <ul>
        {TEMPLATES.map(({ id, dashboard: { title, description } }) => (
          <li key={id}>
            <a class="template" href={dashboardHref(id, route)} data-testid={id}>
              <strong>{title}</strong>
              <span>{description}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function isFound({ title, tags }: ListedDashboard, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/);
  const text = [title, ...tags].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

function columnsFor(route: DashboardRoute): readonly Column<ListedDashboard>[] {
  return [
    {
      id: 'title',
      title: 'Dashboard',
      order: ({ title }) => title,
      cell: ({ id, title }) => (
        <a class="dashboard-link" href={dashboardHref(id, route)} title={title}>
          {title}
        </a>
      ),
    },
    {
      id: 'tags',
      title: 'Tags',
      order: ({ tags }) => tags.join(' '),
      cell: ({ tags }) => (
        <span class="dashboard-tags">
          {tags.map((tag) => (
            <Badge key={tag} tone="plain">
              {tag}
            </Badge>
          ))}
        </span>
      ),
    },
    {
      id: 'saved',
      title: 'Saved',
      isNumber: true,
      order: ({ saved }) => Date.parse(saved),
      cell: ({ saved }) => formatInstant(Date.parse(saved) / 1000),
    },
  ];
}
