import { Counter, Gauge, type Registry } from 'prom-client';

/** A metric without labels whose value is read at each collection. */
export type Reading = readonly [name: string, help: string, read: () => number];

export function registerGauges(registry: Registry, readings: readonly Reading[]): void {
  for (const [name, help, read] of readings) {
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

/** For counts that something else keeps, and which never go down. */
export function registerCounters(registry: Registry, readings: readonly Reading[]): void {
  for (const [name, help, read] of readings) {
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }
}
