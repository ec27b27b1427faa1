import './menu.css';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon.js';
import { Popover, type TriggerAttributes } from './popover.js';

export interface MenuItem {
  readonly id: string;
  readonly text: string;
  readonly icon?: IconName;
  /** Of choices: whether it is the one in force. Left out by what only does something. */
  readonly isChosen?: boolean;
  readonly onChoose: () => void;
}

interface Props {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly trigger: (attributes: TriggerAttributes) => JSX.Element;
}

/** A list at its button, of which one is chosen, or is done. */
export function Menu({ label, items, trigger }: Props) {
  return (
    <Popover label={label} trigger={trigger}>
      {(close) => <Items label={label} items={items} close={close} />}
    </Popover>
  );
}

function Items({ label, items, close }: Omit<Props, 'trigger'> & { close: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus(), []);
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  };
  return (
    <div class="menu" role="menu" aria-label={label} ref={list} tabIndex={-1} onKeyDown={onKeyDown}>
      {items.map(({ id, text, icon, isChosen, onChoose }) => (
        <button
          key={id}
          type="button"
          class="menu-item"
          {...roleOf(isChosen)}
          data-testid={`menu-${id}`}
          onClick={() => {
            close();
            onChoose();
          }}
        >
          {icon !== undefined && <Icon name={icon} size={16} />}
          <span>{text}</span>
        </button>
      ))}
    </div>
  );
}

function roleOf(isChosen: boolean | undefined) {
  return isChosen === undefined
    ? { role: 'menuitem' as const }
    : { role: 'menuitemradio' as const, 'aria-checked': isChosen };
}
