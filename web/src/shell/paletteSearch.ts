interface Searched {
  readonly group: string;
  readonly text: string;
}

/** Rows shown at once: more letters find the others. */
const FOUND_MAX = 50;
/** Metrics are many: without a word there is nothing to choose them by. */
const UNASKED_MAX = 8;

/**
 * What has all words of the text, in the order of its groups; within one what begins with the text comes before what
 * has a word that does, and that before the rest.
 */
export function findEntries<One extends Searched>(entries: readonly One[], text: string): readonly One[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return firstOfGroups(entries);
  const ranked = entries.flatMap((entry) => {
    const name = entry.text.toLowerCase();
    if (!words.every((word) => name.includes(word))) return [];
    const at = name.indexOf(words[0]);
    const rank = at === 0 ? 0 : /[^a-z0-9]/.test(name[at - 1]) ? 1 : 2;
    return [{ entry, rank }];
  });
  const groups = [...new Set(entries.map(({ group }) => group))];
  return ranked
    .sort((a, b) => groups.indexOf(a.entry.group) - groups.indexOf(b.entry.group) || a.rank - b.rank)
    .slice(0, FOUND_MAX)
    .map(({ entry }) => entry);
}

function firstOfGroups<One extends Searched>(entries: readonly One[]): readonly One[] {
  const counts = new Map<string, number>();
  return entries.filter(({ group }) => {
    const count = counts.get(group) ?? 0;
    counts.set(group, count + 1);
    return count < UNASKED_MAX;
  });
}
