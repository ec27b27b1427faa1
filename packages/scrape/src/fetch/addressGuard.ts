import type { LookupAddress } from 'node:dns';
import { lookup as resolveName } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { TinyObsError } from '@tinyobs/model';

/**
 * Addresses that are reached from this machine alone, where clouds give out credentials to whoever asks: link-local
 * ones, and those of metadata services elsewhere.
 */
const REFUSED = refusedAddresses();

function refusedAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('169.254.0.0', 16, 'ipv4');
  list.addAddress('100.100.100.200', 'ipv4');
  list.addAddress('168.63.129.16', 'ipv4');
  list.addAddress('192.0.0.192', 'ipv4');
  list.addSubnet('fe80::', 10, 'ipv6');
  list.addAddress('fd00:ec2::254', 'ipv6');
  list.addAddress('fd20:ce::254', 'ipv6');
  // The IPv4 ones, as gateways of IPv6 have them: NAT64 and 6to4.
  list.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
  list.addSubnet('2002:a9fe::', 32, 'ipv6');
  return list;
}

export interface AddressGuardOptions {
  /** Whether link-local and metadata addresses may be asked, too; read each time. */
  readonly allowLinkLocal: boolean;
}

/** Decides which addresses requests may go to. A name is resolved once, and what was checked is connected to. */
export class AddressGuard {
  readonly #options: AddressGuardOptions;

  constructor(options: AddressGuardOptions) {
    this.#options = options;
  }

  /**
   * Checks what needs no resolving: the scheme, and an address that is written in the URL.
   *
   * @throws TinyObsError `scrape_address_refused`
   */
  checkUrl({ protocol, hostname }: URL): void {
    if (protocol !== 'http:' && protocol !== 'https:') {
      throw new TinyObsError(
        'scrape_address_refused',
        `${protocol} is not followed, only http and https are`,
      );
    }
    const address = hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && this.#isRefused(address)) throw refused(address);
  }

  /** For `net.connect`: resolves a name to the addresses that may be asked; fails where there is none. */
  readonly lookup: LookupFunction = (hostname, options, done) => {
    const { family, hints } = options;
    resolveName(hostname, { all: true, family, hints }).then(
      (found) => {
        const allowed = found.filter(({ address }) => !this.#isRefused(address));
        if (allowed.length === 0) done(refused(hostname), '', 0);
        else if (options.all) done(null, allowed);
        else done(null, allowed[0].address, allowed[0].family);
      },
      (error: NodeJS.ErrnoException) => done(error, '', 0),
    );
  };

  #isRefused(address: LookupAddress['address']): boolean {
    if (this.#options.allowLinkLocal) return false;
    return REFUSED.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

function refused(place: string): TinyObsError {
  return new TinyObsError(
    'scrape_address_refused',
    `${place} is a link-local or metadata address, which is not asked; scrape.allowLinkLocal allows it`,
  );
}
