import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTinyObs, type TinyObs } from '@tinyobs/server';
import express from 'express';

/** What an answer costs the app itself. */
const WORK_MS = 0.1;

/** About 1 KB of JSON. */
const ANSWER = {
  items: Array.from({ length: 16 }, (_, id) => ({ id, name: `item ${id}`, price: 100 + id, inStock: true })),
};

/**
 * A host app: started as a process of its own, with TinyObs below /obs when a data folder is named. It writes its
 * address to standard output and ends on SIGTERM.
 */
const [dataDir] = process.argv.slice(2);
const app = express();
let obs: TinyObs | undefined;
if (dataDir !== undefined) {
  obs = await createTinyObs({ dataDir });
  app.use('/obs', obs.handler);
}
app.get('/items', (_request, response) => {
  const end = performance.now() + WORK_MS;
  while (performance.now() < end);
  response.json(ANSWER);
});
const server = createServer(app).listen(0, '127.0.0.1', () => {
  process.stdout.write(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.once('SIGTERM', async () => {
  server.close();
  server.closeAllConnections();
  await obs?.close();
});
