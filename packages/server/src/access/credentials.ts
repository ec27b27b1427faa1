import type { Request } from '../http/exchange.js';

/**
 * The key in `Authorization`: after `Bearer`, after `Token` as clients of InfluxDB have it, or as the password of basic
 * authentication, whatever the name, which is what Prometheus and Grafana can send. Never from the URL, which ends up in logs. Undefined when there is none;
 * '' for a header that holds none.
 */
export function presentedKey({ headers: { authorization } }: Request): string | undefined {
  if (authorization === undefined || authorization === '') return undefined;
  const [, scheme, rest] = /^(\S+)\s*(.*)$/s.exec(authorization.trim()) ?? ['', '', ''];
  if (/^(?:bearer|token)$/i.test(scheme)) return rest;
  if (scheme.toLowerCase() !== 'basic') return '';
  const pair = Buffer.from(rest, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? '' : pair.slice(colon + 1);
}
