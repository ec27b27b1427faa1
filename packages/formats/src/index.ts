export { decodeJson } from './json/decodeJson.js';
export { encodeJson } from './json/encodeJson.js';
export type { MetadataLookup } from './metricFamilies.js';
export type { DecodeResult, RefusedRow } from './refusals.js';
export { decodeRemoteWrite, remoteWriteSizeBytes } from './remoteWrite/decodeRemoteWrite.js';
export { encodeRemoteWrite } from './remoteWrite/encodeRemoteWrite.js';
export { KnownSeries } from './remoteWrite/knownSeries.js';
export { decodeText } from './text/decodeText.js';
export { encodeText, type TextSample } from './text/encodeText.js';
