import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { apiPage } from './apiPage.js';
import { errorMeanings, htmlPage } from './htmlPage.js';
import { markdownPage } from './markdownPage.js';
import { openApiDocument } from './openApi.js';
import { OPERATION_GROUPS } from './operationGroups.js';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

const page = apiPage(OPERATION_GROUPS, openApiDocument(OPERATION_GROUPS));
const operations = page.groups.flatMap((group) => group.operations);

it('docs/http-api.md is what scripts/httpApiDoc.mjs prints', () => {
  expect(read('../../../../docs/http-api.md')).toBe(markdownPage(page));
});

describe('the page at /docs', () => {
  const html = htmlPage({
    page,
    errors: errorMeanings(read('../../../../docs/errors.md')),
    style: read('./page.css'),
  });
  const attributes = (name: string) =>
    [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value]) => value);

  it('has every operation under an anchor of its own, and no link that leads nowhere', () => {
    const ids = attributes('id');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(operations.map(({ anchor }) => anchor)));
    const anchors = attributes('href').filter((target) => target.startsWith('#'));
    expect(anchors.length).toBeGreaterThan(2 * operations.length);
    expect(anchors.filter((target) => !ids.includes(target.slice(1)))).toEqual([]);
  });

  it('is one file that runs nothing, loads nothing from elsewhere and works below any path', () => {
    expect(html).not.toMatch(/<script|\son\w+=|javascript:|@import|url\(/i);
    const targets = [...attributes('href'), ...attributes('src')].filter((target) => !target.startsWith('#'));
    expect(new Set(targets)).toEqual(new Set(['./', './favicon.svg', './v1/openapi.json']));
  });

  it('allows its own style sheet and nothing else', () => {
    const [, style] = /<style>(.*)<\/style>/s.exec(html) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    const [policy] = attributes('content');
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src 'self'; base-uri 'none'; form-action 'none'`,
    );
    expect(html).not.toContain(' style="');
  });

  it('shows texts as they are written', () => {
    expect(html).toContain('queue=&quot;mail&quot;');
    expect(html).toContain('Bearer &lt;key&gt;');
    const shown = html.replace(/<style>.*<\/style>/s, '').replace(/<[^<>]*>/g, '');
    expect(shown.match(/.*[<>`].*/g) ?? []).toEqual([]);
  });
});
