import { joinLabels, writeValue } from '../exposition/syntax.js';
import type { Label, Row } from '../snapshot/rows.js';
import { plainType } from '../snapshot/snapshot.js';

/** Writes elements of the `metrics` array of `POST /v1/ingest`, help and unit once for each metric. */
export class RowEncoder {
  /** Labels that every row has. */
  readonly #clientLabels: string;
  #family: unknown;
  #labels: readonly Label[] = [];
  /** Those of the client and the series. */
  #labelsText = '';

  constructor(clientLabels: Readonly<Record<string, string>>) {
    this.#clientLabels = members(Object.entries(clientLabels));
  }

  /** Begins a new body, in which metadata is told again. */
  restart(): void {
    this.#family = undefined;
  }

  encode({ family, part, labels, value, timestampMs }: Row): string {
    let metadata = '';
    if (family !== this.#family) {
      if (family.help !== undefined) metadata += `,"help":${JSON.stringify(family.help)}`;
      if (family.unit !== undefined) metadata += `,"unit":${JSON.stringify(family.unit)}`;
      this.#family = family;
    }
    if (labels !== this.#labels) {
      this.#labels = labels;
      this.#labelsText = joinLabels(this.#clientLabels, members(labels));
    }
    const own = part.label === undefined ? '' : members([[part.label.name, part.label.text]]);
    return (
      `{"name":"${family.name}${part.suffix}","type":"${plainType(family)}"${metadata},` +
      `"value":${encodeValue(value)},"labels":{${joinLabels(this.#labelsText, own)}},` +
      `"timestamp":${timestampMs}}`
    );
  }
}

/** The members of a JSON object, without its braces. */
function members(labels: readonly Label[]): string {
  return labels.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(',');
}

/** JSON has no words for what is not finite; the wire format spells them as strings. */
function encodeValue(value: number | 'stale'): string {
  if (Number.isFinite(value)) return String(value);
  return `"${value === 'stale' ? value : writeValue(value)}"`;
}
