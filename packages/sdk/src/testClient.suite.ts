import { Client, type ClientSettings } from './client.js';
import { createHttpTransport } from './delivery/httpTransport.js';
import { ManualClock } from './manualClock.suite.js';
import { type Drop, type Problem, Reporter } from './reporter.js';

export interface TestClient {
  readonly client: Client;
  readonly clock: ManualClock;
  readonly problems: Problem[];
  readonly drops: Drop[];
}

/** A client over the real transport, whose time stands still and whose jitter is always the whole delay. */
export function startTestClient(
  endpoint: string,
  settings: Partial<ClientSettings> & { requestTimeoutMs?: number; random?: () => number } = {},
): TestClient {
  const clock = new ManualClock();
  const problems: Problem[] = [];
  const drops: Drop[] = [];
  const transport = createHttpTransport({
    url: new URL('/v1/ingest', endpoint),
    headers: {},
    timeoutMs: settings.requestTimeoutMs ?? 10_000,
  });
  const reporter = new Reporter({
    onError: (problem) => problems.push(problem),
    onDrop: (drop) => drops.push(drop),
  });
  const client = new Client(
    { service: 'shop', instance: 'test:1', ...settings },
    { clock, random: settings.random ?? (() => 1), transport },
    reporter,
  );
  return { client, clock, problems, drops };
}
