import './searchField.css';
import { Icon } from './icon.js';

interface Props {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly testId?: string;
}

/** A search over what is on the screen, which `/` leads to. */
export function SearchField({ label, text, onText, testId }: Props) {
  return (
    <div class="search-field">
      <Icon name="search" size={16} />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autocomplete="off"
        spellcheck={false}
        value={text}
        data-testid={testId}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </div>
  );
}
