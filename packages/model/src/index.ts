export { BatchPool } from './batchPool.js';
export { crc32c, findCrcEnd } from './crc32c.js';
export { formatDuration, parseDurationMs } from './durations.js';
export { assert, ERROR_CODES, type ErrorCode, type ErrorDetails, TinyObsError } from './errors.js';
export { isStaleAt, STALE_NAN_HIGH, STALE_NAN_LOW, setStaleAt, wordsOf } from './floatBits.js';
export { decodeLabels, encodeLabels, LabelCursor, writeLabels, writeVarint } from './labelBytes.js';
export { isLegacyLabelName, isLegacyMetricName, Labels, METRIC_NAME } from './labels.js';
export { LabelsBuilder } from './labelsBuilder.js';
export { type CompiledRegex, compileRegex, Matcher, type MatchType, stepsOver } from './matcher.js';
export { nearestName } from './nearestName.js';
export type {
  ChangeMark,
  ChangeTracker,
  Queryable,
  RollupChoice,
  RollupColumns,
  RollupSpan,
  SelectHints,
  SeriesBatch,
  SeriesId,
  TimeRange,
} from './queryable.js';
export { groupOf, parseTemplate, type TemplatePart } from './regexTemplate.js';
export { compareUtf8 } from './utf8.js';
export {
  type Exemplar,
  type KnownColumns,
  type MetricMetadata,
  type MetricType,
  NO_ROW,
  type Verdicts,
  WriteBatch,
} from './writeBatch.js';
