import type { ProtocolStatus } from '../api/operateTypes.js';

/** Names of protocols, where they are not their own. */
const NAMES: Readonly<Record<string, string>> = {
  json: 'TinyObs JSON, as the SDK sends it',
  text: 'Prometheus text and OpenMetrics',
  remote_write: 'Prometheus remote write',
  otlp: 'OpenTelemetry (OTLP)',
  pushgateway: 'Pushes, as to a Pushgateway',
  statsd: 'StatsD',
  influx: 'InfluxDB line protocol',
  go_tinyobs: 'Exports of the Go TinyObs',
  scrape: 'Scrapes',
  embedded: 'The host this runs in',
  self: 'Its own metrics',
};

export function nameOfProtocol({ protocol }: Pick<ProtocolStatus, 'protocol'>): string {
  return NAMES[protocol] ?? protocol.replaceAll('_', ' ');
}

export interface Refused {
  readonly total: number;
  /** The most first. */
  readonly reasons: readonly {
    readonly code: string;
    readonly what: 'requests' | 'samples';
    readonly count: number;
  }[];
}

/** What a protocol was refused, by reason. */
export function refusedOf({ requests, samples }: ProtocolStatus): Refused {
  const reasons = (['requests', 'samples'] as const).flatMap((what) =>
    Object.entries({ requests, samples }[what].refused).map(([code, count]) => ({ code, what, count })),
  );
  return {
    total: reasons.reduce((sum, { count }) => sum + count, 0),
    reasons: reasons.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
  };
}

/** `row 7, column 14`; empty where an error has no place. */
export function placeText(place: Readonly<Record<string, string | number>> | undefined): string {
  return Object.entries(place ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
