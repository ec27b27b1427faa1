import type { ErrorCode } from '@tinyobs/model';
import type { ApiPage, PageGroup, PageOperation } from './apiPage.js';
import { byStatus, COMMON_ERRORS, KEYED_ERRORS } from './errorCodes.js';
import type { Field } from './typeText.js';

/** The page `docs/http-api.md`. */
export function markdownPage({ groups, types }: ApiPage): string {
  return `# HTTP API

What a server answers, path by path. A running one has the same as a page at \`/docs\` and as OpenAPI 3.1 at \`/v1/openapi.json\`, which has the exact shapes. Paths under \`/api/v1\` are those that Prometheus (or VictoriaMetrics) has, those under \`/v1\` are of TinyObs; all are below where TinyObs is mounted.

- **Keys**: where keys are in use, send one as \`Authorization: Bearer <key>\`, or as the password of basic authentication. Each path says which scope the key needs; none includes another. The examples take the key from the variable \`KEY\`.
- **Methods**: a path that takes GET takes HEAD; OPTIONS tells which methods it takes. Others get 405 and \`method_not_allowed\`, paths that are not here 404 and \`not_found\`.
- **Errors** have a stable code: [errors](errors.md) says what each means and what to do. Under \`/api/v1\` they come in the envelope of Prometheus. ${errorsInWords('Any path', COMMON_ERRORS)} ${errorsInWords('Paths that need a key', KEYED_ERRORS)}
- **Request ids**: every answer has the id of its request in \`X-Request-Id\`; a request may bring one there, of 1 to 64 letters, digits, \`.\`, \`_\` and \`-\`.
- **Compression**: answers of 1 KiB and more are compressed with gzip for clients that accept it.

${types.map(({ name, about }) => `- **${name}**: ${about}`).join('\n')}

${groups.map(groupText).join('\n\n')}
`;
}

function errorsInWords(who: string, codes: readonly ErrorCode[]): string {
  return `${who} can be answered with ${errorList(byStatus(codes))}.`;
}

function errorList(errors: PageOperation['errors']): string {
  return errors
    .map(({ status, codes }) => `${status} ${codes.map((code) => `\`${code}\``).join(', ')}`)
    .join('; ');
}

function groupText({ name, about, operations }: PageGroup): string {
  return [`## ${name}`, about, ...operations.map(operationText)].join('\n\n');
}

function operationText(operation: PageOperation): string {
  const { summary, about, access, parameters, body, errors, curl } = operation;
  const scope = access === 'open' ? 'no key' : `scope \`${access}\``;
  return [
    `### ${summary}`,
    `**\`${operation.methods.join(', ')} ${operation.path}\`** · ${scope}`,
    ...(about === undefined ? [] : [about]),
    ...fieldTable(operation.takesForm ? 'parameter, in the URL or a form' : 'parameter', parameters),
    ...(body ? [`Body, \`${body.type}\`: ${body.about}`, ...fieldTable('field', body.fields)] : []),
    fenced('sh', curl),
    ...operation.answers.flatMap(({ status, about: meaning, example, type }) => [
      `**${status}** ${meaning}`,
      ...(example === undefined ? [] : [fenced(type === 'application/json' ? 'json' : '', example)]),
    ]),
    ...(errors.length > 0 ? [`**Errors** ${errorList(errors)}.`] : []),
  ].join('\n\n');
}

function fieldTable(title: string, fields: readonly Field[]): string[] {
  if (fields.length === 0) return [];
  const rows = fields.map(({ name, type, about, isRequired }) => {
    return `| \`${name}\`${isRequired ? ' (required)' : ''} | ${type.replaceAll('|', '\\|')} | ${about} |`;
  });
  return [`| ${title} | type | meaning |\n|---|---|---|\n${rows.join('\n')}`];
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
