import './popover.css';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

interface Props {
  /** What the panel is about. */
  readonly label: string;
  /** The button's inside, or all of it with the attributes that make it the button. */
  readonly trigger: (attributes: TriggerAttributes, isOpen: boolean) => JSX.Element;
  readonly children: (close: () => void) => ComponentChildren;
}

export interface TriggerAttributes {
  readonly 'aria-expanded': boolean;
  readonly 'aria-controls': string;
  readonly 'aria-haspopup': 'dialog';
  readonly onClick: () => void;
}

/** A panel at its button. Escape, a click elsewhere and leaving it with Tab close it. */
export function Popover({ label, trigger, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  const close = (): void => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>('[aria-haspopup]')?.focus();
  };
  useEffect(() => {
    if (!isOpen) return;
    root.current?.querySelector<HTMLElement>('.popover :is(button, input, select, a)')?.focus();
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      // A dialog around it stays.
      event.preventDefault();
      close();
    };
    const leave = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    const host = root.current;
    host?.addEventListener('keydown', onKeyDown);
    document.addEventListener('pointerdown', leave);
    document.addEventListener('focusin', leave);
    return () => {
      host?.removeEventListener('keydown', onKeyDown);
      document.removeEventListener('pointerdown', leave);
      document.removeEventListener('focusin', leave);
    };
  }, [isOpen]);
  const attributes: TriggerAttributes = {
    'aria-expanded': isOpen,
    'aria-controls': id,
    'aria-haspopup': 'dialog',
    onClick: () => setOpen(!isOpen),
  };
  return (
    <div class="popover-host" ref={root}>
      {trigger(attributes, isOpen)}
      <div class="popover" id={id} role="dialog" aria-label={label} hidden={!isOpen}>
        {isOpen && children(close)}
      </div>
    </div>
  );
}
