import { type DecodeResult, decodeOpenMetrics, decodeText, type KnownSeries } from '@tinyobs/formats';
import { TinyObsError, type WriteBatch } from '@tinyobs/model';
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

/**
 * Decodes the answer of a target into a batch that is begun for series that are known, those of text. Samples without
 * a time of their own have NaN as theirs. What does not say that it is OpenMetrics is text, as in Prometheus 2.
 *
 * @throws TinyObsError `scrape_malformed` where anything but an exemplar cannot be read, `scrape_limit`
 */
export function decodeAnswer(
  body: Uint8Array,
  contentType: string,
  { batch, known }: { readonly batch: WriteBatch; readonly known: KnownSeries },
): void {
  const isOpenMetrics = /^\s*application\/openmetrics-text\s*(;|$)/i.test(contentType);
  const options = { nowMs: Number.NaN, keepsEmptyLabels: true };
  let decoded: DecodeResult;
  try {
    decoded = isOpenMetrics
      ? decodeOpenMetrics(body, batch, options)
      : decodeText(body, batch, { ...options, known });
  } catch (cause) {
    if (!(cause instanceof TinyObsError)) throw cause;
    const code = cause.code === 'body_too_large' ? 'scrape_limit' : 'scrape_malformed';
    throw new TinyObsError(code, cause.message, { cause });
  }
  if (decoded.refusedCount > 0) checkRefusals(decoded, batch);
}

/** An exemplar that cannot be kept is left out; its sample is there. */
function checkRefusals({ refused, refusedCount, rows }: DecodeResult, batch: WriteBatch): void {
  const taken = new Set(batch.rows.subarray(0, batch.sampleCount));
  const first = refused.find(({ row }) => !taken.has(row));
  if (!first && rows === batch.sampleCount) return;
  const { row, message } = first ?? refused[0];
  const others = refusedCount > 1 ? `, and ${refusedCount - 1} more` : '';
  throw new TinyObsError('scrape_malformed', `line ${row}, ${message}${others}`);
}
