import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Registry, register } from './registry.js';
import type { RegistryContentType } from './types.js';

export interface PushgatewayParameters {
  /** Needed unless `requireJobName` is false. */
  jobName?: string;
  /** Further labels of the group. */
  groupings?: Record<string, string>;
}

/** Those of the request, such as `headers`, `timeout` and `agent`. */
export type PushgatewayOptions = RequestOptions & { requireJobName?: boolean };

export interface PushgatewayAnswer {
  readonly resp: IncomingMessage;
  readonly body: string;
}

/** Pushes a registry, once for each call, to the paths that a Pushgateway has. */
export class Pushgateway<T extends RegistryContentType> {
  readonly #url: string;
  readonly #registry: Registry<T>;
  readonly #requireJobName: boolean;
  readonly #requestOptions: RequestOptions;

  /** @param url Address of the gateway, with its base path. */
  constructor(url: string, options?: PushgatewayOptions | null, registry?: Registry<T>) {
    const { requireJobName = true, ...requestOptions } = options ?? {};
    this.#url = url;
    this.#registry = registry ?? (register as unknown as Registry<T>);
    this.#requireJobName = requireJobName;
    this.#requestOptions = requestOptions;
  }

  /**
   * Replaces the metrics of a group that have the same names. Rejects when it is not answered, and not with a success.
   * @throws Error without a job name
   */
  pushAdd(params: PushgatewayParameters = {}): Promise<PushgatewayAnswer> {
    return this.#send('POST', this.#target(params));
  }

  /** Replaces all metrics of a group. Rejects and throws as `pushAdd` does. */
  push(params: PushgatewayParameters = {}): Promise<PushgatewayAnswer> {
    return this.#send('PUT', this.#target(params));
  }

  /** Ends a group. Rejects and throws as `pushAdd` does. */
  delete(params: PushgatewayParameters = {}): Promise<PushgatewayAnswer> {
    return this.#send('DELETE', this.#target(params));
  }

  #target({ jobName, groupings = {} }: PushgatewayParameters): URL {
    if (this.#requireJobName && !jobName) throw new Error('a push needs a jobName');
    const url = new URL(this.#url);
    const parts = jobName ? ['job', jobName, ...Object.entries(groupings).flat()] : [];
    const path = ['metrics', ...parts.map(encodeURIComponent)].join('/');
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
    return url;
  }

  async #send(method: 'POST' | 'PUT' | 'DELETE', url: URL): Promise<PushgatewayAnswer> {
    const headers = { ...this.#requestOptions.headers } as Record<string, string>;
    const isGzip = headers['Content-Encoding'] === 'gzip';
    if (method === 'DELETE') delete headers['Content-Encoding'];
    const metrics = method === 'DELETE' ? undefined : await this.#registry.metrics();
    const body = metrics !== undefined && isGzip ? gzipSync(metrics) : metrics;
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const start = url.protocol === 'https:' ? requestHttps : requestHttp;
      const request = start(url, { ...this.#requestOptions, headers, method }, resolve);
      request.on('error', reject);
      request.on('timeout', () => request.destroy(new Error(`no answer of ${url.origin} in time`)));
      request.end(body);
    });
    const answer = await text(response);
    const status = response.statusCode ?? 0;
    if (status >= 400) throw new Error(`the push was answered ${status}: ${answer}`);
    return { resp: response, body: answer };
  }
}
