import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppRunner } from './appRunner.suite.js';
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

const push = `const obs = createClient({ endpoint: process.argv[2], service: 'shop', runtimeMetrics: false });
  obs.counter('a_total').inc(); await obs.close();`;

/** The instances that pushed, without the host. */
function instances(): string[] {
  const names = new Set(backend.pushes.map(({ rows }) => rows[0].labels['instance']));
  return Array.from(names, (name) => name.replace(`${hostname()}:`, '')).sort();
}

describe('the instance of a process', () => {
  it('has its pid', async () => {
    const { child, ended } = await apps.start(push, [backend.endpoint]);
    await ended;
    expect(instances()).toEqual([String(child.pid)]);
  });

  it('has the slot that a process manager gives it', async () => {
    const { child, ended } = await apps.start(`process.env.NODE_APP_INSTANCE = '3'; ${push}`, [
      backend.endpoint,
    ]);
    await ended;
    expect(instances()).toEqual([`3:${child.pid}`]);
  });

  it('has the thread, each of which has a client of its own', async () => {
    const app = `import { Worker, isMainThread } from 'node:worker_threads';
      if (isMainThread) new Worker(new URL(import.meta.url), { argv: [process.argv[2]] });
      ${push}`;
    const { child, ended } = await apps.start(app, [backend.endpoint]);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(instances()).toEqual([`${child.pid}`, `${child.pid}:t1`]);
  });
});
