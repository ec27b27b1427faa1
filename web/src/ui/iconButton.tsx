import './button.css';
import type { ButtonHTMLAttributes } from 'preact';
import { Icon, type IconName } from './icon.js';
import { Tooltip } from './tooltip.js';

interface Props
  extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'class' | 'type' | 'icon' | 'aria-label'> {
  readonly icon: IconName;
  /** Its name for who cannot see the picture, and the tooltip for who can. */
  readonly label: string;
  /** The key that does the same. */
  readonly keys?: string;
}

export function IconButton({ icon, label, keys, ...rest }: Props) {
  return (
    <Tooltip text={label} keys={keys}>
      <button {...rest} type="button" class="icon-button" aria-label={label}>
        <Icon name={icon} />
      </button>
    </Tooltip>
  );
}
