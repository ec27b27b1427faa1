import { health, serverStatus } from '../api/operate.js';
import type { Health, ServerStatus } from '../api/operateTypes.js';
import { formatValue } from '../chart/units.js';
import { nowMs } from '../state/clock.js';
import { useQuery } from '../state/useQuery.js';
import { Ago } from '../ui/ago.js';
import { Figures } from '../ui/figures.js';
import { Icon } from '../ui/icon.js';
import { LoadState } from '../ui/loadState.js';
import { Section } from '../ui/section.js';
import { AgeChart } from './ageChart.js';
import { LargestMetrics } from './largestMetrics.js';
import { LimitList } from './limitList.js';
import { TierTable } from './tierTable.js';
import { WorkList } from './workList.js';

/** What the store holds and does, how near limits are, and the process. */
export function StoreTab() {
  const tick = nowMs.value;
  const state = useQuery({ subject: 'server status', variant: '', tick }, serverStatus);
  const { data: checks } = useQuery({ subject: 'health', variant: '', tick }, health);
  return (
    <div class="status-body">
      {checks !== null && <Problems checks={checks} />}
      <LoadState state={state} what="The state of the server" heightPx={420}>
        {(status) => <Parts status={status} />}
      </LoadState>
    </div>
  );
}

function Parts({ status }: { status: ServerStatus }) {
  return (
    <>
      <StoreFigures status={status} />
      <Section title="What is kept" facts="before the compression of the database">
        <TierTable tiers={status.tiers} />
        <div class="status-pair">
          <AgeChart ages={status.ages} />
          <LargestMetrics metrics={status.metrics} />
        </div>
      </Section>
      <Section title="What it does by itself">
        <WorkList work={status.work} />
      </Section>
      <Section title="Limits" facts="the fullest first">
        <LimitList limits={status.limits} />
      </Section>
      <ProcessSection of={status.process} />
    </>
  );
}

/** What is not well, and what to do about it; nothing while all is. */
function Problems({ checks }: { checks: Health }) {
  const bad = Object.entries(checks.checks).filter(([, { status }]) => status !== 'ok');
  if (bad.length === 0) return null;
  return (
    <ul class="status-problems" aria-label="What is not well" data-testid="problems">
      {bad.map(([name, { status, reason }]) => (
        <li key={name} data-status={status}>
          <Icon name="alert" />
          <p>
            <strong>{status === 'failing' ? 'Failing' : 'Degraded'}:</strong> {reason}
          </p>
        </li>
      ))}
    </ul>
  );
}

function StoreFigures({ status: { disk, head, wal, process, tiers } }: { status: ServerStatus }) {
  const samples = tiers.find(({ tier }) => tier === 'raw')?.samples ?? 0;
  return (
    <Figures
      testId="store-figures"
      figures={[
        {
          name: 'On disk',
          value: formatValue(disk.usedBytes, 'bytes'),
          note: disk.freeBytes === undefined ? undefined : `${formatValue(disk.freeBytes, 'bytes')} are free`,
        },
        {
          name: 'Samples in blocks',
          value: formatValue(samples, 'none'),
          note: `${formatValue(
            tiers.reduce((sum, { bytes }) => sum + bytes, 0),
            'bytes',
          )} with rollups`,
        },
        {
          name: 'Samples in memory',
          value: formatValue(head.samples, 'none'),
          used: head.samples / head.samplesMax,
          note: `of ${formatValue(head.samplesMax, 'none')}`,
        },
        {
          name: 'Write-ahead log',
          value: formatValue(wal.records, 'none'),
          note: `records, ${formatValue(wal.pendingBytes, 'bytes')} waiting to be written`,
        },
        {
          name: 'Memory',
          value: formatValue(process.memoryBytes, 'bytes'),
          note: `${formatValue(process.heapBytes, 'bytes')} of it JavaScript’s`,
        },
      ]}
    />
  );
}

function ProcessSection({ of: { version, node, platform, pid, started } }: { of: ServerStatus['process'] }) {
  return (
    <Section title="The program" testId="process">
      <dl class="status-facts">
        <Fact name="TinyObs" value={version} />
        <Fact name="Node" value={node} />
        <Fact name="Platform" value={platform} />
        <Fact name="Process" value={String(pid)} />
        <div>
          <dt>Started</dt>
          <dd>
            <Ago ms={Date.parse(started)} />
          </dd>
        </div>
      </dl>
    </Section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
