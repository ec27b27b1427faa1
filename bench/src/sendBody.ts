import { type Agent, request } from 'node:http';

const HEADERS = {
  'Content-Type': 'application/x-protobuf',
  'Content-Encoding': 'snappy',
  'X-Prometheus-Remote-Write-Version': '0.1.0',
  'User-Agent': 'tinyobs-bench',
};

/** Posts one remote write body; fails when it is refused. */
export function sendBody(url: string, agent: Agent, body: Uint8Array): Promise<void> {
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
