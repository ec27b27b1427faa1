/** The known name closest to a mistyped one, when at most a third of it (or two characters) differs. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let smallest = Math.max(2, Math.floor(given.length / 3));
  for (const name of known) {
    // The lengths alone already set a lower bound, which also bounds the work for a hostile key.
    if (Math.abs(name.length - given.length) > smallest) continue;
    const distance = editDistance(given.toLowerCase(), name.toLowerCase());
    if (distance > smallest || (nearest !== undefined && distance === smallest)) continue;
    nearest = name;
    smallest = distance;
  }
  return nearest;
}

/** Levenshtein distance; a row of the usual table at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 0; i < a.length; i++) {
    const current = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = previous[j] + (a[i] === b[j] ? 0 : 1);
      current.push(Math.min(replaced, previous[j + 1] + 1, current[j] + 1));
    }
    previous = current;
  }
  return previous[b.length];
}
