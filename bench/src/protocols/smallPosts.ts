import autocannon from 'autocannon';
import { withDataFolder } from '../dataFolder.js';
import { TINYOBS, withServer } from '../servers.js';

const CONNECTIONS = 10;
const SECONDS = { full: 10, small: 1 };

export interface SmallPostFigures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMsPerRequest: number;
}

/** Posts of one JSON row, as an app without a client library sends them, each answered after its sync. */
export function measureSmallPosts(isSmall: boolean): Promise<SmallPostFigures> {
  return withDataFolder((folder) =>
    withServer(TINYOBS, folder, async ({ url, process }) => {
      const row = { name: 'jobs_done_total', type: 'counter', value: 42, labels: { queue: 'mail' } };
      const cpuBefore = process.cpuSeconds();
      const result = await autocannon({
        url: `${url}/v1/ingest`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ metrics: [row] }),
        connections: CONNECTIONS,
        duration: isSmall ? SECONDS.small : SECONDS.full,
      });
      const requests = result['2xx'];
      if (result.non2xx + result.errors + result.timeouts > 0 || requests === 0) {
        throw new Error(`${requests} posts were taken, ${result.non2xx} refused, ${result.errors} failed`);
      }
      const cpuMsPerRequest = ((process.cpuSeconds() - cpuBefore) * 1000) / requests;
      await process.stop();
      return {
        requestsPerSecond: requests / result.duration,
        p50Ms: result.latency.p50,
        p99Ms: result.latency.p99,
        cpuMsPerRequest,
      };
    }),
  );
}
