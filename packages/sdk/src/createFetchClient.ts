import { Client } from './client.js';
import { createFetchTransport } from './delivery/fetchTransport.js';
import { type ClientOptions, type Host, startClient } from './startClient.js';

/** Wherever there is `fetch`. */
const anywhere: Host<Client> = {
  Client,
  instance: () => Math.random().toString(36).slice(2, 12),
  warn: ({ code, message }) => console.warn(`TinyObs: ${code}: ${message}`),
  connect: createFetchTransport,
};

/** `createClient` for browsers and other runtimes that have `fetch`, without the metrics of the process. */
export function createFetchClient(options: ClientOptions): Client {
  return startClient(options, anywhere);
}
