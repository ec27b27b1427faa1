import { createHash } from 'node:crypto';
import type { ErrorCode } from '@tinyobs/model';
import type { ApiPage, PageAnswer, PageGroup, PageOperation } from './apiPage.js';
import { byStatus, COMMON_ERRORS, KEYED_ERRORS } from './errorCodes.js';
import type { Field } from './typeText.js';

/** What an error means, as the catalogue has it. */
export interface ErrorMeaning {
  readonly code: string;
  readonly status: string;
  readonly meaning: string;
  readonly advice: string;
}

export interface HtmlPageParts {
  readonly page: ApiPage;
  readonly errors: readonly ErrorMeaning[];
  readonly style: string;
}

/**
 * The page that the server has at `/docs`: one file without script that loads nothing, so that it works wherever
 * TinyObs is mounted. Its own policy allows the one style sheet in it and nothing else.
 */
export function htmlPage({ page, errors, style }: HtmlPageParts): string {
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src 'self'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>TinyObs HTTP API</title>
<link rel="icon" type="image/svg+xml" href="./favicon.svg">
<style>${style}</style>
</head>
<body>
<header>
<a class="brand" href="./"><img src="./favicon.svg" alt="" width="24" height="24">TinyObs</a>
<span class="version">HTTP API, version ${escapeHtml(page.version)}</span>
<a class="spec" href="./v1/openapi.json">OpenAPI 3.1</a>
</header>
<div class="frame">
<nav aria-label="Routes">
${page.groups.map(navGroup).join('\n')}
<a class="group" href="#errors">Errors</a>
</nav>
<main>
${introduction(page)}
${page.groups.map(groupSection).join('\n')}
${errorSection(errors)}
</main>
</div>
</body>
</html>
`;
}

/** The rows of the table in `docs/errors.md`. */
export function errorMeanings(markdown: string): ErrorMeaning[] {
  const rows = markdown.matchAll(/^\| `([a-z_]+)` \| (\d+|–) \| (.+) \| (.+) \|$/gm);
  return [...rows].map(([, code, status, meaning, advice]) => ({ code, status, meaning, advice }));
}

function navGroup({ name, anchor, operations }: PageGroup): string {
  const links = operations.map(
    ({ anchor: id, methods, path }) =>
      `<li><a href="#${id}"><b class="method ${methods[0]}">${methods[0]}</b> <span>${breakable(path)}</span></a></li>`,
  );
  return `<a class="group" href="#${anchor}">${escapeHtml(name)}</a>\n<ul>${links.join('')}</ul>`;
}

function introduction({ types }: ApiPage): string {
  return `<section class="introduction">
<h1>HTTP API</h1>
<p>Metrics in, PromQL out. Paths under <code>/api/v1</code> are those that Prometheus (or VictoriaMetrics) has, those under <code>/v1</code> are of TinyObs; all are below where TinyObs is mounted.</p>
<dl>
<dt>Keys</dt><dd>Where keys are in use, send one as <code>Authorization: Bearer &lt;key&gt;</code>, or as the password of basic authentication. Each path says which scope the key needs; none includes another. The examples take the key from the variable <code>KEY</code>; a click selects one whole.</dd>
<dt>Methods</dt><dd>A path that takes GET takes HEAD; OPTIONS tells which methods it takes. Others get 405 and ${codeLink('method_not_allowed')}, paths that are not here 404 and ${codeLink('not_found')}.</dd>
<dt>Errors</dt><dd>They have a stable <a href="#errors">code</a>. Any path can be answered with ${errorList(byStatus(COMMON_ERRORS))}; paths that need a key also with ${errorList(byStatus(KEYED_ERRORS))}.</dd>
${types.map(({ name, about }) => `<dt id="type-${name}">${name}</dt><dd>${text(about)}</dd>`).join('\n')}
</dl>
</section>`;
}

function groupSection({ name, about, anchor, operations }: PageGroup): string {
  return `<section class="routes" id="${anchor}">
<h2><a href="#${anchor}">${escapeHtml(name)}</a></h2>
<p>${text(about)}</p>
${operations.map(operationArticle).join('\n')}
</section>`;
}

function operationArticle(operation: PageOperation): string {
  const { anchor, methods, path, access, summary, about, parameters, body, errors } = operation;
  const badges = methods.map((method) => `<b class="method ${method}">${method}</b>`).join(' ');
  const scope = access === 'open' ? 'no key' : `scope ${access}`;
  return `<article id="${anchor}">
<h3><a href="#${anchor}">${escapeHtml(summary)}</a></h3>
<p class="route">${badges} <code>${breakable(path)}</code> <span class="scope ${access}">${scope}</span></p>
<div class="columns">
<div class="about">
${about === undefined ? '' : `<p>${text(about)}</p>`}
${fieldTable(operation.takesForm ? 'Parameters, in the URL or a form' : 'Parameters', parameters)}
${body ? `<h4>Body</h4><p><code>${body.type}</code> ${text(body.about)}</p>${fieldTable('Fields', body.fields)}` : ''}
${errors.length > 0 ? `<h4>Errors</h4><ul class="errors">${errors.map((one) => `<li>${errorList([one])}</li>`).join('')}</ul>` : ''}
</div>
<div class="examples">
<pre class="command" tabindex="0"><code>${escapeHtml(operation.curl)}</code></pre>
${operation.answers.map(answerFigure).join('\n')}
</div>
</div>
</article>`;
}

function answerFigure({ status, about, example }: PageAnswer): string {
  const shown = example === undefined ? '' : `<pre tabindex="0"><code>${escapeHtml(example)}</code></pre>`;
  return `<figure><figcaption><b class="status">${status}</b> ${text(about)}</figcaption>${shown}</figure>`;
}

function fieldTable(title: string, fields: readonly Field[]): string {
  if (fields.length === 0) return '';
  const rows = fields.map(
    ({ name, type, about, isRequired }) =>
      `<dt><code>${breakable(name)}</code> <span class="type">${typeLinks(type)}</span>${isRequired ? ' <em>required</em>' : ''}</dt><dd>${text(about)}</dd>`,
  );
  return `<h4>${title}</h4><dl class="fields">${rows.join('\n')}</dl>`;
}

function errorSection(errors: readonly ErrorMeaning[]): string {
  const rows = errors
    .filter(({ status }) => status !== '–')
    .map(
      ({ code, status, meaning, advice }) =>
        `<dt id="error-${code}"><code>${code}</code> <b class="status">${status}</b></dt><dd>${text(meaning)} <i>${text(advice)}</i></dd>`,
    );
  return `<section class="routes" id="errors">
<h2><a href="#errors">Errors</a></h2>
<p>Under <code>/api/v1</code> of Prometheus an error is <code>{"status":"error","errorType":…,"error":…,"code":…,"details":…}</code>, elsewhere <code>{"status":"error","code":…,"message":…,"details":…}</code>. Texts may change; codes do not.</p>
<dl class="fields">${rows.join('\n')}</dl>
</section>`;
}

function errorList(errors: PageOperation['errors']): string {
  return errors
    .map(({ status, codes }) => `<b class="status">${status}</b> ${codes.map(codeLink).join(', ')}`)
    .join(' ');
}

function codeLink(code: ErrorCode): string {
  return `<a href="#error-${code}"><code>${code}</code></a>`;
}

/** Types that have a name lead to where the introduction explains them; what is in quotes is a value. */
function typeLinks(type: string): string {
  return escapeHtml(type).replace(/&quot;.*?&quot;|\b[A-Z]\w+/g, (word) =>
    word.startsWith('&') ? word : `<a href="#type-${word}">${word}</a>`,
  );
}

/** Plain text with `code` in it. */
function text(plain: string): string {
  return escapeHtml(plain)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
}

/** May be broken at its slashes, dots and underscores, where the line is too short. */
function breakable(path: string): string {
  return escapeHtml(path).replace(/[/._]/g, '<wbr>$&');
}

function escapeHtml(plain: string): string {
  return plain
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
