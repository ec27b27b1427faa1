import type { Client } from '@tinyobs/sdk';
import type { Carts } from './carts.js';

/** Whether an order came about, and if not, why. */
export type OrderStatus = 'ok' | 'empty' | 'declined' | 'failed';

/** The business metrics of the shop; those of requests and of the process come with the SDK. */
export function registerShopMetrics(obs: Client, carts: Carts) {
  const metrics = {
    orders: obs.counter<'status'>('orders_total', { help: 'Checkouts by outcome', labelNames: ['status'] }),
    amount: obs.histogram('checkout_amount_euros', {
      help: 'Amount of paid orders',
      unit: 'euros',
      buckets: [5, 10, 20, 50, 100, 200, 500],
    }),
    views: obs.counter<'product'>('product_views_total', {
      help: 'Product pages shown',
      labelNames: ['product'],
    }),
    searches: obs.histogram<'found'>('search_duration_seconds', {
      help: 'Time to search the catalogue, by whether anything was found',
      unit: 'seconds',
      labelNames: ['found'],
    }),
  };
  const items = obs.gauge('cart_items', { help: 'Items in all open carts' });
  const open = obs.gauge('carts_open', { help: 'Carts with at least one item' });
  obs.onCollect(() => {
    items.set(carts.itemCount);
    open.set(carts.openCount);
  });
  // From zero, so that the first order is an increase and a success rate is defined before the first failure.
  for (const status of ['ok', 'empty', 'declined', 'failed'] as const) metrics.orders.inc({ status }, 0);
  return metrics;
}
