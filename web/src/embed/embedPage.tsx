import './embed.css';
import '../dashboards/panelGrid.css';
import { builtIns, interpolateText } from '@tinyobs/model/queryVariables';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type EmbeddedPanel, readEmbedded, readEmbeddedData } from '../api/embed.js';
import { hasQueries } from '../dashboards/newDashboard.js';
import { PanelBody } from '../dashboards/panelBody.js';
import { TextPanel } from '../dashboards/textPanel.js';
import { panelGrid, type RunPanelQuery, usePanelData } from '../dashboards/usePanelData.js';
import { nowMs } from '../state/clock.js';
import { outage } from '../state/connection.js';
import { DASHBOARD_LIST } from '../state/dashboardRoute.js';
import type { EmbedAddress } from '../state/embedAddress.js';
import { formatRoute } from '../state/route.js';
import type { TimeRange } from '../state/timeRange.js';
import { useQuery } from '../state/useQuery.js';
import { useHeight, useWidth } from '../state/useWidth.js';
import { Icon } from '../ui/icon.js';
import { IconButton } from '../ui/iconButton.js';
import { Skeleton } from '../ui/skeleton.js';
import { NotShown } from './notShown.js';

/** One panel, which fills the frame it is in. */
export function EmbedPage({ address }: { address: EmbedAddress }) {
  const request = { subject: address.panel, variant: '', tick: nowMs.value };
  const { data, error } = useQuery(request, (signal) => readEmbedded(address, signal));
  // A panel that may not be shown any more is not, also where it was.
  if (error !== null && !error.isOutage) return <NotShown reason={error.message} />;
  if (data !== null) return <EmbeddedView address={address} embedded={data} />;
  if (error !== null) return <NotShown reason={`${error.message} It is tried again.`} />;
  return (
    <main class="embed" aria-busy="true">
      <h1 class="sr-only">TinyObs</h1>
      <Skeleton heightPx={180} />
    </main>
  );
}

interface ViewProps {
  readonly address: EmbedAddress;
  readonly embedded: EmbeddedPanel;
}

function EmbeddedView({ address, embedded: { panel, values } }: ViewProps) {
  const body = useRef<HTMLDivElement>(null);
  const widthPx = useWidth(body);
  const heightPx = useHeight(body);
  const [zoomed, setZoomed] = useState<TimeRange | null>(null);
  const range = zoomed ?? address.range;
  const grid = panelGrid(panel, range, widthPx);
  const run: RunPanelQuery = ({ number }, how, signal) =>
    readEmbeddedData(address, { number, grid: how.grid }, signal);
  const queries = panel.queries.map(({ expr }) => expr);
  const state = usePanelData(panel, { queries, run, grid, isVisible: widthPx > 0 });
  const all = builtIns(grid.stepSec, grid.endSec - grid.startSec);
  const title = interpolateText(panel.title, all);
  useEffect(() => {
    document.title = `${title} · TinyObs`;
  }, [title]);
  return (
    <main
      class={`embed dash-panel-${panel.kind}`}
      style={{ '--body-height': `${heightPx}px` }}
      aria-busy={state.isLoading}
      data-loaded={state.data !== null}
      data-testid="embed"
    >
      <header class="embed-head">
        <h1 title={title}>{title === '' ? 'Untitled' : title}</h1>
        {outage.value !== null && (
          <span class="embed-away" role="status">
            Not up to date
          </span>
        )}
        {zoomed !== null && (
          <IconButton icon="zoomOut" label="Back to the whole range" onClick={() => setZoomed(null)} />
        )}
        <a
          class="embed-open"
          href={dashboardOf({ ...address, range, values })}
          target="_blank"
          rel="noopener"
        >
          <span>Open in TinyObs</span>
          <Icon name="open" size={14} />
        </a>
      </header>
      <div class="embed-body" ref={body}>
        {panel.kind === 'text' && <TextPanel text={interpolateText(panel.text, all)} firstLevel={2} />}
        {hasQueries(panel.kind) && heightPx > 0 && (
          <PanelBody
            {...{ panel, title, state, heightPx }}
            onZoom={(startSec, endSec) => setZoomed({ kind: 'fixed', startSec, endSec })}
          />
        )}
      </div>
    </main>
  );
}

/** The dashboard that the panel is on, over the same time. */
function dashboardOf({ dashboard: id, values, range, zone }: EmbedAddress): string {
  return formatRoute({ screen: 'dashboards', ...DASHBOARD_LIST, id, values, range, zone, refresh: 'live' });
}
