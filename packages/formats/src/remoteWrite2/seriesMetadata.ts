import type { MetricType, WriteBatch } from '@tinyobs/model';
import { familyOfType, MetadataCollector } from '../metricFamilies.js';
import type { ProtobufReader } from '../protobuf/protobufReader.js';
import { METRIC_TYPES } from '../remoteWrite/fields.js';
import type { RemoteWriteRows } from '../remoteWrite/remoteWriteRows.js';
import { METADATA_FIELDS, METADATA_HELP_TAG, METADATA_TYPE_TAG, METADATA_UNIT_TAG } from './fields.js';
import type { Symbols } from './symbols.js';

/** What the series of one metric name said of it, by symbols. */
interface Noted {
  readonly type: number;
  readonly help: number;
  readonly unit: number;
  readonly problem: string;
}

/** The first symbol stands for a text that is not given. */
const NOT_GIVEN = 0;

/** Reads the Metadata message of one series after the other, and gathers what they say, once for each family. */
export class SeriesMetadata {
  readonly #reader: ProtobufReader;
  readonly #symbols: Symbols;
  readonly #rows: RemoteWriteRows;
  readonly #collector = new MetadataCollector();
  readonly #notedOf = new Map<number, Noted>();
  #type = 0;
  #help = NOT_GIVEN;
  #unit = NOT_GIVEN;

  constructor(reader: ProtobufReader, symbols: Symbols, rows: RemoteWriteRows) {
    this.#reader = reader;
    this.#symbols = symbols;
    this.#rows = rows;
  }

  /** Starts a series. */
  begin(): void {
    this.#type = 0;
    this.#help = this.#unit = NOT_GIVEN;
  }

  /** Reads the message that ends at `end`. @throws TinyObsError `malformed_body` */
  read(end: number): void {
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === METADATA_TYPE_TAG) this.#type = reader.readInt64(end);
      else if (tag === METADATA_HELP_TAG) this.#help = reader.readInt64(end);
      else if (tag === METADATA_UNIT_TAG) this.#unit = reader.readInt64(end);
      else reader.skipUnknown(tag, end, METADATA_FIELDS);
    }
  }

  /** Whether the series with this metric name, a symbol, counts up from zero. */
  isCumulative(metric: number): boolean {
    const type = this.#metricType;
    if (type === 'counter' || type === 'histogram') return true;
    // Quantiles of a summary go up and down.
    const name = this.#symbols.textOf(metric);
    return type === 'summary' && familyOfType(name, type) !== name;
  }

  /**
   * Keeps what the series says of the family of its metric name, a symbol. Returns what is wrong with it, '' when
   * nothing is.
   *
   * @throws TinyObsError `body_too_large`
   */
  note(metric: number): string {
    const [type, help, unit] = [this.#type, this.#help, this.#unit];
    if (type === 0 && help === NOT_GIVEN && unit === NOT_GIVEN) return '';
    const noted = this.#notedOf.get(metric);
    if (noted?.type === type && noted.help === help && noted.unit === unit) return noted.problem;
    this.#rows.countObject();
    const problem = this.#problemOf('help_ref', help) || this.#problemOf('unit_ref', unit);
    if (problem === '') this.#collect(metric);
    this.#notedOf.set(metric, { type, help, unit, problem });
    return problem;
  }

  addTo(batch: WriteBatch): void {
    this.#collector.addTo(batch);
  }

  #collect(metric: number): void {
    const symbols = this.#symbols;
    const family = familyOfType(symbols.textOf(metric), this.#metricType);
    const texts = [this.#help, this.#unit].map((symbol) => {
      if (symbol === NOT_GIVEN) return '';
      symbols.take(symbols.sizeOf(symbol));
      return symbols.textOf(symbol);
    });
    this.#collector.noteType(family, this.#metricType);
    this.#collector.noteHelp(family, texts[0]);
    this.#collector.noteUnit(family, texts[1]);
  }

  #problemOf(field: string, symbol: number): string {
    const symbols = this.#symbols;
    if (symbol === NOT_GIVEN) return '';
    if (!(symbol > 0 && symbol < symbols.count)) {
      return `${field} of its metadata names symbol ${symbol} of ${symbols.count}`;
    }
    return symbols.isUtf8(symbol) ? '' : `the text that ${field} of its metadata names is not UTF-8`;
  }

  get #metricType(): MetricType {
    return METRIC_TYPES[this.#type] ?? 'unknown';
  }
}
