import { VERSION } from '@tinyobs/server';
import { Command } from 'commander';
import { addCertCommand } from './certCommand.js';
import { checkConfig } from './checkConfig.js';
import { addConfigFlags, type ConfigFlags, configHelp } from './configFlags.js';
import { addKeysCommands } from './keysProgram.js';
import { type PrintFlags, printConfig } from './printConfig.js';
import { repair } from './repair.js';
import { serve } from './serve.js';
import { STATUS, type StoreFlags } from './storeCommand.js';
import { verify } from './verify.js';

/** The command line. `serve` is what runs when no command is named. */
export function createProgram(): Command {
  const program = new Command('tinyobs')
    .description('An embedded time-series metrics backend: store, PromQL API and dashboard in one process.')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(tinyobs --help lists commands and options)')
    .addHelpText('after', configHelp);
  addConfigFlags(program.command('serve', { isDefault: true }))
    .description('start the server (the default command)')
    .action((flags: ConfigFlags) => serve(flags));
  addConfigFlags(program.command('check-config'))
    .description('say whether the configuration is valid and where what is set, or all that is wrong with it')
    .action((flags: ConfigFlags) => checkConfig(flags));
  addConfigFlags(program.command('print-config'))
    .description('print the configuration in force as YAML, defaults included, secrets as <secret>')
    .option('--json', 'print it as JSON')
    .action((flags: PrintFlags) => printConfig(flags));
  addStoreCommand(program, 'verify', 'check every file, key and value of a store that no server has open')
    .addHelpText('after', VERIFY_HELP)
    .action((flags: StoreFlags) => verify(flags));
  addStoreCommand(
    program,
    'repair',
    'put a store in the place of a damaged one, with all of it that is sound',
  )
    .addHelpText('after', REPAIR_HELP)
    .action((flags: StoreFlags) => repair(flags));
  addKeysCommands(program);
  addCertCommand(program);
  return program;
}

const VERIFY_HELP = `
Nothing is changed: the files are read as they are, without opening the database. Stop the server first.
Exit status: 0 the store is sound, 1 it is damaged, 2 it could not be checked.
`;

const REPAIR_HELP = `
A new store is built inside the data folder, checked, and put in the place of the old one, whose files are kept in
the folder damaged-<time> there; remove that when you no longer need it. It takes as much room again as the store.
Stop the server first. Ctrl-C is safe at any time. Where nothing is damaged nothing is changed.
Exit status: 0 the store is sound and nothing was lost, 1 it is sound now and something was lost, 2 it could not be
repaired.
`;

function addStoreCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption('--data-dir <dir>', 'folder of the store')
    .option('--json', 'print findings and the report as JSON, one object a line')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : STATUS.notRun));
}
