import './combobox.css';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon.js';
import { KeyHint } from './keyHint.js';

export interface Choice {
  readonly id: string;
  readonly group: string;
  readonly text: string;
  readonly icon: IconName;
  readonly keys?: string;
  /** Beside the text, in a lower voice. */
  readonly detail?: string;
}

interface Props<One extends Choice> {
  readonly label: string;
  readonly placeholder: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  /** What there is for this text, in the order of its groups. */
  readonly choices: readonly One[];
  readonly onChoose: (choice: One) => void;
  /** Said where there is nothing to choose. */
  readonly nothing: string;
}

/** An input over a list: writing narrows it, the arrow keys go through it, Enter chooses. */
export function Combobox<One extends Choice>(props: Props<One>) {
  const { label, placeholder, text, onText, choices, onChoose, nothing } = props;
  const [active, setActive] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.min(active, choices.length - 1);
  useEffect(() => setActive(0), [text]);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at, choices]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && choices.length > 0) {
      event.preventDefault();
      setActive((at + step + choices.length) % choices.length);
    } else if (event.key === 'Enter' && choices[at] !== undefined) {
      event.preventDefault();
      onChoose(choices[at]);
    }
  };
  return (
    <div class="combobox">
      <div class="combobox-input">
        <Icon name="search" />
        <input
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={choices[at] === undefined ? undefined : `${id}-${at}`}
          autocomplete="off"
          spellcheck={false}
          autofocus
          placeholder={placeholder}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <div class="combobox-list" id={`${id}-list`} role="listbox" aria-label={label} ref={list}>
        {choices.map((choice, place) => (
          <div key={choice.id} role="presentation">
            {choice.group !== choices[place - 1]?.group && (
              <p class="combobox-group" role="presentation">
                {choice.group}
              </p>
            )}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's */}
            <div
              id={`${id}-${place}`}
              class="combobox-choice"
              role="option"
              tabIndex={-1}
              aria-selected={place === at}
              onPointerMove={() => setActive(place)}
              onClick={() => onChoose(choice)}
            >
              <Icon name={choice.icon} size={16} />
              <span>{choice.text}</span>
              {choice.detail !== undefined && <small class="combobox-detail">{choice.detail}</small>}
              {choice.keys !== undefined && <KeyHint keys={choice.keys} />}
            </div>
          </div>
        ))}
      </div>
      {choices.length === 0 && <p class="combobox-nothing">{nothing}</p>}
    </div>
  );
}
