import type { Attributes } from '@opentelemetry/api';
import type { StoreEvent } from '@tinyobs/storage';
import { inSpan, recordFailure } from './spans.js';

/**
 * Notes what happened in the store. Work that took its time there has a span, made when it is over, in which the note
 * is taken; it is no part of the request that gave the occasion.
 */
export function inStoreSpan(event: StoreEvent, note: () => void): void {
  const work = workOf(event);
  if (!work) {
    note();
    return;
  }
  const { name, durationMs, attributes } = work;
  const noteWithin = (): void => {
    if (event.type === 'work_failed') recordFailure(event.error);
    note();
  };
  inSpan(name, noteWithin, { root: true, startTime: Date.now() - durationMs, attributes });
}

interface Work {
  readonly name: string;
  readonly durationMs: number;
  readonly attributes?: Attributes;
}

/** Group commits have none: they are many, and the appends that wait for them have. */
function workOf(event: StoreEvent): Work | undefined {
  const { type } = event;
  switch (type) {
    case 'flushed':
      return workWith('tinyobs.flush', event, { ...figuresOf(event), 'tinyobs.blocks': event.blocks });
    case 'compacted':
      return workWith('tinyobs.compaction', event, rewriteOf(event));
    case 'rolled_up':
      return workWith('tinyobs.rollup', event, rewriteOf(event));
    case 'work_failed':
      return workWith(`tinyobs.${event.work}`, event);
    case 'expired':
      return workWith('tinyobs.retention', event, figuresOf(event));
    case 'rollups_dropped':
      return workWith('tinyobs.rollups_drop', event, figuresOf(event));
    case 'forgotten':
      return workWith('tinyobs.forget', event, figuresOf(event));
    case 'replayed':
      return workWith('tinyobs.replay', event, figuresOf(event));
    case 'reopened':
      return workWith('tinyobs.reopen', event);
    default:
      return undefined;
  }
}

function workWith(name: string, { durationMs }: { durationMs: number }, attributes?: Attributes): Work {
  return { name, durationMs, attributes };
}

/** What is not known of an event has no attribute. */
function figuresOf(event: {
  readonly runs?: number;
  readonly series?: number;
  readonly samples?: number;
  readonly sizeBytes?: number;
}): Attributes {
  return {
    'tinyobs.runs': event.runs,
    'tinyobs.series': event.series,
    'tinyobs.samples': event.samples,
    'tinyobs.bytes': event.sizeBytes,
  };
}

function rewriteOf(event: Extract<StoreEvent, { type: 'compacted' | 'rolled_up' }>): Attributes {
  return {
    ...figuresOf(event),
    'tinyobs.input.samples': event.samplesBefore,
    'tinyobs.input.bytes': event.sizeBytesBefore,
    'tinyobs.window.start_ms': event.windowMs,
    'tinyobs.window.end_ms': event.windowEndMs,
  };
}
