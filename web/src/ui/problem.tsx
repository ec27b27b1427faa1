import './problem.css';
import type { ComponentChildren } from 'preact';
import { CopyButton } from './copyButton.js';

interface Props {
  /** Shown whole, and copied. */
  readonly text: string;
  /** What else is known of it, in a lower voice. */
  readonly note?: ComponentChildren;
}

/** What went wrong elsewhere, in its own words. */
export function Problem({ text, note }: Props) {
  return (
    <div class="problem">
      <p>
        {text}
        {note !== undefined && <small>{note}</small>}
      </p>
      <CopyButton label="Copy the error" text={text} />
    </div>
  );
}
