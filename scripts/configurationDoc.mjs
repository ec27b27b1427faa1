// Prints docs/configuration.md from the schema: `node scripts/configurationDoc.mjs > docs/configuration.md`.
import { configKeys } from '../packages/server/dist/config/keys.js';

const rows = configKeys().map(
  ({ path, fallback, environment, help }) =>
    `| \`${path}\` | \`${fallback === undefined ? 'by machine' : fallback}\` | \`${environment}\` | ${help} |`,
);

process.stdout.write(`# Configuration

Defaults ← YAML file ← environment ← flags: each is stronger than the one before. An unknown key is an error that names the nearest known one.

- **File**: \`--config FILE\`, or the variable \`TINYOBS_CONFIG\`. Keys nest at their dots: \`limits.series\` is \`series\` below \`limits\`.
- **Environment**: the variable in the third column.
- **Flags**: \`--set key=value\` for any key; \`--listen\`, \`--data-dir\` and \`--insecure\` for the most used.
- **Embedded**: \`createTinyObs\` takes the same keys as nested objects.

Durations are written like \`30s\`, \`5m\`, \`1h30m\` or \`15d\`; sizes like \`512KiB\`, \`32MB\` or \`1GiB\`; \`off\` stands for none or unlimited where a key says so.

| key | default | environment | meaning |
|---|---|---|---|
${rows.join('\n')}
`);
