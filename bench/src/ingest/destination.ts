/** Where bodies go, and as what. */
export interface Destination {
  /** Of the API. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const REMOTE_WRITE: Destination = {
  path: '/api/v1/write',
  headers: {
    'Content-Type': 'application/x-protobuf',
    'Content-Encoding': 'snappy',
    'X-Prometheus-Remote-Write-Version': '0.1.0',
  },
};
