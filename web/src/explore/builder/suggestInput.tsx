import { useId, useState } from 'preact/hooks';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly load: () => Promise<readonly string[]>;
  readonly onEdit: (text: string) => void;
  /** Enter, or leaving it with another text. */
  readonly onDone?: (text: string) => void;
  readonly look?: string;
  readonly testId?: string;
}

/** Offered at once: more letters find the others. */
const OFFERED_MAX = 100;

/** An input that any text may be written into, with what there is as suggestions. */
export function SuggestInput({ label, value, placeholder, load, onEdit, onDone, look = '', testId }: Props) {
  const id = useId();
  const [known, setKnown] = useState<readonly string[]>([]);
  const wanted = value.toLowerCase();
  const offered = known.filter((one) => one.toLowerCase().includes(wanted)).slice(0, OFFERED_MAX);
  return (
    <>
      <input
        class={`builder-input ${look}`}
        aria-label={label}
        placeholder={placeholder}
        list={`${id}-list`}
        autocomplete="off"
        spellcheck={false}
        value={value}
        data-testid={testId}
        onFocus={() => void load().then(setKnown)}
        onInput={(event) => onEdit(event.currentTarget.value)}
        onChange={(event) => onDone?.(event.currentTarget.value)}
      />
      <datalist id={`${id}-list`}>
        {offered.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  );
}
