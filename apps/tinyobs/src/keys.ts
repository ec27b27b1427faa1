import { readFileSync } from 'node:fs';
import {
  type KeyAdministration,
  type ListedKey,
  loadConfig,
  newKeySchema,
  remoteKeys,
  TinyObsError,
  withStoredKeys,
} from '@tinyobs/server';
import { fail } from './fail.js';
import { outliveReaders } from './outliveReaders.js';

export interface KeysFlags {
  readonly url: string;
  readonly dataDir?: string;
  readonly keyFile?: string;
  readonly json?: boolean;
}

export interface CreateKeyFlags extends KeysFlags {
  readonly name: string;
  readonly scope: readonly string[];
  readonly expires?: string;
  readonly requestsPerMinute?: string;
  readonly series?: string;
}

/** Makes a key and prints it, the only time it is shown. */
export function createKey(flags: CreateKeyFlags): Promise<void> {
  return onKeys(flags, async (keys) => {
    const { key, ...made } = await keys.create(wantedKey(flags));
    if (flags.json) return printJson({ ...made, key });
    process.stderr.write(
      `Key ${made.id} for ${made.scopes.join(', ')}${made.expires ? `, valid until ${made.expires}` : ''}. ` +
        'It is shown this once; keep it where only its user can read it:\n',
    );
    process.stdout.write(`${key}\n`);
  });
}

export function listKeys(flags: KeysFlags): Promise<void> {
  return onKeys(flags, async (keys) => {
    const listed = await keys.list();
    if (flags.json) return printJson({ keys: listed });
    if (listed.length === 0) process.stderr.write('There are no keys. tinyobs keys create --help\n');
    else process.stdout.write(tableOf(listed));
  });
}

export function revokeKey(id: string, flags: KeysFlags): Promise<void> {
  return onKeys(flags, async (keys) => {
    const revoked = await keys.revoke(id);
    if (flags.json) printJson(revoked);
    else process.stdout.write(`Key ${revoked.id} (${revoked.name}) is revoked.\n`);
  });
}

async function onKeys(flags: KeysFlags, work: (keys: KeyAdministration) => Promise<void>): Promise<void> {
  outliveReaders();
  try {
    if (flags.dataDir === undefined) await work(remoteKeys(flags.url, adminKey(flags)));
    else await withStoredKeys(flags.dataDir, work);
  } catch (error) {
    fail(error);
  }
}

/** From the file, or from where the server has its own; never from the command line, which others can see. */
function adminKey({ keyFile }: KeysFlags): string | undefined {
  if (keyFile === undefined) return loadConfig({}).input.auth?.adminKey;
  try {
    return readFileSync(keyFile === '-' ? 0 : keyFile, 'utf8').trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyObsError('config_invalid', `cannot read the key from ${keyFile}: ${reason}`, { cause });
  }
}

function wantedKey({ name, scope, expires, requestsPerMinute, series }: CreateKeyFlags) {
  const limits = {
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute: Number(requestsPerMinute) }),
    ...(series === undefined ? {} : { series: Number(series) }),
  };
  const parsed = newKeySchema.safeParse({
    name,
    scopes: scope,
    ...(expires === undefined ? {} : { expires }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TinyObsError('invalid_parameter', `${issue.path.map(String).join('.')}: ${issue.message}`);
}

function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function tableOf(keys: readonly ListedKey[]): string {
  const rows = keys.map(({ id, status, scopes, grant, created, expires, name }) => [
    id,
    status,
    grant === undefined ? scopes.join(',') : 'one panel',
    created,
    expires ?? 'never',
    name,
  ]);
  const all = [['ID', 'STATUS', 'SCOPES', 'CREATED', 'EXPIRES', 'NAME'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => text.padEnd(widths[column]))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}
