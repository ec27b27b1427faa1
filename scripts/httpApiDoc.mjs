// Prints docs/http-api.md from the routes as they are described: `node scripts/httpApiDoc.mjs > docs/http-api.md`.
import { apiPage } from '../packages/server/dist/apiDescription/apiPage.js';
import { markdownPage } from '../packages/server/dist/apiDescription/markdownPage.js';
import { openApiDocument } from '../packages/server/dist/apiDescription/openApi.js';
import { OPERATION_GROUPS } from '../packages/server/dist/apiDescription/operationGroups.js';

process.stdout.write(markdownPage(apiPage(OPERATION_GROUPS, openApiDocument(OPERATION_GROUPS))));
