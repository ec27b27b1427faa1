import { startEngine } from './engine.js';
import type { ListenerLink } from './listener/listenerLink.js';
import type { TinyObs, TinyObsOptions } from './options.js';
import { startEngineThread } from './thread/engineThread.js';

/**
 * Starts TinyObs in this process, with `worker` in a thread of its own: store, query engine, HTTP API and
 * dashboard. It installs no signal handler and never ends the process.
 *
 * @throws TinyObsError `config_unknown_key`, `config_invalid`, `store_locked`, `store_unreadable`,
 * `store_version`, `store_corrupt`; `engine_ended` when its thread ended before it was ready
 */
export async function createTinyObs(options: TinyObsOptions = {}): Promise<TinyObs> {
  return startBehind(undefined, options);
}

/** `createTinyObs` behind a listener of ours. */
export function startBehind(listener: ListenerLink | undefined, options: TinyObsOptions): Promise<TinyObs> {
  return options.worker ? startEngineThread(options, listener) : startEngine(options, listener);
}
