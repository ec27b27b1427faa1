import { folderBytes } from '../folderBytes.js';
import type { RunningServer } from '../serverProcess.js';
import { type Server, withServer } from '../servers.js';
import { countSamples } from './countSamples.js';
import type { Destination } from './destination.js';
import type { Lanes, SentSamples } from './lanes.js';
import { sendLanes } from './sendLanes.js';

export interface SendingFigures {
  readonly samplesPerSecond: number;
  /** Of the process tree, from the first body until it is idle. */
  readonly cpuSecondsPerMillion: number;
  readonly peakMemoryBytes: number;
}

/** One run of one server over one workload. */
export interface LoadFigures extends SendingFigures {
  /** The CPU time, and what it took to bring everything into its final form. */
  readonly settledCpuSecondsPerMillion: number;
  /** Of the whole data folder, as it is when the server is idle after the load. */
  readonly liveBytesPerSample: number;
  /** In the final form. */
  readonly settledBytesPerSample: number;
  /** How long the merging of a million samples took, where the server says when it is done. */
  readonly compactionSecondsPerMillion: number | undefined;
  /** From the start of the process until it is ready, after a clean stop. */
  readonly restartSeconds: number;
}

/** Loads an empty server, lets it settle, stops and restarts it; it has to find every sample then. */
export async function measureLoad(server: Server, lanes: Lanes, folder: string): Promise<LoadFigures> {
  const loaded = await withServer(server, folder, (running) => load(server, running, { lanes, folder }));
  const restartSeconds = await withServer(server, folder, async (running, startSeconds) => {
    await requireAll(server, running, lanes.sent);
    await running.process.stop();
    return startSeconds;
  });
  return { ...loaded, restartSeconds };
}

/** Sends all bodies and waits until the server is idle. */
export async function measureSending(
  { url, process }: RunningServer,
  lanes: Lanes,
  destination?: Destination,
): Promise<SendingFigures> {
  const { samples } = lanes.sent;
  const cpuBefore = process.cpuSeconds();
  const started = performance.now();
  await sendLanes(url, lanes, destination);
  const seconds = (performance.now() - started) / 1000;
  await process.idle();
  return {
    samplesPerSecond: samples / seconds,
    cpuSecondsPerMillion: ((process.cpuSeconds() - cpuBefore) / samples) * 1e6,
    peakMemoryBytes: process.peakMemoryBytes(),
  };
}

async function load(
  server: Server,
  running: RunningServer,
  { lanes, folder }: { lanes: Lanes; folder: string },
): Promise<Omit<LoadFigures, 'restartSeconds'>> {
  const { samples } = lanes.sent;
  const perMillion = (amount: number): number => (amount / samples) * 1e6;
  const cpuBefore = running.process.cpuSeconds();
  const sent = await measureSending(running, lanes);
  const liveBytes = folderBytes(folder);
  const settled = await server.settle(running, folder);
  const settledCpuSeconds = running.process.cpuSeconds() - cpuBefore;
  await running.process.stop();
  return {
    ...sent,
    settledCpuSecondsPerMillion: perMillion(settledCpuSeconds),
    liveBytesPerSample: liveBytes / samples,
    settledBytesPerSample: settled.bytes / samples,
    compactionSecondsPerMillion:
      settled.compactionSeconds === undefined ? undefined : perMillion(settled.compactionSeconds),
  };
}

/** A figure of a server that lost samples would mean nothing. */
export async function requireAll(server: Server, running: RunningServer, sent: SentSamples): Promise<void> {
  const expected = server.dropsNan ? sent.samples - sent.nanSamples : sent.samples;
  const found = await countSamples(running.url, { ...sent, samples: expected });
  if (found !== expected) throw new Error(`it has ${found} of ${expected} samples`);
}
