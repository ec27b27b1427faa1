import type { Request } from './exchange.js';

/** What requests with OTLP and their answers are written in. */
export type OtlpEncoding = 'json' | 'protobuf';

export const OTLP_CONTENT_TYPES: Readonly<Record<OtlpEncoding, string>> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

/** The encoding that the content type names; undefined for another, or none. */
export function otlpEncodingOf({ headers }: Request): OtlpEncoding | undefined {
  const type = (headers['content-type'] ?? '').split(';', 1)[0].trim().toLowerCase();
  if (type === OTLP_CONTENT_TYPES.json) return 'json';
  return type === OTLP_CONTENT_TYPES.protobuf ? 'protobuf' : undefined;
}
