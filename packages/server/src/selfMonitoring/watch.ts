import type { Store } from '@tinyobs/storage';
import type { Registry } from 'prom-client';
import type { Config } from '../config/schema.js';
import { EventLoop } from './eventLoop.js';
import { registerRuntimeMetrics } from './runtimeMetrics.js';
import { registerStoreMetrics } from './storeMetrics.js';

/** Watches the store and this thread until it is closed. */
export class Watch {
  readonly #eventLoop = new EventLoop();
  readonly #stopRuntimeMetrics: () => void;

  constructor(registry: Registry, store: Store, { dataDir }: Config) {
    this.#stopRuntimeMetrics = registerRuntimeMetrics(registry, this.#eventLoop);
    registerStoreMetrics(registry, store, dataDir);
  }

  close(): void {
    this.#stopRuntimeMetrics();
    this.#eventLoop.close();
  }
}
