import './badge.css';
import type { ComponentChildren } from 'preact';

/** A word on the state of something; the colour only repeats it. */
export function Badge({
  tone,
  children,
}: {
  tone: 'good' | 'warn' | 'bad' | 'plain';
  children: ComponentChildren;
}) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}
