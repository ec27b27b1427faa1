import './tabs.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

interface Tab {
  readonly id: string;
  readonly title: string;
  readonly body: ComponentChildren;
}

interface Props {
  readonly label: string;
  readonly tabs: readonly Tab[];
  /** Which is open, where the URL says it, and what is to be done to open another. */
  readonly opened?: { readonly id: string; readonly onOpen: (id: string) => void };
}

/** One of several bodies at a time; the arrow keys go from tab to tab. */
export function Tabs({ label, tabs, opened }: Props) {
  const [own, setOwn] = useState(tabs[0].id);
  const setOpen = opened?.onOpen ?? setOwn;
  const prefix = useId();
  const list = useRef<HTMLDivElement>(null);
  const place = Math.max(
    0,
    tabs.findIndex(({ id }) => id === (opened?.id ?? own)),
  );
  const open = tabs[place].id;
  // On a phone not all fit.
  useEffect(() => {
    list.current?.children[place]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [place]);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + tabs.length) % tabs.length;
    setOpen(tabs[next].id);
    list.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div>
      <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map(({ id, title }) => (
          <button
            key={id}
            id={`${prefix}-${id}`}
            type="button"
            role="tab"
            aria-selected={id === open}
            aria-controls={`${prefix}-panel`}
            tabIndex={id === open ? 0 : -1}
            onClick={() => setOpen(id)}
          >
            {title}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id={`${prefix}-panel`} aria-labelledby={`${prefix}-${open}`}>
        {tabs[place].body}
      </div>
    </div>
  );
}
