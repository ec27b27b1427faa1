import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What `startOpenMetricsTarget` says of its metrics. */
export const TARGET_METADATA = {
  shop_orders: { type: 'counter', help: 'Orders placed.' },
  shop_seconds: { type: 'histogram', help: 'How long an order took.' },
};

/** A server whose `/metrics` are OpenMetrics text with exemplars. */
export interface OpenMetricsTarget {
  /** Its host and port. */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts a target on loopback: each scrape counts one more order, with an exemplar that names it. */
export async function startOpenMetricsTarget(): Promise<OpenMetricsTarget> {
  let orders = 0;
  const server = createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    response.end(exposition(++orders));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

function exposition(orders: number): string {
  const exemplar = `# {trace_id="order-${orders}"} 0.5`;
  return `# HELP shop_orders ${TARGET_METADATA.shop_orders.help}
# TYPE shop_orders counter
shop_orders_total{kind="größe"} ${orders} ${exemplar}
# HELP shop_seconds ${TARGET_METADATA.shop_seconds.help}
# TYPE shop_seconds histogram
shop_seconds_bucket{le="1.0"} ${orders} ${exemplar}
shop_seconds_bucket{le="+Inf"} ${orders}
shop_seconds_sum ${orders / 2}
shop_seconds_count ${orders}
# EOF
`;
}
