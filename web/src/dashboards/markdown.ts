/** A small part of Markdown, read into blocks; what is not part of it is text. Nothing of it is ever HTML. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly spans: readonly Span[] }
  | { readonly kind: 'paragraph'; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly items: readonly (readonly Span[])[] }
  | { readonly kind: 'code'; readonly text: string };

export type Span =
  | { readonly kind: 'text' | 'strong' | 'emphasis' | 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

/** Headings, lists with `-` or `*`, blocks of code between fences, and paragraphs. */
export function readMarkdown(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; ) {
    const heading = /^(#{1,3})\s+(.*)$/.exec(lines[at]);
    if (lines[at].startsWith('```')) {
      const code = takeWhile(lines, at + 1, (line) => !line.startsWith('```'));
      blocks.push({ kind: 'code', text: code.join('\n') });
      at += code.length + 2;
    } else if (heading !== null) {
      blocks.push({ kind: 'heading', level: heading[1].length as 1 | 2 | 3, spans: readSpans(heading[2]) });
      at += 1;
    } else if (ITEM.test(lines[at])) {
      const items = takeWhile(lines, at, (line) => ITEM.test(line));
      blocks.push({ kind: 'list', items: items.map((item) => readSpans(item.replace(ITEM, ''))) });
      at += items.length;
    } else {
      const paragraph = takeWhile(lines, at, isPlain);
      if (paragraph.length > 0) blocks.push({ kind: 'paragraph', spans: readSpans(paragraph.join(' ')) });
      at += Math.max(1, paragraph.length);
    }
  }
  return blocks;
}

const ITEM = /^\s*[-*]\s+/;

function isPlain(line: string): boolean {
  return line.trim() !== '' && !/^(#{1,3}\s|```)/.test(line) && !ITEM.test(line);
}

function takeWhile(lines: readonly string[], from: number, holds: (line: string) => boolean): string[] {
  const end = lines.findIndex((line, place) => place >= from && !holds(line));
  return lines.slice(from, end < 0 ? lines.length : end);
}

const SPAN = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*|\[([^\]]+)\]\(([^()\s]+)\)/g;

function readSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const match of text.matchAll(SPAN)) {
    if (match.index > from) spans.push({ kind: 'text', text: text.slice(from, match.index) });
    spans.push(spanOf(match));
    from = match.index + match[0].length;
  }
  if (from < text.length) spans.push({ kind: 'text', text: text.slice(from) });
  return spans;
}

function spanOf([whole, code, strong, emphasis, label, href]: RegExpExecArray): Span {
  if (code !== undefined) return { kind: 'code', text: code };
  if (strong !== undefined) return { kind: 'strong', text: strong };
  if (emphasis !== undefined) return { kind: 'emphasis', text: emphasis };
  // Only what goes somewhere: an address can also be a script.
  return /^(https?:\/\/|#\/)/i.test(href)
    ? { kind: 'link', text: label, href }
    : { kind: 'text', text: whole };
}
