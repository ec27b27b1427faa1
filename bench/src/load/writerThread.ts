import { Agent } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import type { SentSamples } from '../ingest/lanes.js';
import { labelsOf, selectorsOf, valueAt } from '../ingest/madeSeries.js';
import { SAMPLES_PER_BODY, seriesTemplate, WriteBodies } from '../ingest/writeBodies.js';
import { Dataset, type DatasetSize } from '../query/dataset.js';
import { sendBody } from '../sendBody.js';
import { ErrorCounts, until } from './until.js';

const CONNECTIONS = 4;
const SHOP_STEP_MS = 15_000;

/** Steady remote write: every series gets a sample a second, body after body at its time. */
export interface WriterTask {
  /** Up to the path of the API. */
  readonly url: string;
  /** As many series; a multiple of the samples of a body, or less than one body. */
  readonly samplesPerSecond: number;
  readonly seconds: number;
  /** A dataset that was loaded before and goes on meanwhile, made of the same arguments. */
  readonly shop: { readonly nowMs: number; readonly size: DatasetSize };
}

export interface WriterResult {
  /** All steady samples that were sent, those not acknowledged included. */
  readonly sent: SentSamples;
  readonly ackedSamples: number;
  /** From the time a body was due until its answer. */
  readonly ackMs: readonly number[];
  readonly errors: Readonly<Record<string, number>>;
}

parentPort?.postMessage(await write(workerData as WriterTask));

async function write(task: WriterTask): Promise<WriterResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const errors = new ErrorCounts();
  const shop = goOnWithShop(task, agent, errors);
  const ackMs: number[] = [];
  let ackedSamples = 0;
  let samples = 0;
  const underWay = new Set<Promise<void>>();
  const startMs = Date.now();
  const started = performance.now();
  let endMs = startMs;
  for (const { body, count, offsetMs } of steadyBodies(task, startMs)) {
    const dueMs = started + offsetMs;
    await until(dueMs);
    // More than there are connections would only wait in the agent; the time counts all the same.
    while (underWay.size >= CONNECTIONS) await Promise.race(underWay);
    const sending = sendBody(task.url, agent, body)
      .then(
        () => {
          ackMs.push(performance.now() - dueMs);
          ackedSamples += count;
        },
        (error: unknown) => errors.add(error),
      )
      .finally(() => underWay.delete(sending));
    underWay.add(sending);
    samples += count;
    endMs = startMs + offsetMs;
  }
  await Promise.all([...underWay, shop]);
  agent.destroy();
  const sent = { samples, nanSamples: 0, startMs, endMs, selectors: selectorsOf(task.samplesPerSecond) };
  return { sent, ackedSamples, ackMs, errors: errors.counts };
}

/** Bodies in the order of time, each made shortly before it is due, `offsetMs` after the start. */
function* steadyBodies(
  { samplesPerSecond, seconds }: WriterTask,
  startMs: number,
): Generator<{ body: Uint8Array; count: number; offsetMs: number }> {
  const templates = Array.from({ length: samplesPerSecond }, (_, one) => seriesTemplate(labelsOf(one)));
  const perSecond = Math.ceil(samplesPerSecond / SAMPLES_PER_BODY);
  const bodies = new WriteBodies();
  for (let step = 0; step < seconds; step++) {
    for (let part = 0; part < perSecond; part++) {
      const offsetMs = step * 1000 + Math.floor((part * 1000) / perSecond);
      const end = Math.min((part + 1) * SAMPLES_PER_BODY, samplesPerSecond);
      for (let one = part * SAMPLES_PER_BODY; one < end; one++) {
        bodies.add(templates[one], startMs + offsetMs, valueAt(one, step));
      }
      const count = bodies.samples;
      yield { body: bodies.take(), count, offsetMs };
    }
  }
}

/** What a dashboard shows grows meanwhile: from the end of the dataset to now at once, then every 15 s. */
async function goOnWithShop(
  { url, seconds, shop }: WriterTask,
  agent: Agent,
  errors: ErrorCounts,
): Promise<void> {
  const dataset = new Dataset(shop.nowMs, shop.size);
  const deadline = Date.now() + seconds * 1000;
  for (let at = 0; dataset.endMs + at < deadline; at += SHOP_STEP_MS) {
    await until(performance.now() + dataset.endMs + at + SHOP_STEP_MS - Date.now());
    for (const body of dataset.bodies(at, at + SHOP_STEP_MS)) {
      await sendBody(url, agent, body).catch((error: unknown) => errors.add(error));
    }
  }
}
