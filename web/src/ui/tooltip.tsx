import './tooltip.css';
import type { ComponentChildren } from 'preact';
import { KeyHint } from './keyHint.js';

interface Props {
  readonly text: string;
  readonly keys?: string;
  readonly children: ComponentChildren;
}

/** Shows the name of a control that is only a picture, when it is pointed at or has the focus. */
export function Tooltip({ text, keys, children }: Props) {
  return (
    <span class="tooltip-host">
      {children}
      <span class="tooltip" aria-hidden="true">
        {text}
        {keys !== undefined && <KeyHint keys={keys} />}
      </span>
    </span>
  );
}
