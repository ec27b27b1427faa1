import { TinyObsError } from '@tinyobs/model';
import { startEngine } from './engine.js';
import type { ListenerLink } from './listener/listenerLink.js';
import type { TinyObs, TinyObsOptions } from './options.js';
import { startShared } from './sharing/sharedTinyObs.js';
import { startEngineThread } from './thread/engineThread.js';

/**
 * Starts TinyObs in this process, with `worker` in a thread of its own: store, query engine, HTTP API and
 * dashboard. With `shared` it may be another process that has them. It installs no signal handler and never ends the
 * process.
 *
 * @throws TinyObsError `config_unknown_key`, `config_invalid`, `store_locked`, `store_unreadable`,
 * `store_version`, `store_corrupt`; `engine_ended` when its thread ended before it was ready; with `shared`
 * `listen_failed` when there can be no socket in the data folder
 */
export async function createTinyObs(options: TinyObsOptions = {}): Promise<TinyObs> {
  try {
    return await startBehind(undefined, options);
  } catch (error) {
    if (options.shared || !(error instanceof TinyObsError) || error.code !== 'store_locked') throw error;
    const advice = 'or set `shared: true` in all processes that are to have it';
    throw new TinyObsError('store_locked', `${error.message}, ${advice}`, { cause: error });
  }
}

/** `createTinyObs` behind a listener of ours. */
export function startBehind(listener: ListenerLink | undefined, options: TinyObsOptions): Promise<TinyObs> {
  const start = options.worker ? startEngineThread : startEngine;
  if (!options.shared) return start(options, listener);
  return startShared(options, { listener, start });
}
