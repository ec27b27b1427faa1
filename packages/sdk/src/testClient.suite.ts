import { Client, type ClientSettings } from './client.js';
import { createHttpTransport } from './delivery/httpTransport.js';
import type { Transport } from './delivery/transport.js';
import { ManualClock } from './manualClock.suite.js';
import { type Drop, type Problem, Reporter } from './reporter.js';
import { DiskSpool } from './spool/diskSpool.js';
import type { SpoolOptions } from './startClient.js';

export interface TestClient {
  readonly client: Client;
  readonly clock: ManualClock;
  readonly problems: Problem[];
  readonly drops: Drop[];
}

export interface TestSettings extends Partial<ClientSettings> {
  readonly requestTimeoutMs?: number;
  readonly random?: () => number;
  /** Instead of the real one. */
  readonly transport?: Transport;
  readonly spool?: SpoolOptions;
}

/** A client over the real transport, whose time stands still and whose jitter is always the whole delay. */
export function startTestClient(endpoint: string, settings: TestSettings = {}): TestClient {
  const clock = new ManualClock();
  const problems: Problem[] = [];
  const drops: Drop[] = [];
  const target = {
    url: new URL('/v1/ingest', endpoint),
    headers: {},
    timeoutMs: settings.requestTimeoutMs ?? 10_000,
  };
  const transport = settings.transport ?? createHttpTransport(target);
  const reporter = new Reporter({
    onError: (problem) => problems.push(problem),
    onDrop: (drop) => drops.push(drop),
  });
  const format = transport.format ?? 'batch';
  const spool = settings.spool && DiskSpool.open(settings.spool, { reporter, format });
  const client = new Client(
    { service: 'shop', instance: 'test:1', ...settings },
    { clock, random: settings.random ?? (() => 1), transport, spool },
    reporter,
  );
  return { client, clock, problems, drops };
}
