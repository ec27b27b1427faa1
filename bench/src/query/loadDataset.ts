import { Agent } from 'node:http';
import { sendBody } from '../sendBody.js';
import type { Dataset } from './dataset.js';

const CONNECTIONS = 4;

/** Sends all of it, slice by slice in the order of time. */
export async function loadDataset(url: string, dataset: Dataset): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  for (const bodies of dataset.slices()) {
    const sendOn = async (): Promise<void> => {
      for (let next = bodies.next(); !next.done; next = bodies.next()) {
        await sendBody(url, agent, next.value);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, sendOn));
  }
  agent.destroy();
}
