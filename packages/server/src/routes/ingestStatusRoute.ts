import type { Counter } from 'prom-client';
import { sendJson } from '../http/respond.js';
import { PROTOCOLS, type Protocol } from '../ingest/protocols.js';
import type { WriteContext } from '../ingest/writeSamples.js';
import type { Route } from './route.js';

type IngestStatusContext = Pick<WriteContext, 'metrics' | 'lastHeard' | 'now'>;

/** What came in by each protocol since the start, what of it was refused and why, and the last thing wrong. */
export function ingestStatusRoute(context: IngestStatusContext): Route {
  const startedMs = context.now();
  return {
    methods: ['GET'],
    path: '/v1/ingest/status',
    errors: 'tinyobs',
    handle: async (_request, response) => {
      const answer = { status: 'ok', since: timeText(startedMs), protocols: await protocolsOf(context) };
      sendJson(response, 200, JSON.stringify(answer));
    },
  };
}

/** Counts are those of the metrics: there is no second book of them. */
async function protocolsOf({ metrics, lastHeard }: IngestStatusContext) {
  const [requests, refusedRequests, samples, refusedRows, exemplars, refusedExemplars] = await Promise.all([
    countsOf(metrics.ingestRequests),
    countsOf(metrics.requestsRefused),
    countsOf(metrics.samplesIngested),
    countsOf(metrics.samplesRefused),
    countsOf(metrics.exemplarsIngested),
    countsOf(metrics.exemplarsRefused),
  ]);
  return PROTOCOLS.map((protocol) => {
    const { seenMs, acceptedMs, problem } = lastHeard.of(protocol);
    return {
      protocol,
      requests: { received: requests.of(protocol), refused: refusedRequests.byCode(protocol) },
      samples: { accepted: samples.of(protocol), refused: refusedRows.byCode(protocol) },
      exemplars: { accepted: exemplars.of(protocol), refused: refusedExemplars.of(protocol) },
      lastRequest: timeText(seenMs),
      lastAccepted: timeText(acceptedMs),
      lastError: problem && { ...problem, time: timeText(problem.timeMs), timeMs: undefined },
    };
  });
}

function timeText(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}

async function countsOf(counter: Counter<'protocol'> | Counter<'protocol' | 'code'>) {
  const { values } = await counter.get();
  const counted = values.map(({ labels, value }) => ({ code: '', ...labels, value }));
  return {
    of: (protocol: Protocol): number => counted.find((one) => one.protocol === protocol)?.value ?? 0,
    byCode: (protocol: Protocol): Readonly<Record<string, number>> =>
      Object.fromEntries(
        counted.filter((one) => one.protocol === protocol).map(({ code, value }) => [code, value]),
      ),
  };
}
