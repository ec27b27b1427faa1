import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { type RunningShop, type ShopOptions, startShop } from './startShop.js';
import { rateAt } from './traffic.js';
import { nextVisit } from './visits.js';

interface Row {
  name: string;
  value: number | string;
  labels: Record<string, string>;
}

let backend: Server;
/** The rows of the last push. */
let rows: Row[];
let shop: RunningShop | undefined;
let warnings: string[];

beforeEach(async () => {
  rows = [];
  warnings = [];
  backend = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const sent = Buffer.concat(chunks);
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const { metrics } = JSON.parse(body.toString()) as { metrics: Row[] };
    // What ends the series comes last.
    if (!metrics.some(({ value }) => value === 'stale')) rows = metrics;
    response.end('{}');
  });
  backend.listen(0, '127.0.0.1');
  await once(backend, 'listening');
});

afterEach(async () => {
  await shop?.close();
  shop = undefined;
  backend.close();
  backend.closeAllConnections();
});

async function start(traffic?: ShopOptions['traffic']): Promise<RunningShop> {
  const endpoint = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
  shop = await startShop({
    endpoint,
    host: '127.0.0.1',
    port: 0,
    intervalMs: 60_000,
    seed: 1,
    traffic,
    warn: (line) => warnings.push(line),
  });
  return shop;
}

/** The values of a metric in the last push, by one of its labels. */
function values(name: string, label: string): Record<string, number | string> {
  return Object.fromEntries(
    rows.filter((row) => row.name === name).map((row) => [row.labels[label], row.value]),
  );
}

const sum = (name: string) =>
  rows.filter((row) => row.name === name).reduce((total, row) => total + Number(row.value), 0);

describe('the shop', () => {
  it('sells what was put into a cart, and says so in its metrics', async () => {
    const { url, close } = await start();
    const form = { method: 'POST', body: new URLSearchParams({ product: 'tin' }) };
    expect((await fetch(`${url}/carts/me/items`, form)).status).toBe(201);
    expect(await (await fetch(`${url}/carts/me/items`, form)).json()).toEqual({ items: 2 });
    await fetch(`${url}/carts/other/items`, form);
    const paid = await fetch(`${url}/carts/me/checkout`, { method: 'POST' });
    expect([paid.status, await paid.json()]).toEqual([200, { outcome: 'paid', euros: 19 }]);
    expect((await fetch(`${url}/carts/me/checkout`, { method: 'POST' })).status).toBe(409);
    await close();
    expect(values('orders_total', 'status')).toEqual({ ok: 1, empty: 1, declined: 0, failed: 0 });
    expect(values('checkout_amount_euros_bucket', 'le')).toMatchObject({ '10': 0, '20': 1, '+Inf': 1 });
    expect(sum('cart_items')).toBe(1);
    expect(sum('carts_open')).toBe(1);
  });

  it('shows pages, finds tea, and refuses what it does not have', async () => {
    const { url, close } = await start();
    expect(await (await fetch(url)).text()).toContain('Stoneware teapot');
    expect(await (await fetch(`${url}/products/cup`)).text()).toContain('18.00 €');
    expect((await fetch(`${url}/products/car`)).status).toBe(404);
    expect(await (await fetch(`${url}/search?q=bamboo`)).text()).toContain('Bamboo whisk');
    expect(await (await fetch(`${url}/search?q=%3Cscript%3E`)).text()).not.toContain('script');
    expect((await fetch(`${url}/carts/me/items`, { method: 'POST' })).status).toBe(400);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    await close();
    expect(values('product_views_total', 'product')).toEqual({ cup: 1 });
    expect(values('search_duration_seconds_count', 'found')).toEqual({ true: 1, false: 1 });
    expect(Object.keys(values('http_requests_total', 'route')).sort()).toEqual([
      '/',
      '/carts/:cart/items',
      '/products/:product',
      '/search',
      'unmatched',
    ]);
  });
});

describe('its visitors', () => {
  it('come over real HTTP, end by themselves, and are all counted', async () => {
    const { trafficEnded, close } = await start({ rate: 400, requests: 200 });
    // How many are skipped depends on how busy the machine is: visits that are late are not made up for.
    expect(await trafficEnded).toMatchObject({ answered: 200, failed: 0 });
    await close();
    expect(sum('http_requests_total')).toBe(200);
    expect(sum('orders_total')).toBeGreaterThan(0);
    expect(warnings).toEqual([]);
  });

  it('stop when the shop closes', async () => {
    const { trafficEnded, close } = await start({ rate: 50 });
    await close();
    const { answered } = (await trafficEnded) ?? { answered: -1 };
    expect(sum('http_requests_total')).toBe(answered);
  });

  it('are the same for the same seed', () => {
    const visits = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 50 }, () => nextVisit(random));
    };
    expect(visits(7)).toEqual(visits(7));
    expect(visits(7)).not.toEqual(visits(8));
  });

  it('come at a rate that swings around the one asked for', () => {
    const rates = Array.from({ length: 3_720 }, (_, second) => rateAt(20, second * 1_000));
    expect(rates.reduce((total, rate) => total + rate, 0) / rates.length).toBeCloseTo(20, 6);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...rates)).toBeGreaterThan(30);
  });
});
