import type { Store } from '@tinyobs/storage';
import type { Registry } from 'prom-client';
import type { LiveConfig } from '../config/liveConfig.js';
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

  constructor(registry: Registry, store: Store, live: LiveConfig) {
    this.health = new Health({
      store,
      eventLoop: this.#eventLoop,
      get minFreeBytes() {
        return live.current.storage.minFreeBytes;
      },
    });
    this.#stopRuntimeMetrics = registerRuntimeMetrics(registry, this.#eventLoop);
    registerStoreMetrics(registry, store, live.current.dataDir);
    registerHealthMetrics(registry, this.health);
  }

  close(): void {
    this.#stopRuntimeMetrics();
    this.#eventLoop.close();
  }
}
