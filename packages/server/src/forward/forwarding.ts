import { Forwarder } from '@tinyobs/forward';
import { TinyObsError } from '@tinyobs/model';
import type { LiveConfig } from '../config/liveConfig.js';
import { scrapeSettings } from '../config/scrapeSchema.js';
import type { LogLines } from '../logLines.js';
import type { IngestContext } from '../routes/ingestReport.js';
import { registerForwardMetrics } from '../selfMonitoring/forwardMetrics.js';
import { VERSION } from '../version.js';

/** Sends on what is stored as the configuration in force says, until the forwarder is closed. */
export function startForwarding(live: LiveConfig, ingest: IngestContext, lines: LogLines): Forwarder {
  const { store, metrics, now, instanceId } = ingest;
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
    instanceId,
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
