import { type Document, type LineCounter, parseDocument, visit } from 'yaml';

/**
 * Parses YAML so that all scalars are text, as Prometheus takes them where it wants text: a label `version: 1.10` is
 * not 1.1. What has nothing, or a plain `null` or `~`, in the place of a value is null.
 */
export function parseYaml(text: string, lineCounter?: LineCounter): Document {
  const document = parseDocument(text, { schema: 'failsafe', lineCounter });
  visit(document, {
    Scalar(_key, node) {
      if (node.type === 'PLAIN' && /^(null|~|)$/i.test(node.source ?? '')) node.value = null;
    },
  });
  return document;
}
