/** Text as it is, or the name or number of a group. */
export type TemplatePart = { readonly text: string } | { readonly group: string };

/**
 * Splits `$1`, `${1}`, `$name`, `${name}` and `$$` from the text between them. A name is as long as it can be;
 * a `$` that starts none of them stands for nothing but itself being dropped.
 *
 * Source: https://pkg.go.dev/regexp#Regexp.Expand
 */
export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  const reference = /\$(?:(\$)|\{(\w+)\}|(\w+))/g;
  let at = 0;
  for (const found of template.matchAll(reference)) {
    parts.push({ text: template.slice(at, found.index) });
    parts.push(found[1] ? { text: '$' } : { group: found[2] ?? found[3] });
    at = found.index + found[0].length;
  }
  parts.push({ text: template.slice(at) });
  return parts;
}

/** What a numbered or named group matched; '' for a group that does not exist. */
export function groupOf(
  matcher: { group(group: number | string): string | null; groupCount(): number },
  name: string,
  named: Record<string, number>,
): string {
  const index = /^\d+$/.test(name) ? Number(name) : named[name];
  if (index === undefined || index > matcher.groupCount()) return '';
  return matcher.group(index) ?? '';
}
