import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { readScrapes } from './scrapes.js';

/** What a path answers to the n-th request, from 0, of one job of one scraper. */
type Page = (count: number, response: ServerResponse, request: IncomingMessage) => unknown;

const TEXT = { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' };

/** A program with metrics that change from scrape to scrape, in the same way for each scraper. */
export interface ScrapedApp {
  readonly address: string;
  /** How many requests a scraper has sent, by the beginning of its user agent, for a job, which is the parameter `job`. */
  count(job: string, scraper: string): number;
  close(): Promise<void>;
}

/** A real exporter, of whose answers the n-th, from 0, is for the n-th scrape of each scraper. */
export interface RelayedExporter {
  readonly url: string;
  /** Done before the exporter is asked for its n-th answer. */
  before(count: number): Promise<void>;
}

/** @param relayed by path */
export async function startScrapedApp(
  relayed: Readonly<Record<string, RelayedExporter>> = {},
): Promise<ScrapedApp> {
  const pages = { ...PAGES };
  for (const [path, exporter] of Object.entries(relayed)) pages[path] = relayPage(exporter);
  const counts = new Map<string, number>();
  const app = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://app');
    const scraper = String(request.headers['user-agent']).split('/')[0];
    const key = `${searchParams.get('job') ?? pathname} ${scraper}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    const page = pages[pathname];
    if (page) page(count, response, request);
    else response.writeHead(404).end('nothing here');
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(app.address() as AddressInfo).port}`,
    count: (job, scraper) => counts.get(`${job} ${scraper}`) ?? 0,
    close: () =>
      new Promise((resolve) => {
        app.close(() => resolve());
        app.closeAllConnections();
      }),
  };
}

const nodeExporter = [
  ...readScrapes(new URL('../testdata/scrapes/node-exporter.scrapes.gz', import.meta.url)),
];

const PAGES: Readonly<Record<string, Page>> = {
  '/node': (count, response) => answer(response, nodeExporter[count % nodeExporter.length].text),
  '/changing': (count, response) => {
    const lines = [`always ${count}`, `twice{n="1"} ${count}`, `twice{n="1"} ${count + 100}`];
    if (count % 2 === 0) lines.push(`even{count="x"} ${count}`);
    if (count === 1) lines.push('once 1');
    lines.push(`new{count="${count}"} ${count}`, `nan NaN`, `inf +Inf`);
    answer(response, `# TYPE always counter\n# HELP always Always there.\n${lines.join('\n')}\n`);
  },
  '/timestamps': (count, response) => {
    const timeMs = Date.now() - 5000;
    answer(response, count % 2 === 0 ? `timed 7 ${timeMs}\nplain ${count}\n` : `plain ${count}\n`);
  },
  '/labels': (count, response) => {
    const own = 'job="own",instance="inside",exported_job="before"';
    const lines = [`clash{${own}}`, 'clash{job="own"}', 'clash{job="own",instance="",other=""}'];
    answer(response, lines.map((line) => `${line} ${count}\n`).join(''));
  },
  '/openmetrics': (count, response, { headers }) => {
    const isWanted = String(headers.accept).startsWith('application/openmetrics-text;version=1.0.0');
    const lines = [
      '# TYPE om counter',
      '# HELP om Counts.',
      `om_total ${count} # {id="${count}"} 1`,
      'om_created 1520872607.123',
      '# TYPE size_bytes gauge',
      '# UNIT size_bytes bytes',
      `size_bytes{a="${isWanted}"} 1e3 ${(Date.now() / 1000 - 3).toFixed(3)}`,
    ];
    if (count % 2 === 0) lines.push('odd{n="1"} 1');
    const type = { 'Content-Type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' };
    response.writeHead(200, type).end(`${[...lines, '# EOF'].join('\n')}\n`);
  },
  '/dies': (count, response) => {
    if (count < 2 || count > 5) answer(response, `alive ${count}\n`);
    else if (count < 4) response.writeHead(500).end('alive 77\n');
    else response.socket?.destroy();
  },
  '/broken': (count, response) =>
    answer(response, count % 2 === 0 ? `fine ${count}\n` : `bro{ken\nfine ${count}\n`),
  '/typeless': (count, response) => response.writeHead(200).end(`typeless ${count}\n`),
  '/html': (_count, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>no metrics</html>'),
  '/many': (count, response) => answer(response, many(count === 2 ? 20 : 5)),
  '/long': (count, response) => answer(response, many(count === 2 ? 1000 : 5)),
  '/gzip': (count, response) => {
    const headers = { ...TEXT, 'Content-Encoding': 'gzip' };
    response.writeHead(200, headers).end(gzipSync(`zipped ${count}\n`));
  },
  '/redirect': (_count, response) => response.writeHead(302, { Location: '/redirected?x=1' }).end(),
  '/redirected': (count, response) => answer(response, `redirected ${count}\n`),
  '/slow': (count, response) => {
    if (count !== 1) answer(response, `slow ${count}\n`);
  },
  '/secret': (count, response, { headers }) => {
    const expected = `Basic ${Buffer.from('user:pass').toString('base64')}`;
    if (headers.authorization === expected) answer(response, `secret ${count}\n`);
    else response.writeHead(401).end();
  },
  '/leaving': (count, response) => answer(response, `leaving ${count}\n`),
};

/** Whoever asks for the n-th time first has the exporter asked; one that is away is away for all at that time. */
function relayPage({ url, before }: RelayedExporter): Page {
  const answers: Promise<{ text: string; type: string } | undefined>[] = [];
  const ask = async (count: number) => {
    await before(count);
    const answer = await fetch(url);
    return { text: await answer.text(), type: answer.headers.get('content-type') ?? '' };
  };
  return async (count, response) => {
    answers[count] ??= ask(count).catch(() => undefined);
    const given = await answers[count];
    if (given) response.writeHead(200, { 'Content-Type': given.type }).end(given.text);
    else response.socket?.destroy();
  };
}

function answer(response: ServerResponse, text: string): void {
  response.writeHead(200, TEXT).end(text);
}

function many(count: number): string {
  return Array.from({ length: count }, (_, i) => `many{i="${i}"} ${i}\n`).join('');
}
