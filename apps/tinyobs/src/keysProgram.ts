import { SCOPES } from '@tinyobs/server';
import { type Command, Option } from 'commander';
import { type CreateKeyFlags, createKey, type KeysFlags, listKeys, revokeKey } from './keys.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

const HELP = `
Requests need a key once there is one, and while auth.adminKey is set, which has every scope.
The commands ask the server at --url, with the key in --key-file, TINYOBS_AUTH_ADMIN_KEY or
TINYOBS_AUTH_ADMIN_KEY_FILE; with --data-dir they work on the store of a server that is not running.
`;

/** `tinyobs keys create|list|revoke`. */
export function addKeysCommands(program: Command): void {
  const keys = program
    .command('keys')
    .description('make, list and revoke API keys')
    .addHelpText('after', HELP);
  onKeys(keys, 'create', 'make a key; it is printed once')
    .requiredOption('--name <text>', 'what the key is for')
    .addOption(
      new Option('--scope <scope...>', 'what the key may be used for; may be repeated')
        .choices([...SCOPES])
        .makeOptionMandatory(),
    )
    .option(
      '--expires <when>',
      'how long it is valid, such as 90d, or until when as RFC 3339 (default: for ever)',
    )
    .option('--requests-per-minute <n>', 'requests a minute with this key, below limits.requestsPerMinute')
    .option('--series <n>', 'active series that this key may bring in')
    .action((flags: CreateKeyFlags) => createKey(flags));
  onKeys(keys, 'list', 'list all keys, without the keys themselves').action((flags: KeysFlags) =>
    listKeys(flags),
  );
  onKeys(keys, 'revoke', 'let no request in with this key any more')
    .argument('<id>', 'id of the key, as listed')
    .action((id: string, flags: KeysFlags) => revokeKey(id, flags));
}

function onKeys(keys: Command, name: string, description: string): Command {
  return keys
    .command(name)
    .description(description)
    .option('--url <url>', 'where the server runs', DEFAULT_URL)
    .option('--data-dir <dir>', 'folder of the store of a server that is not running, instead')
    .option('--key-file <file>', 'file with a key for admin, - for standard input')
    .option('--json', 'print JSON');
}
