import './metricPanel.css';
import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { Icon } from '../../ui/icon.js';
import { IconButton } from '../../ui/iconButton.js';
import { MetricBrowser, type MetricBrowserProps, type PickMetric } from './metricBrowser.js';

/** The metric browser beside the queries, or, where there is no room for it, a sheet that a button opens. */
export function MetricPanel({ route, onPick }: MetricBrowserProps) {
  const isWide = useWide();
  const [isOpen, setOpen] = useState(false);
  if (isWide) {
    return (
      <aside class="metric-panel" aria-label="Metrics">
        <MetricBrowser route={route} onPick={onPick} />
      </aside>
    );
  }
  const close = () => setOpen(false);
  const pick: PickMetric = (entry, filters) => {
    close();
    onPick(entry, filters);
  };
  return (
    <>
      <Button onClick={() => setOpen(true)} aria-haspopup="dialog" data-testid="open-metrics">
        <Icon name="list" size={16} />
        Browse metrics
      </Button>
      {isOpen && (
        <Dialog label="Metrics" look="sheet" onClose={close}>
          <header class="sheet-head">
            <h2>Metrics</h2>
            <IconButton icon="close" label="Close" onClick={close} />
          </header>
          <MetricBrowser route={route} onPick={pick} />
        </Dialog>
      )}
    </>
  );
}

const WIDE = window.matchMedia('(min-width: 60rem)');

function useWide(): boolean {
  const [isWide, setWide] = useState(WIDE.matches);
  useEffect(() => {
    const follow = () => setWide(WIDE.matches);
    WIDE.addEventListener('change', follow);
    return () => WIDE.removeEventListener('change', follow);
  }, []);
  return isWide;
}
