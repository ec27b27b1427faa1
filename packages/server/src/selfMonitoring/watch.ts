import type { Store } from '@tinyobs/storage';
import type { Registry } from 'prom-client';
import type { Config } from '../config/schema.js';
import { EventLoop } from './eventLoop.js';
import { Health } from './health.js';
import { registerHealthMetrics } from './healthMetrics.js';
import { registerRuntimeMetrics } from './runtimeMetrics.js';
import { registerStoreMetrics } from './storeMetrics.js';

/** Watches the store and this thread until it is closed. */
export class Watch {
  readonly health: Health;
  readonly #eventLoop = new EventLoop();
  readonly #stopRuntimeMetrics: () => void;

  constructor(registry: Registry, store: Store, { dataDir, storage }: Config) {
    this.health = new Health({ store, eventLoop: this.#eventLoop, minFreeBytes: storage.minFreeBytes });
    this.#stopRuntimeMetrics = registerRuntimeMetrics(registry, this.#eventLoop);
    registerStoreMetrics(registry, store, dataDir);
    registerHealthMetrics(registry, this.health);
  }

  close(): void {
    this.#stopRuntimeMetrics();
    this.#eventLoop.close();
  }
}
