/** Whether some texts together have all words of what is looked for, in whatever case; nothing is had by all. */
export function hasWords(texts: readonly string[], wanted: string): boolean {
  const all = texts.join('\n').toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
