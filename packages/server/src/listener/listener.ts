import { createServer, type Server as HttpServer, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as HttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/schema.js';
import type { Request, Response } from '../http/exchange.js';
import type { Handler } from '../http/handler.js';
import { sendError } from '../http/respond.js';
import type { Log } from '../log.js';
import { type Certificate, type CertificateFiles, readCertificate, validityProblem } from './certificate.js';
import { CertificateReloader } from './certificateReloader.js';
import { closeWithError } from './closingAnswer.js';
import { ListenerFigures } from './listenerFigures.js';
import { requireTls } from './requireTls.js';
import { strictTransport } from './strictTransport.js';
import { afterUnderWay, type ParserError, unreadable, withCode } from './unreadable.js';

/** Node looks for connections whose time is over at intervals: at a part of the shortest time, not too rarely. */
const CHECK_PART = 4;
const CHECK_INTERVAL_MS_MAX = 5000;

/** Where one connection is refused, many are. */
const WARN_EVERY_MS = 60_000;

/** The HTTP or HTTPS server of the standalone program, with all that happens before a request reaches the handler. */
export class Listener {
  readonly server: HttpServer;
  readonly scheme: 'http' | 'https';
  readonly figures = new ListenerFigures();
  readonly #log: Log;
  readonly #open = new Set<Socket>();
  /** The response that a connection is busy with, or was last. */
  readonly #underWay = new WeakMap<Duplex, Response>();
  /** Connections from which no more requests are taken. */
  readonly #broken = new WeakSet<Duplex>();
  #reloader: CertificateReloader | undefined;
  #warnedMs = Number.NEGATIVE_INFINITY;

  /** @throws TinyObsError `config_invalid` when the certificate or its key cannot be used */
  constructor({ tls: { cert, key }, timeouts, connections }: Config['server'], log: Log) {
    this.#log = log;
    const isTls = cert !== undefined && key !== undefined;
    this.scheme = isTls ? 'https' : 'http';
    this.server = isTls
      ? this.#createTlsServer({ cert, key }, timeouts)
      : createServer(httpOptions(timeouts));
    this.server.maxConnections = connections;
    this.server
      .on('connection', (socket: Socket) => this.#noteOpen(socket))
      .on('drop', () => this.#noteRefused(connections))
      .on('clientError', (cause: ParserError, socket: Duplex) => this.#onUnreadable(cause, socket));
  }

  /** Hands requests to the handler. */
  serve(handler: Handler): void {
    const onRequest = (request: Request, response: Response): void => {
      this.#underWay.set(request.socket, response);
      for (const [name, value] of strictTransport(request.socket)) response.setHeader(name, value);
      if (request.headers.host !== undefined || request.httpVersion === '1.0') handler(request, response);
      else this.#refuseWithoutHost(response);
    };
    // What a client expects beside 100-continue may be ignored; Node would answer without a body.
    this.server.on('request', onRequest).on('checkExpectation', onRequest);
  }

  /** Takes no more connections, and lets go of those that wait for a request. */
  stop(): Promise<void> {
    this.#reloader?.close();
    const stopped = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    return stopped;
  }

  /** Cuts all connections that are left. */
  cut(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #createTlsServer(files: CertificateFiles, timeouts: Config['server']['timeouts']): HttpsServer {
    const certificate = readCertificate(files);
    const options = { ...httpOptions(timeouts), handshakeTimeout: timeouts.headers, ...certificate.context };
    const server = createTlsServer(options);
    requireTls(server, { timeoutMs: timeouts.headers, refuse: (socket) => this.#refusePlain(socket) });
    server.on('tlsClientError', (cause) => this.#noteHandshakeFailure(cause));
    this.#noteCertificate(certificate);
    const { figures } = this;
    this.#reloader = new CertificateReloader({
      files,
      use: (changed) => {
        server.setSecureContext(changed.context);
        this.#noteCertificate(changed);
      },
      figures,
      log: this.#log,
    });
    return server;
  }

  #noteCertificate(certificate: Certificate): void {
    this.figures.set('certificateExpirySeconds', Math.floor(certificate.expiresMs / 1000));
    const problem = validityProblem(certificate, Date.now());
    if (problem !== undefined) this.#log.warn(problem);
  }

  #noteOpen(socket: Socket): void {
    this.#open.add(socket);
    this.figures.set('openConnections', this.#open.size);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.figures.set('openConnections', this.#open.size);
    });
  }

  #noteRefused(connections: number): void {
    this.figures.increment('refusedConnections');
    if (performance.now() - this.#warnedMs < WARN_EVERY_MS) return;
    this.#warnedMs = performance.now();
    this.#log.warn({ connections }, 'server.connections are open: further ones are closed at once');
  }

  #noteHandshakeFailure(cause: Error): void {
    this.figures.increment('handshakeFailures');
    this.#log.debug({ err: cause }, 'no TLS was agreed with a client');
  }

  #onUnreadable(cause: ParserError, socket: Duplex): void {
    if (this.#broken.has(socket)) return;
    const found = unreadable(cause);
    if (!found || !socket.writable) {
      socket.destroy();
      return;
    }
    this.#broken.add(socket);
    this.figures.increment(found.code);
    afterUnderWay(this.#underWay.get(socket), {
      answer: () => closeWithError(socket, found.error, cause.rawPacket),
      cut: () => socket.destroy(),
    });
  }

  #refusePlain(socket: Socket): void {
    const { code, error } = withCode('tls_required', 'this server takes HTTPS only; use https:// in the URL');
    this.figures.increment(code);
    closeWithError(socket, error);
  }

  #refuseWithoutHost(response: Response): void {
    const { code, error } = withCode('malformed_request', 'a request of HTTP/1.1 must have a header Host');
    this.figures.increment(code);
    response.setHeader('Connection', 'close');
    sendError(response, error, 'tinyobs');
  }
}

function httpOptions({ headers, request, idle }: Config['server']['timeouts']): ServerOptions {
  return {
    headersTimeout: headers,
    requestTimeout: request,
    keepAliveTimeout: idle,
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS_MAX, Math.ceil(headers / CHECK_PART)),
    // Checked here, where the answer says what is wrong.
    requireHostHeader: false,
  };
}
