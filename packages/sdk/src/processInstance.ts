import cluster from 'node:cluster';
import { hostname } from 'node:os';
import process from 'node:process';
import { threadId } from 'node:worker_threads';

/**
 * Names this life of this process among all of a service: the host, the slot where processes have such, the pid, and
 * the thread if it is not the main one. A process that replaces another has another name, so that the last values of
 * both add up to all that was counted.
 */
export function processInstance(): string {
  const slot = process.env['NODE_APP_INSTANCE'] ?? cluster.worker?.id;
  const parts = [hostname(), slot, process.pid, threadId === 0 ? undefined : `t${threadId}`];
  return parts.filter((part) => part !== undefined).join(':');
}
