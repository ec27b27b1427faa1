import { Forwarder } from '@tinyobs/forward';
import { TinyObsError } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import type { LiveConfig } from '../config/liveConfig.js';
import { scrapeSettings } from '../config/scrapeSchema.js';
import type { LogLines } from '../logLines.js';
import { registerForwardMetrics } from '../selfMonitoring/forwardMetrics.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { VERSION } from '../version.js';

export interface ForwardingParts {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly now: () => number;
}

/** Sends on what is stored as the configuration in force says, until the forwarder is closed. */
export function startForwarding(live: LiveConfig, parts: ForwardingParts, lines: LogLines): Forwarder {
  const { store, metrics, now } = parts;
  const { tails } = store;
  const forwarder = new Forwarder({
    source: {
      position: (name) => tails.position(name),
      read: (fromSeq) => tails.read(fromSeq),
      acknowledge: (name, beforeSeq) => tails.acknowledge(name, beforeSeq),
      get endSeq() {
        return tails.endSeq;
      },
      labels: (id) => store.labels(id),
      metadata: () => store.metadata(undefined, 0),
      newestMs: () => store.stats().maxTimeMs,
    },
    now,
    allowLinkLocal: () => live.current.scrape.allowLinkLocal,
    userAgent: `TinyObs/${VERSION}`,
    onProblem(name, error) {
      const kind = error instanceof TinyObsError ? error.code : 'internal';
      lines.warn(`${kind} ${name}`, { err: error, destination: name }, 'samples could not be sent on');
    },
  });
  registerForwardMetrics(metrics.registry, { forwarder, tails });
  forwarder.apply(scrapeSettings(live.current.scrape));
  live.onChange((next) => forwarder.apply(scrapeSettings(next.scrape)));
  return forwarder;
}
