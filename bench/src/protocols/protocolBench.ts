import type { BenchRun } from '../benchRun.js';
import { withDataFolder } from '../dataFolder.js';
import type { Lanes } from '../ingest/lanes.js';
import { measureSending, requireAll, type SendingFigures } from '../ingest/measureLoad.js';
import type { DecodingTask } from '../load/decodingThread.js';
import { runThread } from '../load/runThread.js';
import { type Options, wantedRows } from '../options.js';
import { cell, type Table } from '../report.js';
import { type Server, TINYOBS, withServer } from '../servers.js';
import { medianOf } from '../statistics.js';
import { APPS, type MadeExport, madeExports, SELECTORS, SERIES_PER_APP } from './madeRows.js';
import type { DecodingFigures } from './measureDecoding.js';
import { PROTOCOLS, type Protocol } from './protocols.js';
import { measureSmallPosts, type SmallPostFigures } from './smallPosts.js';
import { measureStatsd, STATSD_PACKETS_MUST, type StatsdFigures } from './statsdPackets.js';

const STEPS = { full: 125, small: 8 };
/** Bodies that are decoded in a round. */
const DECODED_BODIES = 40;
const DECODING_SECONDS = 8;
const POSTING_SECONDS = 14;
const FIXED_SECONDS = 5;
const SMALL_POSTS = { id: 'small-posts' };
const STATSD = { id: 'statsd' };
const STATSD_SECONDS = 10;

export interface ProtocolPlan {
  readonly servers: readonly Server[];
  readonly protocols: readonly Protocol[];
  readonly hasSmallPosts: boolean;
  readonly hasStatsd: boolean;
  readonly runs: number;
  readonly isSmall: boolean;
}

/** What one server did with one protocol. */
interface Sending {
  readonly protocol: Protocol;
  readonly server: Server;
  readonly runs: readonly (SendingFigures | undefined)[];
}

/** Names that `--rows=` may have for protocols. */
export const PROTOCOL_ROWS: readonly { readonly id: string }[] = [...PROTOCOLS, SMALL_POSTS, STATSD];

export function planProtocols(
  { isSmall, runs }: Options,
  servers: readonly Server[],
  rows: readonly string[] | undefined,
): ProtocolPlan {
  const wanted = new Set(wantedRows(PROTOCOL_ROWS, rows));
  const protocols = PROTOCOLS.filter((one) => wanted.has(one));
  const hasSmallPosts = wanted.has(SMALL_POSTS);
  return { servers, protocols, hasSmallPosts, hasStatsd: wanted.has(STATSD), runs, isSmall };
}

/** About how many seconds it takes. */
export function protocolWeight(plan: ProtocolPlan): number {
  const sending = pairsOf(plan).map(({ server }) => plan.runs * sendingWeight(server));
  const decoding = plan.protocols.length * DECODING_SECONDS;
  const posting = plan.hasSmallPosts ? plan.runs * POSTING_SECONDS : 0;
  return sending.reduce((a, b) => a + b, decoding) + posting + (plan.hasStatsd ? STATSD_SECONDS : 0);
}

/** Every protocol: the decoder alone, then the server beside the peers that speak it; then small posts. */
export async function measureProtocols(run: BenchRun, plan: ProtocolPlan): Promise<Table[]> {
  if (plan.protocols.length === 0 && !plan.hasSmallPosts && !plan.hasStatsd) return [];
  run.say('protocols: building the bodies …');
  const made = madeExports(plan.isSmall ? STEPS.small : STEPS.full, Date.now());
  const decoded = await measureDecoders(run, plan, made);
  const sent = await measureServers(run, plan, made);
  const posts = await measurePosts(run, plan);
  const statsd = await measurePackets(run, plan);
  return [
    ...(plan.protocols.length > 0 ? [protocolTable(sent, decoded)] : []),
    ...(plan.hasSmallPosts ? [postTable(posts)] : []),
    ...(plan.hasStatsd ? [statsdTable(statsd)] : []),
  ];
}

async function measureDecoders(
  run: BenchRun,
  { protocols }: ProtocolPlan,
  made: readonly (readonly MadeExport[])[],
): Promise<Map<Protocol, DecodingFigures | undefined>> {
  const figures = new Map<Protocol, DecodingFigures | undefined>();
  for (const protocol of protocols) {
    const bodies = made.flat().slice(0, DECODED_BODIES).map(protocol.encode);
    const part = { name: `decoding of ${protocol.name}`, weight: DECODING_SECONDS };
    const measured = await run.attempt(
      part,
      () => runThread<DecodingTask, DecodingFigures>('decodingThread', { protocol: protocol.id, bodies }),
      ({ samplesPerSecond }) => `${Math.round(samplesPerSecond / 1000)}k samples/s`,
    );
    figures.set(protocol, measured);
  }
  return figures;
}

async function measureServers(
  run: BenchRun,
  plan: ProtocolPlan,
  made: readonly (readonly MadeExport[])[],
): Promise<Sending[]> {
  const sendings: Sending[] = [];
  for (const { protocol, server } of pairsOf(plan)) {
    const lanes = lanesOf(protocol, made);
    const runs: (SendingFigures | undefined)[] = [];
    for (let round = 1; round <= plan.runs; round++) {
      const part = {
        name: `${protocol.name}, run ${round}, ${server.name}`,
        weight: sendingWeight(server),
        isOfPeer: server !== TINYOBS,
      };
      runs.push(await run.attempt(part, () => sendAll(protocol, server, lanes), describeSending));
    }
    sendings.push({ protocol, server, runs });
  }
  return sendings;
}

