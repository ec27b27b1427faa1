import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A load that runs in a thread of its own, so that what one asks for does not delay another, nor its clock. */
export type LoadThread = 'writerThread' | 'dashboardThread' | 'requestThread' | 'decodingThread';

/** Runs it and returns what it posts at its end; rejects when it fails. */
export async function runThread<Task, Result>(name: LoadThread, task: Task): Promise<Result> {
  const worker = new Worker(new URL(`./${name}.js`, import.meta.url), { workerData: task });
  const [result] = (await once(worker, 'message')) as [Result];
  return result;
}
