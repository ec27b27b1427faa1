import { request as send } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTE_ACCESS } from '../../packages/server/src/access/routeAccess.js';
import { startTestServer, type TestServer } from '../testServer.js';

const ADMIN_KEY = 'test-admin-key-0123456789abcdef';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND'];
const SCOPES = ['ingest', 'read', 'admin'] as const;

type Credential =
  | 'none'
  | 'wrong'
  | 'malformed'
  | 'expired'
  | 'revoked'
  | (typeof SCOPES)[number]
  | 'configured';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

interface Sent {
  readonly method?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request whose path is sent as it is: `fetch` and `URL` would tidy it. */
function ask(url: string, path: string, { method = 'GET', key, headers, body }: Sent = {}): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const authorization = key === undefined ? {} : { Authorization: `Bearer ${key}` };
  return new Promise((resolve, reject) => {
    const sent = send(
      { hostname, port, path, method, headers: { ...authorization, ...headers } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject).end(body);
  });
}

const askJson = async (url: string, path: string, sent: Sent & { json?: unknown } = {}) => {
  const body = sent.json === undefined ? undefined : JSON.stringify(sent.json);
  const headers = body === undefined ? undefined : { 'Content-Type': 'application/json' };
  const answer = await ask(url, path, { ...sent, headers, body });
  return { ...answer, json: JSON.parse(answer.body) };
};

/** Other ways to write a path that a server might take for the same. */
function spellingsOf(path: string): string[] {
  const encoded = path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return [
    path,
    `${path}/`,
    path.toUpperCase(),
    encoded,
    encodeURIComponent(path),
    `/${path}`,
    `//${path}`,
    `/.${path}`,
    `/x/..${path}`,
    `${path}/.`,
    `${path}//`,
    `${path};x`,
    `${path}%00`,
    `${path}%2f`,
    `${path}?key=${ADMIN_KEY}&access_token=${ADMIN_KEY}`,
    `http://127.0.0.1${path}`,
    path.replaceAll('/', '\\'),
  ];
}

describe('access by keys', () => {
  let server: TestServer;
  let url: string;
  let nowMs = Date.UTC(2026, 0, 1);
  const keys = {} as Record<Credential, string | undefined>;
  const paths = Object.keys(ROUTE_ACCESS).map((path) => path.replace(/:\w+/, 'x'));

  const create = async (json: object): Promise<{ id: string; key: string }> => {
    const made = await askJson(url, '/v1/keys', { method: 'POST', key: ADMIN_KEY, json });
    expect(made.status).toBe(201);
    return made.json;
  };

  beforeAll(async () => {
    server = await startTestServer({
      auth: { adminKey: ADMIN_KEY },
      now: () => nowMs,
      // With every path that there can be.
      readConfig: () => ({}),
      debug: { enabled: true },
    });
    url = server.url;
    for (const scope of SCOPES) keys[scope] = (await create({ name: scope, scopes: [scope] })).key;
    keys.expired = (await create({ name: 'old', scopes: [...SCOPES], expires: '1m' })).key;
    nowMs += 60_000;
    const revoked = await create({ name: 'gone', scopes: [...SCOPES] });
    keys.revoked = revoked.key;
    await ask(url, `/v1/keys/${revoked.id}`, { method: 'DELETE', key: ADMIN_KEY });
    keys.wrong = `${revoked.key.slice(0, -4)}AAAA`;
    keys.malformed = '';
    keys.configured = ADMIN_KEY;
  });
  afterAll(() => server.close());

  /** Every try in a time of its own, so that none is refused for those before. */
  const later = () => {
    nowMs += 3_600_000;
  };

  /** Refuses a request without the right key, or finds nothing at the path: never an answer. */
  const expectRefused = async (credential: Credential, path: string, methods: readonly string[]) => {
    for (const method of methods) {
      later();
      const { status, body } = await ask(url, path, { method, key: keys[credential] });
      expect([400, 401, 404], `${method} ${path}`).toContain(status);
      expect(body).not.toContain(ADMIN_KEY);
    }
  };
  const guarded = paths.filter((path) => ROUTE_ACCESS[path] !== 'open');

  it('lets nothing in without a key, however method and path are written', async () => {
    for (const path of guarded) {
      for (const spelling of spellingsOf(path)) await expectRefused('none', spelling, METHODS);
    }
  }, 120_000);

  it.each(['wrong', 'malformed', 'expired', 'revoked'] as const)(
    'lets nothing in with a key that is %s',
    async (credential) => {
      for (const path of guarded) {
        await expectRefused(credential, path, METHODS);
        for (const spelling of spellingsOf(path).slice(1, 6))
          await expectRefused(credential, spelling, ['GET']);
      }
    },
    60_000,
  );

  it.each([...SCOPES, 'configured'] as const)(
    'lets a key for %s do that and nothing else',
    async (credential) => {
      for (const path of paths) {
        const access =
          ROUTE_ACCESS[path] ??
          ROUTE_ACCESS[path.replace(/\/x(?=\/|$)/, path.includes('label') ? '/:name' : '/:id')];
        if (access === undefined) throw new Error(`no access is known for ${path}`);
        const may = access === 'open' || credential === 'configured' || access === credential;
        for (const method of ['OPTIONS', 'PATCH', 'HEAD']) {
          const { status, headers } = await ask(url, path, { method, key: keys[credential] });
          if (may) expect([200, 204, 400, 404, 405], `${method} ${path}`).toContain(status);
          else {
            expect(status, `${method} ${path}`).toBe(403);
            expect(headers['www-authenticate']).toContain(`scope="${access}"`);
          }
        }
      }
    },
  );

  it('names what is missing, and how a key is sent', async () => {
    later();
    const none = await ask(url, '/api/v1/query?query=up');
    expect(none.status).toBe(401);
    expect(none.headers['www-authenticate']).toBe('Bearer realm="TinyObs"');
    expect(JSON.parse(none.body)).toMatchObject({ status: 'error', code: 'key_required' });
    const scope = await askJson(url, '/api/v1/query?query=up', { key: keys.ingest });
    expect([scope.status, scope.json]).toMatchObject([
      403,
      { code: 'scope_missing', details: { scope: 'read' }, errorType: 'unauthorized' },
    ]);
    for (const [credential, code] of [
      ['wrong', 'key_unknown'],
      ['expired', 'key_expired'],
      ['revoked', 'key_revoked'],
    ] as const) {
      later();
      const answer = await askJson(url, '/v1/keys', { key: keys[credential] });
      expect([answer.status, answer.json.code]).toEqual([401, code]);
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    }
  });

  it('takes the key as the password of basic authentication, and from nowhere else', async () => {
    const basic = (pair: string) => ({ Authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
    const statusWith = async (headers: Record<string, string>, path = '/api/v1/query?query=1') => {
      later();
      return (await ask(url, path, { headers })).status;
    };
    expect(await statusWith(basic(`anyone:${keys.read}`))).toBe(200);
    expect(await statusWith(basic(`:${keys.read}`))).toBe(200);
    expect(await statusWith(basic(`${keys.read}`))).toBe(401);
    expect(await statusWith({ Authorization: `bearer   ${keys.read}` })).toBe(200);
    expect(await statusWith({ Authorization: `${keys.read}` })).toBe(401);
    expect(await statusWith({ 'X-Api-Key': `${keys.read}` })).toBe(401);
    expect(await statusWith({ Cookie: `key=${keys.read}` })).toBe(401);
    expect(await statusWith({}, `/api/v1/query?query=1&key=${keys.read}`)).toBe(401);
  });

  it('leaves open what tells whether it runs, and the pages of the dashboard', async () => {
    for (const path of ['/health', '/ready', '/-/healthy', '/-/ready', '/']) {
      expect((await ask(url, path)).status, path).toBe(200);
      later();
      expect((await ask(url, path, { key: 'not a key' })).status, path).toBe(200);
    }
  });

  it('shows a key once', async () => {
    const made = await create({ name: 'shown once', scopes: ['read'] });
    const listed = await ask(url, '/v1/keys', { key: ADMIN_KEY });
    expect(listed.body).toContain(made.id);
    expect(listed.body).not.toContain(made.key);
    expect(JSON.parse(listed.body).keys.find(({ id }: { id: string }) => id === made.id)).toEqual({
      id: made.id,
      name: 'shown once',
      scopes: ['read'],
      status: 'valid',
      created: expect.any(String),
    });
  });

  it.each([
    [{ scopes: ['read'] }, 'name'],
    [{ name: '', scopes: ['read'] }, 'name'],
    [{ name: 'a\nb', scopes: ['read'] }, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['root'] }, 'scopes'],
    [{ name: 'x', scopes: ['read'], expires: 'yesterday' }, 'expires'],
    [{ name: 'x', scopes: ['read'], expires: '2001-01-01T00:00:00Z' }, 'expires'],
    [{ name: 'x', scopes: ['read'], limits: { requestsPerMinute: 0 } }, 'limits.requestsPerMinute'],
    [{ name: 'x', scopes: ['read'], admin: true }, 'admin'],
  ])('refuses to make a key of %j', async (json, named) => {
    const answer = await askJson(url, '/v1/keys', { method: 'POST', key: ADMIN_KEY, json });
    expect(answer.status).toBe(400);
    expect(answer.json.code).toBe('invalid_parameter');
    expect(answer.json.message).toContain(named);
  });

  it('revokes at once, for good and without a word to strangers', async () => {
    const { id, key } = await create({ name: 'short lived', scopes: ['read'] });
    expect((await ask(url, '/api/v1/query?query=1', { key })).status).toBe(200);
    const revoked = await askJson(url, `/v1/keys/${id}`, { method: 'DELETE', key: ADMIN_KEY });
    expect(revoked.json).toMatchObject({ id, status: 'revoked', revoked: expect.any(String) });
    expect((await ask(url, '/api/v1/query?query=1', { key })).status).toBe(401);
    const unknown = await askJson(url, '/v1/keys/000000000000', { method: 'DELETE', key: ADMIN_KEY });
    expect([unknown.status, unknown.json.code]).toEqual([404, 'not_found']);
  });

  it('says who asks', async () => {
    expect((await askJson(url, '/v1/whoami', { key: keys.read })).json).toMatchObject({
      keyRequired: true,
      scopes: ['read'],
    });
  });

  it('slows guessing by address, and lets in a key that was right from there before', async () => {
    later();
    expect((await ask(url, '/api/v1/query?query=1', { key: keys.read })).status).toBe(200);
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) statuses.push((await ask(url, '/v1/keys', { key: `guess ${i}` })).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect((await ask(url, '/api/v1/query?query=1', { key: keys.read })).status).toBe(200);
    const refused = await ask(url, '/v1/keys', { key: 'guess' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    nowMs += Number(refused.headers['retry-after']) * 1000;
    expect((await ask(url, '/v1/keys', { key: 'guess' })).status).toBe(401);
  });

  it('keeps what administrators did and who was refused, never a key', async () => {
    later();
    await ask(url, '/v1/keys', { key: `${keys.wrong}` });
    const { key } = await create({ name: 'audited', scopes: ['read'] });
    const answer = await ask(url, '/v1/audit?limit=1000', { key: ADMIN_KEY });
    const { entries } = JSON.parse(answer.body);
    expect(entries[0]).toMatchObject({
      key: 'configuration',
      action: 'POST /v1/keys',
      detail: expect.stringContaining('audited'),
      from: '127.0.0.1',
      result: '201',
    });
    // Those of an address within a minute are one entry, of the first of them.
    expect(entries).toContainEqual(
      expect.objectContaining({
        result: expect.stringMatching(/^key_/),
        from: '127.0.0.1',
        key: expect.any(String),
      }),
    );
    for (const text of [key, ADMIN_KEY, keys.wrong, keys.read]) expect(answer.body).not.toContain(text);
    const older = await askJson(url, `/v1/audit?limit=2&before=${entries[0].seq}`, { key: ADMIN_KEY });
    expect(older.json.entries.map(({ seq }: { seq: number }) => seq)).toEqual([
      entries[0].seq - 1,
      entries[0].seq - 2,
    ]);
    const found = await askJson(url, '/v1/audit?search=Audited+post', { key: ADMIN_KEY });
    expect(found.json.entries.map(({ seq }: { seq: number }) => seq)).toEqual([entries[0].seq]);
    expect((await ask(url, '/v1/audit', { key: keys.read })).status).toBe(403);
  });
});