function sendAll(protocol: Protocol, server: Server, lanes: Lanes): Promise<SendingFigures> {
  return withDataFolder((folder) =>
    withServer(server, folder, async (running) => {
      const figures = await measureSending(running, lanes, protocol.destinations[server.id]);
      await requireAll(server, running, lanes.sent);
      await running.process.stop();
      return figures;
    }),
  );
}

function lanesOf({ encode }: Protocol, made: readonly (readonly MadeExport[])[]): Lanes {
  const samples = made.flat().length * SERIES_PER_APP;
  const times = made[0].map(({ timeMs }) => timeMs);
  return {
    lanes: made.map((exports) => exports.map(encode)),
    sent: { samples, nanSamples: 0, startMs: times[0], endMs: times[times.length - 1], selectors: SELECTORS },
  };
}

async function measurePosts(
  run: BenchRun,
  { runs, isSmall, hasSmallPosts }: ProtocolPlan,
): Promise<(SmallPostFigures | undefined)[]> {
  const figures: (SmallPostFigures | undefined)[] = [];
  for (let round = 1; hasSmallPosts && round <= runs; round++) {
    const part = { name: `small JSON posts, run ${round}`, weight: POSTING_SECONDS };
    const describe = (one: SmallPostFigures): string =>
      `${one.requestsPerSecond.toFixed(0)} requests/s, p99 ${one.p99Ms} ms`;
    figures.push(await run.attempt(part, () => measureSmallPosts(isSmall), describe));
  }
  return figures;
}

async function measurePackets(
  run: BenchRun,
  { isSmall, hasStatsd }: ProtocolPlan,
): Promise<StatsdFigures | undefined> {
  if (!hasStatsd) return undefined;
  return run.attempt(
    { name: 'packets of StatsD', weight: STATSD_SECONDS },
    () => Promise.resolve(measureStatsd(isSmall)),
    ({ packetsPerSecond }) => `${Math.round(packetsPerSecond / 1000)}k packets/s`,
  );
}

/** Every protocol with each server that takes it. */
function pairsOf({ protocols, servers }: ProtocolPlan): { protocol: Protocol; server: Server }[] {
  return protocols.flatMap((protocol) =>
    servers.filter(({ id }) => protocol.destinations[id]).map((server) => ({ protocol, server })),
  );
}

function sendingWeight({ pace }: Server): number {
  return FIXED_SECONDS + 2 * pace;
}

function describeSending({ samplesPerSecond, cpuSecondsPerMillion }: SendingFigures): string {
  return `${Math.round(samplesPerSecond / 1000)}k samples/s, ${cpuSecondsPerMillion.toFixed(2)} CPU-s per million`;
}

function protocolTable(
  sendings: readonly Sending[],
  decoded: ReadonlyMap<Protocol, DecodingFigures | undefined>,
): Table {
  return {
    heading: 'Protocols',
    columns: [
      'protocol',
      'server',
      'samples/s',
      'CPU-s per M samples',
      'peak memory, MB',
      'decoder alone, samples/s a core',
      'of series it knows',
      'must',
      'B/sample on the wire',
    ],
    rows: sendings.map(({ protocol, server, runs }) => {
      const of = (read: (one: SendingFigures) => number, digits: number): string =>
        cell(medianOf(runs, read), digits);
      const own = server === TINYOBS ? decoded.get(protocol) : undefined;
      return [
        protocol.name,
        server.name,
        of((one) => one.samplesPerSecond, 0),
        of((one) => one.cpuSecondsPerMillion, 2),
        of((one) => one.peakMemoryBytes / 1e6, 0),
        cell(own?.samplesPerSecond, 0),
        cell(own?.knownPerSecond, 0),
        server === TINYOBS ? cell(protocol.must, 0) : '',
        cell(own?.bytesPerSample, 1),
      ];
    }),
  };
}

function postTable(posts: readonly (SmallPostFigures | undefined)[]): Table {
  const of = (read: (one: SmallPostFigures) => number, digits: number): string =>
    cell(medianOf(posts, read), digits);
  return {
    heading: 'Small JSON posts',
    columns: ['requests/s', 'p50, ms', 'p99, ms', 'CPU-ms a request'],
    rows: [
      [
        of((one) => one.requestsPerSecond, 0),
        of((one) => one.p50Ms, 1),
        of((one) => one.p99Ms, 1),
        of((one) => one.cpuMsPerRequest, 3),
      ],
    ],
  };
}

function statsdTable(figures: StatsdFigures | undefined): Table {
  return {
    heading: 'StatsD',
    columns: ['packets/s a core', 'must', 'flush, ms per 1,000 series'],
    rows: [
      [
        cell(figures?.packetsPerSecond, 0),
        cell(STATSD_PACKETS_MUST, 0),
        cell(figures?.flushMsPerThousandSeries, 1),
      ],
    ],
  };
}

/** What has to be known to read the tables. */
export const PROTOCOL_NOTE =
  `In *protocols* ${APPS} apps of ${SERIES_PER_APP} series each, one body with one sample of each every 15 s, on a ` +
  'connection of its own; the same samples whatever the protocol, in plain bodies but for the snappy of remote write. ' +
  'The decoder alone turns bodies into batches in one thread of the bench, with nothing remembered between them. Every ' +
  'sample has to be found afterwards. *Small posts* are of one JSON row each, over 10 connections for 10 s. ' +
  '*StatsD* is one line a packet, 1,000 series with three tags, parsed and added up in one thread, without the socket.';
