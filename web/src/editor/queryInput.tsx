import './queryInput.css';
import type { Meanings } from '@tinyobs/model/queryVariables';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { EditorKeys, PromqlEditor } from './promqlEditor.js';

interface Props extends EditorKeys {
  readonly label: string;
  /** An example, shown while there is no text. */
  readonly hint: string;
  readonly text: string;
  /** Those that may stand in the text. */
  readonly variables?: Meanings;
  readonly onEdit: (text: string) => void;
}

const NO_VARIABLES: Meanings = {};

/** The PromQL box: a plain text area from the first moment, the real editor once its chunk has come. */
export function QueryInput(props: Props) {
  const { label, hint, text, variables = NO_VARIABLES, onEdit } = props;
  const host = useRef<HTMLDivElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const editor = useRef<PromqlEditor | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const [isPlain, setPlain] = useState(true);

  useEffect(() => {
    let isGone = false;
    const mount = async () => {
      const { createPromqlEditor } = await import('./promqlEditor.js');
      if (isGone || host.current === null) return;
      const plain = document.activeElement === area.current ? area.current : null;
      const { text: present, variables: known = NO_VARIABLES, onHistory, onFormat } = latest.current;
      editor.current = createPromqlEditor({
        parent: host.current,
        label,
        hint,
        text: present,
        variables: known,
        caret: plain?.selectionStart ?? null,
        onEdit: (next) => latest.current.onEdit(next),
        keys: {
          onRun: () => latest.current.onRun(),
          onHistory: onHistory && (() => latest.current.onHistory?.()),
          onFormat: onFormat && (() => latest.current.onFormat?.()),
        },
      });
      setPlain(false);
    };
    mount().catch(() => {
      // Without its chunk (offline, an old tab after an upgrade) the text area does the same work, plainly.
      if (!isGone) setPlain(true);
    });
    return () => {
      isGone = true;
      editor.current?.destroy();
      editor.current = null;
    };
  }, [label, hint]);
  // Before the next key can arrive: later, the text of this render would take back what was typed since.
  useLayoutEffect(() => editor.current?.setText(text), [text]);
  useEffect(() => editor.current?.setVariables(variables), [JSON.stringify(variables)]);

  return (
    <div class="query-input" data-testid="query-input" data-editor={isPlain ? 'plain' : 'promql'}>
      {isPlain && (
        <textarea
          ref={area}
          aria-label={label}
          rows={1}
          spellcheck={false}
          placeholder={hint}
          value={text}
          onInput={(event) => onEdit(event.currentTarget.value)}
          onKeyDown={(event) => {
            const act = plainKeyAction(event, props);
            if (act === undefined) return;
            event.preventDefault();
            act();
          }}
        />
      )}
      <div ref={host} />
    </div>
  );
}

/** The keys of the editor that are not those of every text area. */
function plainKeyAction(
  { key, code, shiftKey, altKey }: KeyboardEvent,
  { onRun, onHistory, onFormat }: EditorKeys,
): (() => void) | undefined {
  if (key === 'Enter' && !shiftKey) return onRun;
  if (key === 'ArrowUp' && altKey) return onHistory;
  return altKey && shiftKey && code === 'KeyF' ? onFormat : undefined;
}
