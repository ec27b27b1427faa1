import { resolve } from 'node:path';

/** Fields of a configuration of Prometheus that are paths of files. */
const PATH_FIELDS: ReadonlySet<string> = new Set([
  'files',
  'ca_file',
  'cert_file',
  'key_file',
  'password_file',
  'credentials_file',
  'bearer_token_file',
]);

/** Mappings whose names are anybody's. */
const FREE_FIELDS: ReadonlySet<string> = new Set(['labels', 'external_labels', 'params', 'headers']);

/** The same configuration, not checked yet, with its relative paths begun at a folder. */
export function withFolder(given: unknown, folder: string): unknown {
  if (Array.isArray(given)) return given.map((one) => withFolder(one, folder));
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      if (FREE_FIELDS.has(name)) return [name, value];
      return [name, PATH_FIELDS.has(name) ? pathsIn(value, folder) : withFolder(value, folder)];
    }),
  );
}

function pathsIn(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((one) => pathsIn(one, folder));
  return typeof value === 'string' && value !== '' ? resolve(folder, value) : value;
}
