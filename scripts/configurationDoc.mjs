// Prints docs/configuration.md from the schema: `node scripts/configurationDoc.mjs > docs/configuration.md`.
import { configKeys } from '../packages/server/dist/config/keys.js';

const textOf = (value) => (typeof value === 'object' ? JSON.stringify(value) : value);
const defaultOf = ({ fallback, isSecret }) => textOf(fallback) ?? (isSecret ? 'none' : 'by machine');
const rows = configKeys().map((key) =>
  [
    '',
    ` \`${key.path}\` `,
    ` \`${defaultOf(key)}\` `,
    ` ${key.unit} `,
    ` ${key.isReloadable ? 'yes' : 'no'} `,
    ` \`${key.environment}\` `,
    ` ${key.help} `,
    '',
  ].join('|'),
);

process.stdout.write(`# Configuration

Defaults ← YAML file ← environment ← flags: each is stronger than the one before. All that is wrong is said at once, with the file and line, the variable or the flag that it comes from; an unknown key with the nearest known one. \`tinyobs check-config\` says the same without starting, or where each value comes from, and \`tinyobs print-config\` (\`--json\`) prints the configuration in force, which is a valid file.

- **File**: \`--config FILE\`, or the variable \`TINYOBS_CONFIG\`. Keys nest at their dots: \`limits.series\` is \`series\` below \`limits\`. In values \`\${NAME}\` is a variable of the environment, \`\${NAME:-text}\` one with a default, \`$\${\` a plain \`\${\`.
- **Environment**: the variable in the column.
- **Flags**: \`--set key=value\` for any key; \`--listen\`, \`--data-dir\` and \`--insecure\` for the most used.
- **Embedded**: \`createTinyObs\` takes the same keys as nested objects.

Durations are written like \`30s\`, \`5m\`, \`1h30m\` or \`15d\`; sizes like \`512KiB\`, \`32MB\` or \`1GiB\`; \`off\` stands for none or unlimited where a key says so.

## Secrets

The value of a key whose unit is \`secret\` is shown nowhere: it is \`<secret>\` in \`print-config\`, in the API and in the log, and what is printed is a file that is taken once a variable or a flag gives the secret. It can be in a file of its own, \`file:/run/secrets/key\` in the configuration file, a variable or a flag, or named by the variable with \`_FILE\` behind it, such as \`TINYOBS_AUTH_ADMIN_KEY_FILE=/run/secrets/key\`. One newline at its end does not count.

## Reloading

A running server reads its sources again on SIGHUP, on \`POST /-/reload\`, and by itself soon after the configuration file, or one with a secret, has other contents. Requests under way go on, and what begins afterwards has the new values. All is taken or nothing: where something is wrong, or a key has changed that is not reloadable, everything stays as it was, and the answer and the log say why. \`tinyobs_config_last_reload_successful\` is 0 then. Variables and flags of a process do not change, and are still stronger than the file.

Embedded, \`obs.reload(options)\` does the same; see the [server's README](../packages/server/README.md).

## Keys

| key | default | unit | reloadable | environment | meaning |
|---|---|---|---|---|---|
${rows.join('\n')}
`);
