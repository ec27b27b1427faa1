import { isIP } from 'node:net';
import proxyaddr from 'proxy-addr';
import { clientAddress, type Request } from '../http/exchange.js';

/** The address a request came from: that of the connection, or what trusted proxies say it is. */
export type AddressOf = (request: Request) => string;

/**
 * Believes `X-Forwarded-For` as far as it was written by trusted proxies; what stands left of the first address that
 * is not one of them, anybody may have written.
 *
 * @param trustedProxies Gives the list in force: addresses and networks, such as `10.0.0.0/8`.
 */
export function addressReader(trustedProxies: () => readonly string[]): AddressOf {
  let compiled = { from: trustedProxies(), isTrusted: proxyaddr.compile([...trustedProxies()]) };
  return (request) => {
    const from = trustedProxies();
    if (from.length === 0) return clientAddress(request);
    if (from !== compiled.from) compiled = { from, isTrusted: proxyaddr.compile([...from]) };
    return forwardedAddress(request, compiled.isTrusted);
  };
}

function forwardedAddress(request: Request, isTrusted: (address: string, hop: number) => boolean): string {
  const forwarded = request.headers['x-forwarded-for'];
  const said = (typeof forwarded === 'string' ? forwarded.split(',') : []).map((text) => text.trim());
  let address = clientAddress(request);
  for (let hop = 0; isTrusted(address, hop); hop++) {
    const before = said.pop();
    if (before === undefined || isIP(before) === 0) break;
    address = before;
  }
  return address;
}
