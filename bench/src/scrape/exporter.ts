import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { INTERVAL_MS, SERIES } from './setup.js';

/**
 * Many targets in a process of its own: `/<number>/metrics` answers so many series each, half of which have grown since
 * the last interval. `/arrivals` tells when each scraper asked each of them since `/forget`, ms. It writes its address
 * to standard output and ends on SIGTERM.
 */
const arrivals: Record<string, Record<string, number[]>> = {};

const HEADS = Array.from({ length: SERIES }, (_, id) => {
  const labels = `method="GET",route="/api/v1/things/${id % 50}",status="${200 + (id % 4)}",shard="${id}"`;
  const name = `requests_${Math.floor(id / 50)}_total`;
  return `${id % 50 === 0 ? `# HELP ${name} Requests.\n# TYPE ${name} counter\n` : ''}${name}{${labels}} `;
});

const server = createServer((request, response) => {
  const path = request.url ?? '';
  if (path === '/arrivals') {
    response.end(JSON.stringify(arrivals));
    return;
  }
  if (path === '/forget') {
    for (const scraper of Object.keys(arrivals)) delete arrivals[scraper];
    response.end();
    return;
  }
  const nowMs = performance.timeOrigin + performance.now();
  const scraper = String(request.headers['user-agent']).split('/')[0];
  arrivals[scraper] ??= {};
  arrivals[scraper][path] ??= [];
  arrivals[scraper][path].push(nowMs);
  response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(page(nowMs));
}).listen(0, '127.0.0.1', () => {
  process.stdout.write(`Listening on 127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', () => process.exit());

function page(nowMs: number): string {
  const interval = Math.floor(nowMs / INTERVAL_MS) % 1_000_000;
  let text = '';
  for (let id = 0; id < SERIES; id++) text += `${HEADS[id]}${id % 2 === 0 ? interval * (id + 1) : id}\n`;
  return text;
}
