import { describe, expect, it } from 'vitest';
import { AddressGuard } from './addressGuard.js';

const GUARD = new AddressGuard({ allowLinkLocal: false });

/** The URL parser writes an address in one way, however it was written. */
const REFUSED = [
  'http://169.254.169.254/latest/meta-data',
  'http://0xa9fea9fe/',
  'http://2852039166/',
  'http://169.254.1:80/',
  'http://0251.0376.0251.0376/',
  'http://[fe80::1]/',
  'http://[febf:ffff::1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[64:ff9b::169.254.169.254]/',
  'http://[2002:a9fe:a9fe::1]/',
  'http://[fd00:ec2::254]/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'ftp://example.test/',
  'file:///etc/passwd',
];

describe('the guard of addresses', () => {
  it.each(REFUSED)('refuses %s', (url) => {
    expect(() => GUARD.checkUrl(new URL(url))).toThrowError(
      expect.objectContaining({ code: 'scrape_address_refused' }),
    );
  });

  it.each([
    'http://127.0.0.1:9100/',
    'https://[::1]/',
    'http://10.0.0.1/',
    'http://169.253.255.255/',
    'http://169.255.0.0/',
    'http://[fec0::1]/',
    'http://169.254.169.254.example.test/',
  ])('lets %s through', (url) => {
    expect(() => GUARD.checkUrl(new URL(url))).not.toThrow();
  });

  it('lets link-local addresses through where that is said, and no other scheme', () => {
    const open = new AddressGuard({ allowLinkLocal: true });
    expect(() => open.checkUrl(new URL('http://169.254.169.254/'))).not.toThrow();
    expect(() => open.checkUrl(new URL('file:///etc/passwd'))).toThrow();
  });

  const lookup = (hostname: string, all: boolean) =>
    new Promise((resolve, reject) => {
      GUARD.lookup(hostname, { all }, (error, address) => (error ? reject(error) : resolve(address)));
    });

  it('resolves names to what may be asked', async () => {
    expect(['127.0.0.1', '::1']).toContain(await lookup('localhost', false));
    expect(await lookup('127.0.0.1', true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
    await expect(lookup('169.254.169.254', true)).rejects.toMatchObject({ code: 'scrape_address_refused' });
    await expect(lookup('169.254.169.254', false)).rejects.toMatchObject({ code: 'scrape_address_refused' });
    await expect(lookup('nothing.invalid', true)).rejects.toMatchObject({ syscall: 'getaddrinfo' });
  });
});
