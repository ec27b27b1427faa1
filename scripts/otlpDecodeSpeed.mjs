// Samples a second that the decoders of OTLP make of bodies as the OpenTelemetry SDK for Node sends them, on one core.
// Build first: node scripts/build.mjs
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { decodeOtlpJson, decodeOtlpProtobuf } from '@tinyobs/formats';
import { WriteBatch } from '@tinyobs/model';

const OPTIONS = {
  strategy: 'UnderscoreEscapingWithSuffixes',
  promoteResourceAttributes: [],
  promoteScopeMetadata: false,
  batchBytesMax: 1 << 30,
};
const RUN_MS = 3000;
const SERIES = 2000;

const KINDS = {
  counter: (meter) => meter.createCounter('http.server.requests', { unit: '{request}' }),
  gauge: (meter) => meter.createGauge('process.memory.usage', { unit: 'By' }),
  histogram: (meter) => meter.createHistogram('http.server.request.duration', { unit: 's' }),
  exponential: (meter) => meter.createHistogram('exponential.duration', { unit: 's' }),
};

/** What an app with one instrument, of `SERIES` sets of attributes, hands to its exporter. */
async function collected(kind) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1 << 30 });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      'service.name': 'shop',
      'service.namespace': 'eu',
      'service.instance.id': 'c0ffee-1',
      'host.name': 'h1',
      'process.pid': 77,
    }),
    readers: [reader],
    views: [
      {
        instrumentName: 'exponential.*',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
        aggregationCardinalityLimit: SERIES + 1,
      },
      { instrumentName: '*', aggregationCardinalityLimit: SERIES + 1 },
    ].slice(kind === 'exponential' ? 0 : 1, kind === 'exponential' ? 1 : 2),
  });
  const instrument = KINDS[kind](provider.getMeter('http', '1.0.0'));
  for (let i = 0; i < SERIES; i++) {
    const attributes = {
      'http.request.method': 'GET',
      'http.route': `/api/items/${i}`,
      'http.response.status_code': 200,
      'server.address': 'shop.example',
      'url.scheme': 'https',
    };
    for (let j = 0; j < 8; j++) {
      const value = Math.exp(((i * 8 + j) % 97) / 16 - 3);
      if (instrument.add) instrument.add(value, attributes);
      else instrument.record(value, attributes);
    }
  }
  await reader.forceFlush();
  const [found] = exporter.getMetrics();
  await provider.shutdown();
  return found;
}

function measure(decode, body) {
  const batch = new WriteBatch();
  const run = () => {
    batch.clear();
    return decode(body, batch, OPTIONS);
  };
  for (let i = 0; i < 20; i++) run();
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  let samples = 0;
  while (performance.now() - startedMs < RUN_MS) {
    run();
    samples += batch.sampleCount;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: samples / ((user + system) / 1e6), samples: batch.sampleCount };
}

for (const kind of Object.keys(KINDS)) {
  const metrics = await collected(kind);
  for (const [encoding, serializer, decode] of [
    ['protobuf', ProtobufMetricsSerializer, decodeOtlpProtobuf],
    ['json', JsonMetricsSerializer, decodeOtlpJson],
  ]) {
    const body = serializer.serializeRequest(metrics);
    const { perSecond, samples } = measure(decode, body);
    const bytes = (body.length / samples).toFixed(0);
    console.log(
      `${kind.padEnd(12)} ${encoding.padEnd(9)} ${Math.round(perSecond / 1000)}k samples/s of ${samples} a body, ${bytes} B each`,
    );
  }
}
