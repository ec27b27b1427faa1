import { Labels, METRIC_NAME } from '@tinyobs/model';
import { Attributes } from './attributes.js';
import { type LabelPair, labelPair } from './labelPair.js';
import { escapesNames } from './metricName.js';
import type { OtlpOptions } from './otlpOptions.js';
import { compareBytes } from './textList.js';

const SERVICE_NAME = 'service.name';
const SERVICE_NAMESPACE = 'service.namespace';
const SERVICE_INSTANCE = 'service.instance.id';
const IDENTIFYING: ReadonlySet<string> = new Set([SERVICE_NAME, SERVICE_NAMESPACE, SERVICE_INSTANCE]);

export const TARGET_INFO = 'target_info';

/** What a scope says of itself. */
export interface ScopeHead {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;
  readonly attributes: readonly (readonly [key: string, value: string])[];
}

interface GivenLabel {
  readonly value: string;
  /** See `LabelPair`. */
  readonly yields: boolean;
}

/** Makes labels of the attributes of resources and scopes, and of exemplars. */
export class ScopeLabels {
  readonly #options: OtlpOptions;
  readonly #promoted: ReadonlySet<string>;
  readonly #scratch = new Attributes();
  /** `job` and `instance`, and promoted attributes. */
  #ofResource: ReadonlyMap<string, GivenLabel> = new Map();
  /** The labels of `target_info`; undefined for a resource that has none. */
  targetInfo: Labels | undefined;

  constructor(options: OtlpOptions) {
    this.#options = options;
    this.#promoted = new Set(options.promoteResourceAttributes);
  }

  beginResource(entries: readonly (readonly [key: string, value: string])[]): void {
    const given = new Map(entries);
    const identity = identityOf(given);
    const promoted = entries.filter(([key]) => this.#promoted.has(key));
    const ofResource = new Map<string, GivenLabel>();
    for (const [name, value] of this.ofAttributes(promoted)) ofResource.set(name, { value, yields: true });
    for (const [name, value] of identity) ofResource.set(name, { value, yields: false });
    this.#ofResource = ofResource;
    const others = this.ofAttributes(entries.filter(([key]) => !IDENTIFYING.has(key)));
    // Without an identity nothing could be joined with it, without anything else it would say nothing.
    this.targetInfo =
      identity.length > 0 && others.size > 0
        ? Labels.from(new Map([...others, ...identity, [METRIC_NAME, TARGET_INFO]]))
        : undefined;
  }

  /** The labels of the series of a scope, in the order of their names. */
  ofScope({ name, version, schemaUrl, attributes }: ScopeHead): LabelPair[] {
    const labels = new Map(this.#ofResource);
    if (this.#options.promoteScopeMetadata && name !== '') {
      const scope: [name: string, value: string][] = [
        ...this.ofAttributes(attributes.map(([key, value]) => [`otel_scope_${key}`, value])),
        ['otel_scope_name', name],
        ['otel_scope_version', version],
        ['otel_scope_schema_url', schemaUrl],
      ];
      for (const [label, value] of scope) {
        if (value !== '') labels.set(label, { value, yields: false });
      }
    }
    const pairs = [...labels].map(([label, { value, yields }]) => labelPair(label, value, yields));
    return pairs.sort((a, b) => compareBytes(a.name, 0, a.name.length, b.name, 0, b.name.length));
  }

  /** Attributes as labels: values of keys that become one name are joined, empty ones left out. */
  ofAttributes(entries: readonly (readonly [key: string, value: string])[]): Map<string, string> {
    const scratch = this.#scratch;
    scratch.clear();
    for (const [key, value] of entries) {
      if (key === '' || value === '') continue;
      if (!scratch.repeatKey(key)) scratch.addKey(key);
      scratch.addValue(value);
    }
    scratch.sortAsLabels(escapesNames(this.#options.strategy));
    const labels = new Map<string, string>();
    for (const attribute of scratch.order) {
      const name = scratch.names.text(attribute);
      const before = labels.get(name);
      const value = scratch.values.text(attribute);
      labels.set(name, before === undefined ? value : `${before};${value}`);
    }
    return labels;
  }
}

/** `job` and `instance`, as far as the resource says them. */
function identityOf(resource: ReadonlyMap<string, string>): [name: string, value: string][] {
  const service = resource.get(SERVICE_NAME) ?? '';
  const namespace = resource.get(SERVICE_NAMESPACE) ?? '';
  const instance = resource.get(SERVICE_INSTANCE) ?? '';
  const job = service !== '' && namespace !== '' ? `${namespace}/${service}` : service;
  const identity: [name: string, value: string][] = [
    ['job', job],
    ['instance', instance],
  ];
  return identity.filter(([, value]) => value !== '');
}
