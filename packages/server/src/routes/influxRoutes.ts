import { decodeInflux, INFLUX_PRECISIONS, type InfluxPrecision } from '@tinyobs/formats';
import type { WriteBatch } from '@tinyobs/model';
import { keyOf } from '../access/requestKey.js';
import { bodyLimitsOf, withBody } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { invalid, Parameters } from '../http/parameters.js';
import { sendNoContent } from '../http/respond.js';
import { watchedRoute } from '../ingest/watchedRoute.js';
import { inSpan } from '../tracing/spans.js';
import { type IngestContext, type Report, sendInfluxRefusals, writeDecoded } from './ingestReport.js';
import type { Route } from './route.js';

/** Of InfluxDB 1 and 2. */
const PATHS = ['/write', '/api/v2/write'];

/** What the older of the two calls the units. */
const PRECISION_NAMES: ReadonlyMap<string, InfluxPrecision> = new Map([
  ...Object.keys(INFLUX_PRECISIONS).map((name): [string, InfluxPrecision] => [name, name as InfluxPrecision]),
  ['', 'ns'],
  ['n', 'ns'],
  ['u', 'us'],
  ['\u00b5', 'us'],
]);

/** Clients that ask take the version for what may be written. */
const INFLUX_VERSION = '1.8.0';

/** The labels of a body may be longer than it: each field has all tags of its line. */
const LABELS_PER_BODY = 2;

/** Series index, row, time and value, and the line of each. */
const SAMPLE_BYTES = 32;

/**
 * The line protocol of InfluxDB. Databases, buckets and organisations are not looked at.
 *
 * Source: https://docs.influxdata.com/influxdb/v2/api-guide/api_intro/ and
 * https://docs.influxdata.com/influxdb/v1/tools/api/#write-http-endpoint
 */
export function influxRoutes(context: IngestContext): Route[] {
  const writing = PATHS.map(
    (path): Route => ({
      methods: ['POST'],
      path,
      errors: 'influx',
      handle: (request, response) => write(request, response, context),
    }),
  );
  return [...writing.map((route) => watchedRoute('influx', route, context)), pingRoute()];
}

async function write(request: Request, response: Response, context: IngestContext): Promise<void> {
  const parameters = new Parameters((request.url ?? '').split('?')[1] ?? '', '');
  const precision = precisionOf(parameters);
  const limits = bodyLimitsOf(request, context.bodies);
  const { known } = context;
  const store = async (body: Uint8Array, batch: WriteBatch): Promise<Report> => {
    known.begin(batch, context.store.numbering);
    const labelBytesMax = LABELS_PER_BODY * limits.sizeBytesMax;
    const options = { nowMs: context.now(), precision, labelBytesMax, known };
    const decoded = inSpan('tinyobs.decode', () => decodeInflux(body, batch, options));
    context.metrics.influxTextFields.inc(decoded.stringFields);
    const report = await limits.budget.hold(batch.arenaLength + SAMPLE_BYTES * batch.sampleCount, () =>
      writeDecoded(batch, { protocol: 'influx', key: keyOf(request) }, decoded, context),
    );
    known.learn(batch);
    return report;
  };
  const report = await withBody(request, context.bodies, (body) =>
    context.batches.use((batch) => store(body, batch)),
  );
  if (report.refusedCount > 0) sendInfluxRefusals(response, report);
  else sendNoContent(response);
}

function precisionOf(parameters: Parameters): InfluxPrecision {
  const precision = PRECISION_NAMES.get(parameters.text('precision'));
  if (precision) return precision;
  throw invalid(
    'precision',
    `expected one of ${[...PRECISION_NAMES.keys()].filter((name) => name !== '').join(', ')}`,
  );
}

/** By which clients find out whether there is a server. */
function pingRoute(): Route {
  return {
    methods: ['GET'],
    path: '/ping',
    errors: 'influx',
    handle: (_request, response) => {
      response.setHeader('X-Influxdb-Version', INFLUX_VERSION);
      response.setHeader('X-Influxdb-Build', 'TinyObs');
      sendNoContent(response);
    },
  };
}
