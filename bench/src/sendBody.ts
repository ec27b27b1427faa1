import { type Agent, request } from 'node:http';
import { type Destination, REMOTE_WRITE } from './ingest/destination.js';

/** Posts one body to a server, a remote write body where no destination is given; fails when it is refused. */
export function sendBody(
  url: string,
  agent: Agent,
  body: Uint8Array,
  { path, headers }: Destination = REMOTE_WRITE,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const all = { 'User-Agent': 'tinyobs-bench', ...headers, 'Content-Length': body.length };
    const sent = request(`${url}${path}`, { method: 'POST', agent, headers: all }, (response) => {
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
