export { decodeInflux } from './influx/decodeInflux.js';
export { INFLUX_PRECISIONS, type InfluxPrecision } from './influx/influxTime.js';
export { decodeJson } from './json/decodeJson.js';
export { encodeJson } from './json/encodeJson.js';
export { KnownSeries } from './known/knownSeries.js';
export type { MetadataLookup } from './metricFamilies.js';
export { decimalText } from './otlp/decimalText.js';
export { decodeOtlpJson } from './otlp/decodeOtlpJson.js';
export { decodeOtlpProtobuf } from './otlp/decodeOtlpProtobuf.js';
export type { DeltaPoints } from './otlp/deltaPoints.js';
export { encodeOtlpResponse, encodeOtlpStatus, type OtlpPartialSuccess } from './otlp/encodeOtlpAnswer.js';
export { TRANSLATION_STRATEGIES } from './otlp/metricName.js';
export type { OtlpOptions, OtlpResult } from './otlp/otlpOptions.js';
export {
  decodePush,
  PUSH_FAILURE_TIME,
  PUSH_TIME,
  type PushedFamily,
  type PushedSeries,
} from './pushgateway/decodePush.js';
export { type GroupingKey, readGroupingKey } from './pushgateway/groupingKey.js';
export type { DecodeResult, RefusedRow } from './refusals.js';
export {
  decodeReadRequest,
  type ReadQuery,
  type ReadRequest,
  type ReadResponseType,
} from './remoteRead/decodeReadRequest.js';
export { ReadChunksEncoder } from './remoteRead/encodeReadChunks.js';
export { encodeReadResponse, ReadSamplesEncoder } from './remoteRead/encodeReadSamples.js';
export type { ReadSeriesEncoder, SampleStretch } from './remoteRead/readSeriesEncoder.js';
export { decodeRemoteWrite, remoteWriteSizeBytes } from './remoteWrite/decodeRemoteWrite.js';
export { encodeRemoteWrite } from './remoteWrite/encodeRemoteWrite.js';
export { encodeSnappyPart, type SnappyPart } from './remoteWrite/encodeSnappy.js';
export { encodeSeriesLabels, SampleRequest } from './remoteWrite/sampleRequest.js';
export { decodeRemoteWrite2 } from './remoteWrite2/decodeRemoteWrite2.js';
export { StatsdAggregator, type StatsdReport } from './statsd/statsdAggregator.js';
export { decodeOpenMetrics } from './text/decodeOpenMetrics.js';
export { decodeText } from './text/decodeText.js';
export { encodeOpenMetrics } from './text/encodeOpenMetrics.js';
export { encodeText } from './text/encodeText.js';
export { ESCAPING_SCHEMES, type EscapingScheme, unescapeName } from './text/escapeNames.js';
export { ExpositionEncoder, type TextExemplar, type TextSample } from './text/expositionEncoder.js';
export type { ExpositionFamily, ExpositionFormat } from './text/expositionFamilies.js';
export { formatValue } from './text/formatValue.js';
