// Writes what the server has at /docs and /v1/openapi.json, from the routes as they are described in its package.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiPage } from '../packages/server/dist/apiDescription/apiPage.js';
import { errorMeanings, htmlPage } from '../packages/server/dist/apiDescription/htmlPage.js';
import { openApiDocument } from '../packages/server/dist/apiDescription/openApi.js';
import { OPERATION_GROUPS } from '../packages/server/dist/apiDescription/operationGroups.js';
import { ROOT } from './lib/run.mjs';

const folder = join(ROOT, 'packages/server/dist/docs');
const read = (path) => readFileSync(join(ROOT, path), 'utf8');

const document = openApiDocument(OPERATION_GROUPS);
const html = htmlPage({
  page: apiPage(OPERATION_GROUPS, document),
  errors: errorMeanings(read('docs/errors.md')),
  style: read('packages/server/src/apiDescription/page.css'),
});

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
writeFileSync(join(folder, 'index.html'), html);
