import { Client } from './client.js';
import { type ExpressMiddleware, expressMetrics } from './express.js';
import type { HostOptions } from './hosts/httpMetrics.js';

/** The client in Node, where there are servers to measure. */
export class NodeClient extends Client {
  /** Express middleware (4 and 5) that counts and times requests. Use it before the routes. */
  express(options: HostOptions = {}): ExpressMiddleware {
    return expressMetrics(this, options);
  }
}
