import { Counter, Gauge, type Registry } from 'prom-client';
import { type ListenerFigure, type ListenerFigures, UNREADABLE_CODES } from '../listener/listenerFigures.js';

/** Metrics of the standalone server's listener, read at each collection; with those of TLS where it speaks that. */
export function registerListenerMetrics(
  registry: Registry,
  figures: ListenerFigures,
  { isTls }: { readonly isTls: boolean },
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, figure: ListenerFigure) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(figures.get(figure));
      },
    });
  const counter = (name: string, help: string, figure: ListenerFigure) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(figures.get(figure));
      },
    });
  gauge('tinyobs_http_connections_open', 'Open connections.', 'openConnections');
  counter(
    'tinyobs_http_connections_refused_total',
    'Connections closed at once because server.connections were open.',
    'refusedConnections',
  );
  registerUnreadable(registers, figures);
  if (!isTls) return;
  gauge(
    'tinyobs_tls_certificate_expiry_timestamp_seconds',
    'When the certificate in use expires, Unix seconds.',
    'certificateExpirySeconds',
  );
  counter(
    'tinyobs_tls_reload_failures_total',
    'Times a changed certificate or key could not be used, so that the one before stayed.',
    'reloadFailures',
  );
  counter(
    'tinyobs_tls_handshake_failures_total',
    'Connections on which no TLS was agreed, such as those of clients that do not trust the certificate.',
    'handshakeFailures',
  );
}

function registerUnreadable(registers: Registry[], figures: ListenerFigures): void {
  new Counter({
    name: 'tinyobs_http_unreadable_requests_total',
    help: 'Connections closed with an error because no request could be read from them, by error code.',
    labelNames: ['code'] as const,
    registers,
    collect() {
      this.reset();
      for (const code of UNREADABLE_CODES) this.inc({ code }, figures.get(code));
    },
  });
}
