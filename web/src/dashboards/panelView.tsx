import { builtIns, interpolate, interpolateText, type Meanings } from '@tinyobs/model/queryVariables';
import { useRef } from 'preact/hooks';
import type { Panel } from '../api/dashboards.js';
import { route } from '../state/location.js';
import { exploreHref } from '../state/route.js';
import { useVisible } from '../state/useVisible.js';
import { useWidth } from '../state/useWidth.js';
import { zoomTo } from '../state/zoom.js';
import { Icon } from '../ui/icon.js';
import { Tooltip } from '../ui/tooltip.js';
import { hasQueries } from './newDashboard.js';
import { PanelBody } from './panelBody.js';
import { TextPanel } from './textPanel.js';
import { panelGrid, runText, usePanelData } from './usePanelData.js';

interface Props {
  readonly panel: Panel;
  readonly meanings: Meanings;
  /** Of what lies below the head. */
  readonly heightPx: number;
}

/** The inside of a panel: its title, which leads to Explore, and what it shows. */
export function PanelView({ panel, meanings, heightPx }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const widthPx = useWidth(root);
  const isVisible = useVisible(root) && widthPx > 0;
  const grid = panelGrid(panel, route.value.range, widthPx);
  const all = { ...meanings, ...builtIns(grid.stepSec, grid.endSec - grid.startSec) };
  const queries = panel.queries.map(({ expr }) => interpolate(expr, all));
  const state = usePanelData(panel, { queries, run: runText, grid, isVisible });
  const title = interpolateText(panel.title, all);
  return (
    <div
      class="dash-panel-inside"
      ref={root}
      style={{ '--body-height': `${heightPx}px` }}
      aria-busy={state.isLoading}
      data-loaded={state.data !== null}
    >
      <header class="dash-panel-head">
        <h3 title={title}>
          {hasQueries(panel.kind) ? (
            <a class="panel-link" href={exploreHref(queries, route.value)}>
              <span>{title === '' ? 'Untitled' : title}</span>
              <span class="sr-only">, open in Explore</span>
              <Icon name="open" size={14} />
            </a>
          ) : (
            title
          )}
        </h3>
        {panel.description !== '' && (
          <Tooltip text={panel.description}>
            <button type="button" class="dash-panel-about" aria-label={`About: ${panel.description}`}>
              <Icon name="help" size={15} />
            </button>
          </Tooltip>
        )}
      </header>
      <div class="dash-panel-body">
        {panel.kind === 'text' ? (
          <TextPanel text={interpolateText(panel.text, all)} firstLevel={4} />
        ) : (
          hasQueries(panel.kind) && <PanelBody {...{ panel, title, state, heightPx }} onZoom={zoomTo} />
        )}
      </div>
    </div>
  );
}
