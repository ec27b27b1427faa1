import cluster from 'node:cluster';
import process from 'node:process';
import { aggregate, type ReadMetric } from './aggregation.js';
import { type AnyRegistry, prometheusContentType, Registry, register } from './registry.js';
import type { PrometheusContentType, RegistryContentType } from './types.js';

/** How long the workers of a cluster may take to answer. */
const ANSWER_TIMEOUT_MS = 5_000;

const QUESTION = 'tinyobs:metrics?';
const ANSWER = 'tinyobs:metrics';

interface Question {
  readonly type: typeof QUESTION;
  readonly id: number;
}

interface Answer {
  readonly type: typeof ANSWER;
  readonly id: number;
  readonly metrics?: ReadMetric[];
  readonly error?: string;
}

let registries: readonly AnyRegistry[] = [register];
let questions = 0;
let isAnswering = false;

/**
 * The metrics of all workers of a cluster in one, for a scrape of the primary. Where each process pushes for itself it
 * is not needed: there queries add up.
 */
export class AggregatorRegistry<T extends RegistryContentType = PrometheusContentType> extends Registry<T> {
  constructor(contentType?: T) {
    super(contentType);
    answerPrimary();
  }

  /** What all workers have, added up as each metric's `aggregator` says. Rejects when a worker does not answer in 5 s. */
  async clusterMetrics(): Promise<string> {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected());
    const answers = await Promise.all(workers.map((worker) => ask(worker as Asked)));
    return answers.length === 0 ? '' : AggregatorRegistry.aggregate(answers).metrics();
  }

  /**
   * A registry of what several gave by `getMetricsAsJSON`.
   * @throws Error for an aggregator there is not, TypeError for a content type there is not
   */
  static aggregate<C extends RegistryContentType = PrometheusContentType>(
    metrics: object[],
    contentType: C = prometheusContentType as C,
  ): Registry<C> {
    const byName = new Map<string, ReadMetric[]>();
    for (const metric of (metrics as ReadMetric[][]).flat()) {
      const known = byName.get(metric.name);
      if (known === undefined) byName.set(metric.name, [metric]);
      else known.push(metric);
    }
    const registry = new Registry<C>(contentType);
    for (const same of byName.values()) {
      const joined = aggregate(same);
      if (joined !== undefined) registry.registerMetric({ ...joined, get: () => joined });
    }
    return registry;
  }

  /**
   * Says, in a worker, of which registries the primary is told.
   * @throws TypeError for what is no registry
   */
  static setRegistries(given: AnyRegistry[] | AnyRegistry): void {
    const list = Array.isArray(given) ? given : [given];
    if (!list.every((registry) => registry instanceof Registry)) {
      throw new TypeError('setRegistries takes a registry, or an array of registries');
    }
    registries = list;
  }
}

type Asked = NonNullable<NonNullable<typeof cluster.workers>[string]>;

function ask(worker: Asked): Promise<ReadMetric[]> {
  const question: Question = { type: QUESTION, id: questions++ };
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('exit', onExit);
      end();
    };
    const onMessage = (message: Answer) => {
      if (message?.type !== ANSWER || message.id !== question.id) return;
      const { metrics, error } = message;
      settle(() => (metrics === undefined ? reject(new Error(error)) : resolve(metrics)));
    };
    // What it counted is gone with it, as from then on.
    const onExit = () => settle(() => resolve([]));
    const tooLate = () => reject(new Error(`worker ${worker.id} did not answer in ${ANSWER_TIMEOUT_MS} ms`));
    const timer = setTimeout(() => settle(tooLate), ANSWER_TIMEOUT_MS);
    worker.on('message', onMessage);
    worker.on('exit', onExit);
    worker.send(question);
  });
}

/** Once for a process; the channel to the primary is open anyway. */
function answerPrimary(): void {
  if (isAnswering || !cluster.isWorker) return;
  isAnswering = true;
  process.on('message', (message: Question) => {
    if (message?.type !== QUESTION) return;
    const { id } = message;
    readRegistries().then(
      (metrics) => process.send?.({ type: ANSWER, id, metrics } satisfies Answer),
      (error) => process.send?.({ type: ANSWER, id, error: String(error) } satisfies Answer),
    );
  });
}

async function readRegistries(): Promise<ReadMetric[]> {
  return (
    await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()))
  ).flat() as ReadMetric[];
}
