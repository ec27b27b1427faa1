import { Attributes } from './attributes.js';
import { DataPoint, type ExponentialSide, type MetricKind, type NumberList } from './dataPoint.js';
import type { JsonAttributes } from './jsonAttributes.js';
import { isGiven, type JsonFields, type JsonMessage } from './jsonFields.js';

/** Reads data points, one after the other, into one `DataPoint`. Methods throw TinyObsError `malformed_json`. */
export class JsonPoints {
  readonly point = new DataPoint();
  readonly #fields: JsonFields;
  readonly #attributes: JsonAttributes;
  readonly #countObject: () => void;
  readonly #exemplarAttributes = new Attributes();

  /** @param countObject Called before an exemplar is made; may throw. */
  constructor(fields: JsonFields, attributes: JsonAttributes, countObject: () => void) {
    this.#fields = fields;
    this.#attributes = attributes;
    this.#countObject = countObject;
  }

  read(kind: MetricKind, message: JsonMessage): void {
    const { point } = this;
    const fields = this.#fields;
    point.clear();
    this.#attributes.readInto(point.attributes, message.attributes);
    point.timeMs = fields.time(message.timeUnixNano, 'timeUnixNano');
    point.flags = fields.count(message.flags, 'flags');
    if (kind === 'gauge' || kind === 'sum') {
      point.value = this.#valueOf(message);
    } else {
      point.count = fields.count(message.count, 'count');
      if (isGiven(message.sum)) point.sum = fields.double(message.sum, 'sum');
      if (kind === 'histogram') this.#readBuckets(message);
      else if (kind === 'exponential') this.#readExponential(message);
      else this.#readQuantiles(message.quantileValues);
    }
    if (message.exemplars !== undefined) this.#readExemplars(message.exemplars);
  }

  /** The value of a point or exemplar; undefined for none. */
  #valueOf({ asDouble, asInt }: JsonMessage): number | undefined {
    if (isGiven(asDouble)) return this.#fields.double(asDouble, 'asDouble');
    return isGiven(asInt) ? this.#fields.whole(asInt, 'asInt') : undefined;
  }

  #readBuckets({ bucketCounts, explicitBounds }: JsonMessage): void {
    const { point } = this;
    this.#readCounts(point.bucketCounts, bucketCounts);
    const bounds = this.#fields.items(explicitBounds, 'explicitBounds');
    for (let i = 0; i < bounds.length; i++) {
      point.bounds.push(this.#fields.double(bounds[i], 'explicitBounds'));
    }
  }

  #readExponential(message: JsonMessage): void {
    const { point } = this;
    const fields = this.#fields;
    point.scale = fields.whole(message.scale, 'scale');
    point.zeroCount = fields.count(message.zeroCount, 'zeroCount');
    point.zeroThreshold = fields.double(message.zeroThreshold, 'zeroThreshold');
    this.#readSide(point.positive, fields.message(message.positive, 'positive'));
    this.#readSide(point.negative, fields.message(message.negative, 'negative'));
  }

  #readSide(side: ExponentialSide, message: JsonMessage | undefined): void {
    if (!message) return;
    side.offset = this.#fields.whole(message.offset, 'offset');
    this.#readCounts(side.counts, message.bucketCounts);
  }

  #readCounts(list: NumberList, value: unknown): void {
    const counts = this.#fields.items(value, 'bucketCounts');
    for (let i = 0; i < counts.length; i++) list.push(this.#fields.count(counts[i], 'bucketCounts'));
  }

  #readQuantiles(value: unknown): void {
    const fields = this.#fields;
    for (const item of fields.items(value, 'quantileValues')) {
      const given = fields.message(item, 'quantileValues') ?? {};
      this.point.quantiles.push(fields.double(given.quantile, 'quantile'));
      this.point.quantileValues.push(fields.double(given.value, 'value'));
    }
  }

  #readExemplars(value: unknown): void {
    const fields = this.#fields;
    const attributes = this.#exemplarAttributes;
    for (const item of fields.items(value, 'exemplars')) {
      const given = fields.message(item, 'exemplars') ?? {};
      this.#countObject();
      attributes.clear();
      this.#attributes.readInto(attributes, given.filteredAttributes);
      this.point.exemplars.push({
        timeMs: fields.time(given.timeUnixNano, 'timeUnixNano'),
        value: this.#valueOf(given) ?? 0,
        traceId: fields.hex(given.traceId, 'traceId'),
        spanId: fields.hex(given.spanId, 'spanId'),
        attributes: attributes.entries(),
      });
    }
  }
}
