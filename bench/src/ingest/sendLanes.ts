import { Agent, request } from 'node:http';
import type { Lanes } from './lanes.js';

/**
 * After so many bodies the connections wait for each other: a server that takes samples only within an hour of
 * the newest must not see one connection run ahead.
 */
const BODIES_AHEAD_MAX = 16;

const HEADERS = {
  'Content-Type': 'application/x-protobuf',
  'Content-Encoding': 'snappy',
  'X-Prometheus-Remote-Write-Version': '0.1.0',
  'User-Agent': 'tinyobs-bench',
};

/** Sends every body on the connection of its lane, one after the other; fails at the first that is refused. */
export async function sendLanes(url: string, { lanes }: Lanes): Promise<void> {
  const agents = lanes.map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
  const length = Math.max(...lanes.map((bodies) => bodies.length));
  for (let from = 0; from < length; from += BODIES_AHEAD_MAX) {
    await Promise.all(
      lanes.map(async (bodies, lane) => {
        for (const body of bodies.slice(from, from + BODIES_AHEAD_MAX)) await send(url, agents[lane], body);
      }),
    );
  }
  for (const agent of agents) agent.destroy();
}

function send(url: string, agent: Agent, body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { ...HEADERS, 'Content-Length': body.length };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        answer += text;
      });
      response.once('end', () => {
        if (response.statusCode === 204 || response.statusCode === 200) resolve();
        else reject(new Error(`the server answered ${response.statusCode}: ${answer}`));
      });
    });
    sent.once('error', reject).end(body);
  });
}
