import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { platform } from 'node:process';
import { describe, expect, it } from 'vitest';
import { collectRuntimeMetrics } from './runtimeMetrics.js';
import { shown, startShownClient } from './shown.suite.js';

/** What is shown by a client that measures its process, before and within `work`. */
async function aroundWork(work: (look: () => Promise<Record<string, number>>) => Promise<void>) {
  const { client, problems } = startShownClient();
  const end = collectRuntimeMetrics(client);
  try {
    await work(() => shown(client));
  } finally {
    end();
    await client.close();
  }
  expect(problems).toEqual([]);
}

describe('the resources of the process', () => {
  it('include the spaces of the heap', () =>
    aroundWork(async (look) => {
      const values = await look();
      const space = (part: string) => values[`nodejs_heap_space_size_${part}_bytes{space="old"}`];
      expect(space('used')).toBeGreaterThan(1e5);
      expect(space('total')).toBeGreaterThan(space('used'));
      expect(space('available')).toBeGreaterThanOrEqual(0);
    }));

  it('include what keeps the event loop alive, and let go of what does not any more', () =>
    aroundWork(async (look) => {
      const servers = async () => (await look())['nodejs_active_resources{type="TCPServerWrap"}'] ?? 0;
      const before = await servers();
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      expect(await servers()).toBe(before + 1);
      const values = await look();
      const byType = Object.entries(values).filter(([name]) => name.startsWith('nodejs_active_resources{'));
      expect(values['nodejs_active_resources_total']).toBe(byType.reduce((sum, [, count]) => sum + count, 0));
      await new Promise((resolve) => server.close(resolve));
      await expect.poll(servers).toBe(before);
    }));

  it.runIf(platform === 'linux')('include open files and memory, as Linux tells', () =>
    aroundWork(async (look) => {
      const before = await look();
      const files = await Promise.all(Array.from({ length: 200 }, () => open('/dev/null')));
      const after = await look();
      await Promise.all(files.map((file) => file.close()));
      const opened = after['process_open_fds'] - before['process_open_fds'];
      expect(opened).toBeGreaterThan(150);
      expect(opened).toBeLessThan(250);
      expect(after['process_max_fds']).toBeGreaterThan(after['process_open_fds']);
      expect(after['process_virtual_memory_bytes']).toBeGreaterThan(after['process_resident_memory_bytes']);
      expect(after['process_heap_bytes']).toBeGreaterThan(1e6);
    }),
  );

  it('tell the parts of the version of Node, for comparisons', () =>
    aroundWork(async (look) => {
      const [major, minor, patch] = process.versions.node.split('.');
      expect(await look()).toHaveProperty([
        `nodejs_version_info{version="${process.version}",major="${major}",minor="${minor}",patch="${patch}"}`,
      ]);
    }));
});
