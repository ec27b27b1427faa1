/**
 * The page with the part of one bench replaced: what stands between its comment `<!-- results of NAME -->` and the
 * next `<!-- end -->`.
 */
export function fillPage(page: string, name: string, text: string): string {
  const start = `<!-- results of ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf('<!-- end -->', from);
  if (from < 0 || to < 0) throw new Error(`the page has no place for the results of ${name}`);
  return `${page.slice(0, from + start.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}
