import './emptyState.css';
import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.js';

interface Props {
  readonly icon: IconName;
  readonly title: string;
  readonly isFault?: boolean;
  readonly children: ComponentChildren;
}

/** In place of what is not there: why, and what to do about it. */
export function EmptyState({ icon, title, isFault = false, children }: Props) {
  return (
    <div class="empty-state" data-fault={isFault} role={isFault ? 'alert' : undefined}>
      <span class="empty-state-icon">
        <Icon name={icon} size={22} />
      </span>
      <h2>{title}</h2>
      <div class="empty-state-body">{children}</div>
    </div>
  );
}
