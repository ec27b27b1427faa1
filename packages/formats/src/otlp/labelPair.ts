import { encodeLabels, Labels, METRIC_NAME } from '@tinyobs/model';

const encoder = new TextEncoder();

export const METRIC_NAME_BYTES = encoder.encode(METRIC_NAME);

/** A label that all series of a scope have. */
export interface LabelPair {
  readonly name: Uint8Array;
  /** Its canonical bytes. */
  readonly bytes: Uint8Array;
  /** Whether an attribute of a point that has its name takes its place; otherwise it takes that of the attribute. */
  readonly yields: boolean;
}

/** The canonical bytes of one label. */
export function labelBytes(name: string, value: string): Uint8Array {
  return encodeLabels(Labels.fromSorted([name, value]));
}

export function labelPair(name: string, value: string, yields: boolean): LabelPair {
  return { name: encoder.encode(name), bytes: labelBytes(name, value), yields };
}
