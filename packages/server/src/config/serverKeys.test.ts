import { describe, expect, it } from 'vitest';
import { loadConfig } from './loadConfig.js';
import { parseConfig } from './parseConfig.js';

describe('web.embedOrigins', () => {
  const parse = (embedOrigins: string | string[]) => parseConfig({ web: { embedOrigins } }).web.embedOrigins;

  it('is none, or a list as a policy has it', () => {
    expect(parseConfig({}).web.embedOrigins).toEqual([]);
    expect(parse('https://wiki.example, self')).toEqual(['https://wiki.example', "'self'"]);
    expect(parse(["'self'", 'http://localhost:3000'])).toEqual(["'self'", 'http://localhost:3000']);
  });

  it.each([
    '*',
    'none',
    'wiki.example',
    'https:',
    'https://*.example',
    'https://wiki.example/page',
    'https://wiki.example/',
    'https://a.example;script-src',
    "https://a'b.example",
    'https://[::1]:80',
    'ftp://a.example',
  ])('refuses %s', (origin) => {
    expect(() => parse([origin])).toThrowError(
      expect.objectContaining({
        code: 'config_invalid',
        message: expect.stringMatching(/web\.embedOrigins.*without a path/s),
      }),
    );
  });
});

describe('the keys of the server', () => {
  it('have the documented defaults', () => {
    expect(parseConfig({}).server).toEqual({
      hosts: [],
      trustedProxies: [],
      tls: { cert: undefined, key: undefined },
      cors: { origins: [] },
      timeouts: { headers: 20_000, request: 120_000, idle: 75_000 },
      connections: 1000,
    });
  });

  it('take lists with commas from the environment and from flags', () => {
    const origins = ['https://a.example', 'http://localhost:3000'];
    const text = ` ${origins.join(' , ')},`;
    const environment = { TINYOBS_SERVER_CORS_ORIGINS: text };
    const flags = [{ path: 'server.cors.origins', value: text, flag: '--set server.cors.origins' }];
    expect(parseConfig(loadConfig({ environment }).input).server.cors.origins).toEqual(origins);
    expect(parseConfig(loadConfig({ environment: {}, flags }).input).server.cors.origins).toEqual(origins);
    expect(parseConfig({ server: { cors: { origins } } }).server.cors.origins).toEqual(origins);
    expect(parseConfig({ server: { cors: { origins: '*' } } }).server.cors.origins).toEqual(['*']);
    for (const none of ['off', '', []]) {
      expect(parseConfig({ server: { cors: { origins: none } } }).server.cors.origins).toEqual([]);
    }
  });

  it.each([
    [{ cors: { origins: 'app.example' } }, 'server.cors.origins'],
    [{ cors: { origins: 'https://app.example/' } }, 'without a path'],
    [{ cors: { origins: 'https://app.example/path' } }, 'server.cors.origins'],
    [{ cors: { origins: 'https://*.example' } }, 'server.cors.origins'],
    [{ cors: { origins: 'https://app.example:443' } }, 'server.cors.origins'],
    [{ cors: { origins: 'https://user@app.example' } }, 'server.cors.origins'],
    [{ cors: { origins: 'file:///tmp' } }, 'server.cors.origins'],
    [{ cors: { origins: ['https://app.example', 5] } }, 'server.cors.origins'],
    [{ tls: { cert: 'cert.pem' } }, 'both server.tls.cert and server.tls.key'],
    [{ tls: { key: 'key.pem' } }, 'both server.tls.cert and server.tls.key'],
    [{ tls: { cert: '', key: 'key.pem' } }, 'server.tls.cert'],
    [{ timeouts: { headers: '0s' } }, 'server.timeouts.headers'],
    [{ timeouts: { request: '2d' } }, 'from 1ms to 1d'],
    [{ timeouts: { idle: 'off' } }, 'server.timeouts.idle'],
    [{ timeouts: { headers: '3m' } }, 'server.timeouts.headers at most server.timeouts.request'],
    [{ connections: 0 }, 'server.connections'],
    [{ hosts: 'a.example:8080' }, 'a host name without port'],
    [{ trustedProxies: 'proxy.example' }, 'an IP address or a network'],
    [{ trustedProxies: '10.0.0.0/33' }, 'an IP address or a network'],
  ])('refuse %j', (server, advice) => {
    expect(() => parseConfig({ server })).toThrowError(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringContaining(advice) }),
    );
  });
});
