import './snippet.css';
import { CopyButton } from './copyButton.js';

/** Lines to be put into a file or a shell. */
export function Snippet({ label, text }: { label: string; text: string }) {
  return (
    <div class="snippet-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled with the arrow keys */}
      <section class="snippet" tabIndex={0} aria-label={label}>
        <pre>
          <code>{text}</code>
        </pre>
      </section>
      <CopyButton label="Copy" text={text} />
    </div>
  );
}
