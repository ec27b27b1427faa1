import { TinyObsError } from '@tinyobs/model';
import { requireContentType } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';

const CONTENT_TYPE = 'application/x-protobuf';

/** The version of the specification that has each message, as the parameter `proto` of the Content-Type names it. */
const VERSIONS: ReadonlyMap<string, RemoteWriteVersion> = new Map([
  ['prometheus.WriteRequest', '1.0'],
  ['io.prometheus.write.v2.Request', '2.0'],
]);

export type RemoteWriteVersion = '1.0' | '2.0';

/**
 * The version that a request is in, by its Content-Type alone: without `proto` it is 1.0.
 *
 * @throws TinyObsError `unsupported_media_type`
 */
export function versionOf(request: Request): RemoteWriteVersion {
  const messages = [...VERSIONS.keys()].join(' or ');
  requireContentType(request, /^application\/x-protobuf\s*(;|$)/i, `${CONTENT_TYPE}, with proto=${messages}`);
  const parameter = /;\s*proto\s*=\s*("[^"]*"|[^\s;]*)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (parameter === undefined) return '1.0';
  const message = parameter.replaceAll('"', '');
  const version = VERSIONS.get(message);
  if (version !== undefined) return version;
  throw new TinyObsError(
    'unsupported_media_type',
    `Content-Type ${CONTENT_TYPE} with proto=${message} is not known here; send ${messages}`,
  );
}

/** Says how much was written of a request of version 2.0, whatever the answer is. Native histograms are not taken. */
export function setWritten(
  response: Response,
  { samples, exemplars }: { readonly samples: number; readonly exemplars: number },
): void {
  response.setHeader('X-Prometheus-Remote-Write-Samples-Written', String(samples));
  response.setHeader('X-Prometheus-Remote-Write-Histograms-Written', '0');
  response.setHeader('X-Prometheus-Remote-Write-Exemplars-Written', String(exemplars));
}
