import { configKeys, fileVariable } from './keys.js';
import { type ConfigProblem, invalid, unknownKey } from './problems.js';
import type { Setting } from './settings.js';
import { FILE_PREFIX } from './units.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the configuration file. */
export const CONFIG_VARIABLE = 'TINYOBS_CONFIG';

const PREFIX = 'TINYOBS_';

/** What Kubernetes, and Docker's links, set in every container beside a service that is called tinyobs. */
const SERVICE_LINK = /_SERVICE_HOST$|_SERVICE_PORT(?:_[A-Z0-9_]+)?$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_[A-Z]+)?$/;
const SERVICE_ADDRESS = /^(?:tcp|udp|sctp):\/\//;

/** What the variables named `TINYOBS_…` set; others are ignored. */
export function readEnvironment(environment: Environment, problems: ConfigProblem[]): readonly Setting[] {
  const keys = configKeys();
  const byVariable = new Map(keys.map((key) => [key.environment, key]));
  const byFileVariable = new Map(keys.filter((key) => key.isSecret).map((key) => [fileVariable(key), key]));
  const known = [CONFIG_VARIABLE, ...byVariable.keys(), ...byFileVariable.keys()];
  const settings: Setting[] = [];
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || variable === CONFIG_VARIABLE || value === undefined) continue;
    const key = byVariable.get(variable);
    const inFile = byFileVariable.get(variable);
    if (key) settings.push({ path: key.path, value, origin: variable });
    else if (!inFile) {
      if (!isServiceLink(variable, value))
        problems.push(unknownKey(variable, { kind: 'environment variable', known }));
    } else if (environment[inFile.environment] !== undefined) {
      const text = `${inFile.environment} is set, too; set one of them`;
      problems.push(invalid(inFile.path, variable, text));
    } else settings.push({ path: inFile.path, value: `${FILE_PREFIX}${value}`, origin: variable });
  }
  return settings;
}

function isServiceLink(variable: string, value: string): boolean {
  return SERVICE_LINK.test(variable) || (variable.endsWith('_PORT') && SERVICE_ADDRESS.test(value));
}
