import { readdir, readFile } from 'node:fs/promises';
import { getActiveResourcesInfo, platform } from 'node:process';
import { getHeapSpaceStatistics } from 'node:v8';
import type { Client } from './client.js';

/** Reads how V8 divides its heap. */
export function collectHeapSpaces(client: Client): () => void {
  const gauge = (part: string, help: string) =>
    client.gauge(`nodejs_heap_space_size_${part}_bytes`, { help, unit: 'bytes', labelNames: ['space'] });
  const total = gauge('total', 'Memory a space of the heap has reserved');
  const used = gauge('used', 'Memory that is used in a space of the heap');
  const available = gauge('available', 'Memory a space of the heap has left');
  return () => {
    for (const {
      space_name,
      space_size,
      space_used_size,
      space_available_size,
    } of getHeapSpaceStatistics()) {
      const labels = { space: space_name.replace(/_space$/, '') };
      total.set(labels, space_size);
      used.set(labels, space_used_size);
      available.set(labels, space_available_size);
    }
  };
}

/** Reads what keeps the event loop alive: sockets, servers, timers, requests of the file system. */
export function collectActiveResources(client: Client): () => void {
  const byType = client.gauge('nodejs_active_resources', {
    help: 'What keeps the event loop alive, by type',
    labelNames: ['type'],
  });
  const total = client.gauge('nodejs_active_resources_total', { help: 'What keeps the event loop alive' });
  /** Every type seen so far, that those which are gone go to zero. */
  const counts = new Map<string, number>();
  return () => {
    const active = getActiveResourcesInfo();
    for (const type of counts.keys()) counts.set(type, 0);
    for (const type of active) counts.set(type, (counts.get(type) ?? 0) + 1);
    for (const [type, count] of counts) byType.set({ type }, count);
    total.set(active.length);
  };
}

/** Reads what Linux tells of the process in files; elsewhere there is nothing to read. */
export function collectProcFiles(client: Client): () => Promise<void> | undefined {
  if (platform !== 'linux') return () => undefined;
  const openFiles = client.gauge('process_open_fds', { help: 'Open file descriptors' });
  const filesMax = client.gauge('process_max_fds', { help: 'File descriptors the process may have open' });
  const memory = (name: string, help: string) => client.gauge(name, { help, unit: 'bytes' });
  const virtual = memory('process_virtual_memory_bytes', 'Addresses the process has reserved');
  const heap = memory('process_heap_bytes', 'Size of the data segment of the process');
  return async () => {
    const [names, limits, status] = await Promise.all([
      readdir('/proc/self/fd'),
      readFile('/proc/self/limits', 'utf8'),
      readFile('/proc/self/status', 'utf8'),
    ]);
    // One of them was open to read the others.
    openFiles.set(names.length - 1);
    filesMax.set(openFilesMax(limits));
    virtual.set(statusBytes(status, 'VmSize'));
    heap.set(statusBytes(status, 'VmData'));
  };
}

/** The file descriptors a process may have, by its file `limits`; infinite where that is `unlimited`. */
export function openFilesMax(limits: string): number {
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
}

/** An amount of memory in the file `status` of a process. */
export function statusBytes(status: string, name: 'VmSize' | 'VmRSS' | 'VmData'): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024;
}
