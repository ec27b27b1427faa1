// `npm run tour`: runs the demo for some minutes and takes the pictures of docs/dashboard.md and the README.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { ROOT, say } from './lib/run.mjs';

/** Until there is something to see in the range that is shown. */
const MINUTES = 5;

const RATE = 'sum by (route) (rate(http_requests_total{job="shop"}[1m]))';
const P95 =
  'histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{job="shop"}[1m])))';
const BUCKETS = 'sum by (le) (rate(http_request_duration_seconds_bucket{job="shop"}[1m]))';

/** What is shown in each picture: where, in which colours, and what is there when it is complete. */
const PICTURES = [
  { name: 'overview', place: '/', shows: 'main canvas' },
  { name: 'explore', place: `/explore?${queries(RATE, P95)}`, shows: 'main canvas' },
  {
    name: 'explore-builder',
    place: `/explore?${queries(P95)}&built=A&explained=A`,
    shows: 'main canvas',
    isDark: true,
  },
  { name: 'heatmap', place: `/explore?${queries(BUCKETS)}&tab=heatmap`, shows: 'main canvas', isDark: true },
  { name: 'dashboard', place: '/dashboards/template-http-service?', shows: 'main canvas' },
  { name: 'dashboard-edit', place: '/dashboards/template-http-service?edit=1', shows: 'main canvas' },
  { name: 'targets', place: '/targets?', shows: 'main table, main article, main li' },
  { name: 'cardinality', place: '/cardinality?', shows: 'main canvas', isDark: true },
  { name: 'status', place: '/status?', shows: 'main table' },
  { name: 'phone', place: '/', shows: 'main canvas', isDark: true, isPhone: true },
];

install();
build();
const { launchBrowser } = await import('../bench/dist/web/browser.js');
const folder = mkdtempSync(join(tmpdir(), 'tinyobs-tour-'));
const programs = [];
try {
  const targets = await startExporter();
  const [server, url] = await start(
    [process.execPath, 'apps/tinyobs/dist/main.js', ...serverFlags(targets)],
    /Dashboard\s+(\S+?)\/?$/m,
  );
  await start(
    [process.execPath, 'apps/example/dist/main.js', '--endpoint', url, '--interval', '5s'],
    /(http:\/\/[^\s/]+)/,
  );
  say(`the demo runs for ${MINUTES} minutes …`);
  await Promise.race([wait(MINUTES * 60_000), once(server, 'exit').then(() => process.exit(1))]);
  const browser = await launchBrowser();
  for (const picture of PICTURES) await take(browser, url, picture);
  await browser.close();
} finally {
  for (const program of programs.reverse()) {
    program.removeAllListeners('exit').kill('SIGTERM');
    await once(program, 'close');
  }
  rmSync(folder, { recursive: true });
}

function queries(...all) {
  return all.map((query) => `q=${encodeURIComponent(query)}`).join('&');
}

/** A host to look at, where a node exporter is installed. */
async function startExporter() {
  if (spawnSync('prometheus-node-exporter', ['--version']).error) return [];
  const [, address] = await start(
    ['prometheus-node-exporter', '--web.listen-address=127.0.0.1:0'],
    /Listening on.*?address=(\S+)/,
  );
  return [address];
}

function serverFlags(targets) {
  const file = join(folder, 'scrape.json');
  const job = { job_name: 'vm', static_configs: [{ targets }] };
  writeFileSync(
    file,
    JSON.stringify({ global: { scrape_interval: '5s', scrape_timeout: '5s' }, scrape_configs: [job] }),
  );
  const settings = ['selfMonitoring.interval=5s', `scrape.config=${file}`].flatMap((text) => ['--set', text]);
  return ['--data-dir', join(folder, 'data'), '--listen', '127.0.0.1:0', ...settings];
}

/** A program and what the pattern finds in what it writes. */
async function start([command, ...args], pattern) {
  const program = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  programs.push(program);
  let text = '';
  return new Promise((resolve) => {
    for (const stream of [program.stdout, program.stderr]) {
      stream.on('data', (chunk) => {
        text += chunk;
        const found = pattern.exec(text);
        if (found) resolve([program, found[1]]);
      });
    }
    program.once('exit', () => {
      say(`${command} ended:\n${text}`);
      process.exit(1);
    });
  });
}

async function take(browser, url, { name, place, shows, isDark, isPhone }) {
  const page = await browser.newPage({
    viewport: isPhone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    colorScheme: isDark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  const separator = place.includes('?') ? '&' : '?';
  await page.goto(`${url}/#${place}${separator}range=${MINUTES}m&zone=utc`);
  await page.locator(shows).first().waitFor();
  // What is not in sight is not loaded.
  await page.waitForFunction(() =>
    [...document.querySelectorAll('main .skeleton')].every(
      (one) => one.getBoundingClientRect().top >= window.innerHeight,
    ),
  );
  await wait(2000);
  const file = join(ROOT, 'docs/images', `${name}.png`);
  await page.screenshot({ path: file });
  await page.close();
  say(`docs/images/${name}.png`);
}
