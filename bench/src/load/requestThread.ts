import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { ErrorCounts, until } from './until.js';

/** One address, asked at an even rate whatever the answers take. */
export interface RequestTask {
  readonly url: string;
  readonly perSecond: number;
  /** Asked at the same rate before, and not counted. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface RequestResult {
  /** From sending, which waits for no other answer, until the last byte. */
  readonly answerMs: readonly number[];
  readonly errors: Readonly<Record<string, number>>;
}

const { url, perSecond, warmUpSeconds, seconds } = workerData as RequestTask;
const agent = new Agent({ keepAlive: true });
const errors = new ErrorCounts();
const answerMs: number[] = [];
const underWay: Promise<void>[] = [];
const started = performance.now();
for (let request = 0; request < perSecond * (warmUpSeconds + seconds); request++) {
  await until(started + (request * 1000) / perSecond);
  const sentMs = performance.now();
  const isCounted = request >= perSecond * warmUpSeconds;
  const asking = ask().then(
    () => {
      if (isCounted) answerMs.push(performance.now() - sentMs);
    },
    (error: unknown) => errors.add(error),
  );
  underWay.push(asking);
}
await Promise.all(underWay);
agent.destroy();
parentPort?.postMessage({ answerMs, errors: errors.counts } satisfies RequestResult);

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { agent }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
    });
    sent.once('error', reject);
  });
}
