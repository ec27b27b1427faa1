import { Gauge, type Registry } from 'prom-client';
import type { QueryGate } from '../http/queryGate.js';
import type { SharedQueryMemory } from '../http/queryMemory.js';

/** Metrics of what runs and waits, read at each collection. */
export function registerQueryMetrics(registry: Registry, gate: QueryGate, memory: SharedQueryMemory): void {
  const gauges: readonly [name: string, help: string, read: () => number][] = [
    ['tinyobs_queries_running', 'Queries and other reads that run now.', () => gate.running],
    ['tinyobs_queries_waiting', 'Queries and other reads that wait for their turn.', () => gate.waiting],
    [
      'tinyobs_query_memory_bytes',
      'Memory that running queries and their answers hold.',
      () => memory.heldBytes,
    ],
  ];
  for (const [name, help, read] of gauges) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
}
