import { type DecodeResult, decodeText } from '@tinyobs/formats';
import type { WriteBatch } from '@tinyobs/model';
import type { ScrapeProtocol } from '../config/scrapeConfig.js';

/** How much less a later protocol of the list is wanted. */
const QUALITY_STEP = 0.25;

const MEDIA_TYPES: Readonly<Record<ScrapeProtocol, string>> = {
  'OpenMetricsText1.0.0': 'application/openmetrics-text;version=1.0.0',
  'OpenMetricsText0.0.1': 'application/openmetrics-text;version=0.0.1',
  'PrometheusText0.0.4': 'text/plain;version=0.0.4',
};

/** What a target is asked for: the protocols in their order, and else whatever it has. */
export function acceptHeader(protocols: readonly ScrapeProtocol[]): string {
  const offers = protocols.map((protocol, i) => {
    const quality = 1 - i * QUALITY_STEP;
    return quality === 1 ? MEDIA_TYPES[protocol] : `${MEDIA_TYPES[protocol]};q=${quality}`;
  });
  return [...offers, '*/*;q=0.1'].join(',');
}

type Decode = (body: Uint8Array, batch: WriteBatch, options: { nowMs: number }) => DecodeResult;

/** The decoder of an answer: what does not say that it is something else is text, as in Prometheus 2. */
export function decoderOf(_contentType: string): Decode {
  return decodeText;
}
