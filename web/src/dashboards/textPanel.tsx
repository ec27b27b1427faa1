import type { Block, Span } from './markdown.js';
import { readMarkdown } from './markdown.js';

interface Props {
  readonly text: string;
  /** Of its headings: those that are above it come before. */
  readonly firstLevel: 2 | 4;
}

/** The text of a panel: nodes made of it, never HTML. */
export function TextPanel({ text, firstLevel }: Props) {
  return (
    <div class="panel-text">
      {readMarkdown(text).map((block, place) => (
        <BlockView key={place} block={block} firstLevel={firstLevel} />
      ))}
    </div>
  );
}

function BlockView({ block, firstLevel }: Pick<Props, 'firstLevel'> & { block: Block }) {
  switch (block.kind) {
    case 'heading': {
      const Heading = `h${firstLevel + block.level - 1}` as 'h2' | 'h3' | 'h4' | 'h5' | 'h6';
      return (
        <Heading class="panel-text-heading">
          <Spans spans={block.spans} />
        </Heading>
      );
    }
    case 'paragraph':
      return (
        <p>
          <Spans spans={block.spans} />
        </p>
      );
    case 'list':
      return (
        <ul>
          {block.items.map((spans, place) => (
            <li key={place}>
              <Spans spans={spans} />
            </li>
          ))}
        </ul>
      );
    case 'code':
      return <pre>{block.text}</pre>;
  }
}

function Spans({ spans }: { spans: readonly Span[] }) {
  return (
    <>
      {spans.map((span, place) => (
        <SpanView key={place} span={span} />
      ))}
    </>
  );
}

function SpanView({ span }: { span: Span }) {
  switch (span.kind) {
    case 'text':
      return <>{span.text}</>;
    case 'strong':
      return <strong>{span.text}</strong>;
    case 'emphasis':
      return <em>{span.text}</em>;
    case 'code':
      return <code>{span.text}</code>;
    case 'link':
      return (
        <a href={span.href} rel="noreferrer">
          {span.text}
        </a>
      );
  }
}
