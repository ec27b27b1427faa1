import './problem.css';
import type { ComponentChildren } from 'preact';
import { CopyButton } from './copyButton.js';

interface Props {
  /** Shown whole, and copied. */
  readonly text: string;
  /** What else is known of it, in a lower voice. */
  readonly note?: ComponentChildren;
  /** Whether work goes on beside it. */
  readonly isMild?: boolean;
}

/** What went wrong elsewhere, in its own words. */
export function Problem({ text, note, isMild = false }: Props) {
  return (
    <div class="problem" data-mild={isMild}>
      <p>
        {text}
        {note !== undefined && <small>{note}</small>}
      </p>
      <CopyButton label="Copy the error" text={text} />
    </div>
  );
}
