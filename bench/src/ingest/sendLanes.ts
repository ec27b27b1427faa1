import { Agent } from 'node:http';
import { sendBody } from '../sendBody.js';
import type { Destination } from './destination.js';
import type { Lanes } from './lanes.js';

/**
 * After so many bodies the connections wait for each other: a server that takes samples only within an hour of
 * the newest must not see one connection run ahead.
 */
const BODIES_AHEAD_MAX = 16;

/** Sends every body on the connection of its lane, one after the other; fails at the first that is refused. */
export async function sendLanes(
  url: string,
  { lanes }: Pick<Lanes, 'lanes'>,
  destination?: Destination,
): Promise<void> {
  const agents = lanes.map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  const length = Math.max(...lanes.map((bodies) => bodies.length));
  try {
    for (let from = 0; from < length; from += BODIES_AHEAD_MAX) {
      await Promise.all(
        lanes.map(async (bodies, lane) => {
          for (const body of bodies.slice(from, from + BODIES_AHEAD_MAX))
            await sendBody(url, agents[lane], body, destination);
        }),
      );
    }
  } finally {
    for (const agent of agents) agent.destroy();
  }
}
