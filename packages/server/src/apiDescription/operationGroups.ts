import { ADMINISTRATION } from './groups/administration.js';
import { CARDINALITY } from './groups/cardinality.js';
import { DASHBOARDS } from './groups/dashboards.js';
import { DESCRIPTION } from './groups/description.js';
import { EMBEDDING } from './groups/embedding.js';
import { EXCHANGE } from './groups/exchange.js';
import { FEDERATION } from './groups/federation.js';
import { GO_TINYOBS } from './groups/goTinyObs.js';
import { INGEST } from './groups/ingest.js';
import { KEYS } from './groups/keys.js';
import { LIVE } from './groups/live.js';
import { OWN_STATUS } from './groups/ownStatus.js';
import { PROBES } from './groups/probes.js';
import { PROMETHEUS } from './groups/prometheus.js';
import { QUERY } from './groups/query.js';
import { RUNNING } from './groups/running.js';
import { SCRAPING } from './groups/scraping.js';
import { SERIES } from './groups/series.js';
import { STATUS } from './groups/status.js';
import type { OperationGroup } from './operation.js';

/** Every route of the server, as people and programs are told. */
export const OPERATION_GROUPS: readonly OperationGroup[] = [
  INGEST,
  QUERY,
  SERIES,
  FEDERATION,
  EXCHANGE,
  STATUS,
  CARDINALITY,
  OWN_STATUS,
  ADMINISTRATION,
  KEYS,
  DASHBOARDS,
  EMBEDDING,
  LIVE,
  RUNNING,
  PROBES,
  SCRAPING,
  PROMETHEUS,
  GO_TINYOBS,
  DESCRIPTION,
];
