import type { StoreEvent } from '@tinyobs/storage';
import type { LogLines } from '../logLines.js';
import type { Metrics } from './metrics.js';

/** Turns what happens inside the store into metrics and log lines. */
export function observeStore(event: StoreEvent, metrics: Metrics, lines: LogLines): void {
  switch (event.type) {
    case 'synced':
      metrics.syncSeconds.observe(event.durationMs / 1000);
      metrics.walBytes.inc(event.sizeBytes);
      return;
    case 'flushed':
      metrics.flushSeconds.observe(event.durationMs / 1000);
      metrics.flushBytes.inc(event.sizeBytes);
      lines.info(event.type, event, 'head flushed');
      return;
    case 'compacted':
      metrics.compactionSeconds.observe(event.durationMs / 1000);
      countRewrite(event, metrics);
      lines.info(event.type, event, 'runs merged');
      return;
    case 'rolled_up':
      metrics.rollupSeconds.observe(event.durationMs / 1000);
      countRewrite(event, metrics);
      lines.info(event.type, event, 'rollups took the place of samples past retention');
      return;
    case 'expired':
      lines.info(event.type, event, 'samples past retention dropped');
      return;
    case 'forgotten':
      lines.info(event.type, event, 'series forgotten of which nothing is kept');
      return;
    case 'rollups_dropped':
      lines.warn(
        event.type,
        event,
        'more series than limits.indexedSeries: rollups of those idle for longest dropped',
      );
      return;
    case 'work_failed':
      // What follows from it is an event of its own.
      return;
    case 'replayed':
      lines.info(event.type, event, 'write-ahead log replayed');
      return;
    case 'open_warning':
      metrics.storageErrors.inc({ kind: event.type });
      lines.warn(event.type, event, 'the database dropped what it could not read while opening');
      return;
    case 'reopened':
    case 'disk_recovered':
      lines.info(
        event.type,
        event,
        event.type === 'reopened'
          ? 'the store was opened again: writes are taken'
          : 'there is room on the disk again',
      );
      return;
    case 'disk_low':
      metrics.storageErrors.inc({ kind: event.type });
      lines.error(event.type, event, 'the disk is nearly full: writes are refused until there is room');
      return;
    case 'corruption':
    case 'write_failed':
    case 'reopen_failed':
      metrics.storageErrors.inc({ kind: event.type });
      lines.error(event.type, { err: event.error }, event.error.message);
  }
}

function countRewrite(
  { sizeBytesBefore, sizeBytes }: Extract<StoreEvent, { type: 'compacted' | 'rolled_up' }>,
  { compactionReadBytes, compactionWrittenBytes }: Metrics,
): void {
  compactionReadBytes.inc(sizeBytesBefore);
  compactionWrittenBytes.inc(sizeBytes);
}
