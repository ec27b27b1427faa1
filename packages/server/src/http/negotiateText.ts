import { ESCAPING_SCHEMES, type EscapingScheme, type ExpositionFormat } from '@tinyobs/formats';
import type { Request, Response } from './exchange.js';

/** How a scraper wants samples written. */
export interface NegotiatedText {
  readonly format: ExpositionFormat;
  readonly escaping: EscapingScheme;
  /** Says all of it. */
  readonly contentType: string;
}

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** The versions of the formats that we write, the first where none is asked for; and what else asks for them. */
const FORMATS: readonly {
  readonly format: ExpositionFormat;
  readonly type: string;
  readonly versions: readonly string[];
  readonly wildcards: readonly string[];
}[] = [
  {
    format: 'text',
    type: 'text/plain',
    versions: ['0.0.4', '1.0.0'],
    wildcards: ['*/*', 'text/*'],
  },
  {
    format: 'openmetrics',
    type: 'application/openmetrics-text',
    versions: ['1.0.0', '0.0.1'],
    wildcards: ['application/*'],
  },
];

/** Far more than any scraper accepts. */
const RANGES_MAX = 32;

/**
 * What `Accept` likes best of what we write, of two liked as much the first; text 0.0.4 where it names none of it, as
 * Prometheus' client libraries have it. Names are escaped unless the range says how they are to be written: old
 * scrapers do not know that there are others than plain ones. The answer says that it depends on `Accept`.
 *
 * Source: https://prometheus.io/docs/instrumenting/content_negotiation/
 */
export function negotiateText(request: Request, response: Response): NegotiatedText {
  response.appendHeader('Vary', 'Accept');
  const ranges = parseAccept(String(request.headers.accept ?? ''));
  for (const range of ranges.sort((a, b) => b.quality - a.quality)) {
    const found = range.quality > 0 ? formatOf(range) : undefined;
    if (found) return found;
  }
  return negotiated(FORMATS[0], FORMATS[0].versions[0], undefined);
}

function parseAccept(accept: string): MediaRange[] {
  return accept.split(',', RANGES_MAX).map((text) => {
    const [type, ...rest] = text.split(';').map((part) => part.trim());
    const parameters = new Map(
      rest.map((part): [string, string] => {
        const [name, value = ''] = part.split('=', 2);
        return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
      }),
    );
    const quality = Number(parameters.get('q') ?? 1);
    return { type: type.toLowerCase(), parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 };
  });
}

function formatOf({ type, parameters }: MediaRange): NegotiatedText | undefined {
  const format = FORMATS.find((one) => one.type === type || one.wildcards.includes(type));
  const version = parameters.get('version') ?? format?.versions[0];
  if (format === undefined || version === undefined || !format.versions.includes(version)) return undefined;
  return negotiated(format, version, parameters.get('escaping')?.toLowerCase());
}

function negotiated(
  { format, type }: (typeof FORMATS)[number],
  version: string,
  asked: string | undefined,
): NegotiatedText {
  const escaping = ESCAPING_SCHEMES.find((scheme) => scheme === asked) ?? 'underscores';
  return {
    format,
    escaping,
    contentType: `${type}; version=${version}; charset=utf-8; escaping=${escaping}`,
  };
}
