import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppRunner, type RunningApp } from './appRunner.suite.js';
import { EXIT_TIMEOUT_MS } from './constants.js';
import { FakeBackend } from './fakeBackend.suite.js';

let backend: FakeBackend;
let apps: AppRunner;

beforeAll(async () => {
  apps = await AppRunner.create();
});

afterAll(() => apps.remove());

beforeEach(async () => {
  backend = await FakeBackend.start();
});

afterEach(() => backend.stop());

const start = (options = '') =>
  `const obs = createClient({ endpoint: process.argv[2], service: 'job', ${options} });
   obs.counter('a_total').inc(7);\n`;
/** Keeps the process alive, and says that it is up. */
const stay = `setInterval(() => {}, 1_000); process.send('up');`;

async function startUp(app: string): Promise<RunningApp> {
  const running = await apps.start(`${app} ${stay}`, [backend.endpoint]);
  await once(running.child, 'message');
  return running;
}

/** The values that arrived of the app's counter. */
function arrived(): unknown[] {
  return backend.pushes.flatMap((_push, index) => backend.rowsOf('a_total', index).map((row) => row.value));
}

describe('the end of a process', () => {
  it('closes its clients when nothing is left to do', async () => {
    const { ended } = await apps.start(start(), [backend.endpoint]);
    expect(await ended).toEqual({ code: 0, signal: null, stderr: '' });
    expect(arrived()).toEqual([7, 'stale']);
  });

  it('closes nothing where that is not wanted', async () => {
    const { ended } = await apps.start(start('closeAtExit: false'), [backend.endpoint]);
    expect((await ended).code).toBe(0);
    expect(arrived()).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('closes its clients at %s, and ends by that', async (signal) => {
    const { child, ended } = await startUp(start() + start().replaceAll('obs', 'other'));
    child.kill(signal);
    expect(await ended).toEqual({ code: null, signal, stderr: '' });
    expect(arrived().sort()).toEqual([7, 7, 'stale', 'stale']);
  });

  it('comes in a container too, whose first process a signal would not end', async () => {
    const { child, ended } = await startUp(
      `Object.defineProperty(process, 'pid', { value: 1 });\n${start()}`,
    );
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 143, signal: null, stderr: '' });
    expect(arrived()).toEqual([7, 'stale']);
  });

  it('comes at the second signal when the server does not answer', async () => {
    backend.script = () => 'hang';
    const { child, ended } = await startUp(start());
    child.kill('SIGTERM');
    await backend.received(1);
    const askedMs = performance.now();
    child.kill('SIGTERM');
    expect((await ended).signal).toBe('SIGTERM');
    expect(performance.now() - askedMs).toBeLessThan(EXIT_TIMEOUT_MS);
  });

  it('is left to an app that listens itself, with the state of the moment delivered', async () => {
    const own = `process.once('SIGTERM', () => setTimeout(async () => {
      obs.counter('a_total').inc();
      await obs.close();
      process.exit(3);
    }, 100));`;
    const { child, ended } = await startUp(start() + own);
    child.kill('SIGTERM');
    expect(await ended).toEqual({ code: 3, signal: null, stderr: '' });
    expect(arrived()).toEqual([7, 8, 'stale']);
  });
});
