import type { Labels } from '@tinyobs/model';
import { ProtobufWriter } from '../protobuf/protobufWriter.js';
import { LABEL_NAME_TAG, LABEL_VALUE_TAG } from './fields.js';

const label = new ProtobufWriter();

/** Writes labels, each as a field of this tag, in order of their names. */
export function writeLabelFields(labels: Labels, tag: number, target: ProtobufWriter): void {
  const { flat } = labels;
  for (let i = 0; i < flat.length; i += 2) {
    label.clear();
    label.writeText(LABEL_NAME_TAG, flat[i]);
    label.writeText(LABEL_VALUE_TAG, flat[i + 1]);
    target.writeBytes(tag, label.written);
  }
}
