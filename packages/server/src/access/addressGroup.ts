import { ipKeyGenerator } from 'express-rate-limit';

/** What counts as one sender: an IPv4 address, or the /56 that one IPv6 customer has. */
export function addressGroup(address: string): string {
  return ipKeyGenerator(address);
}
