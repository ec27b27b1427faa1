import './queryInput.css';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PromqlEditor } from './promqlEditor.js';

interface Props {
  readonly label: string;
  readonly text: string;
  readonly onEdit: (text: string) => void;
  readonly onRun: () => void;
  readonly onHistory: () => void;
  readonly onFormat: () => void;
}

/** The PromQL box: a plain text area from the first moment, the real editor once its chunk has come. */
export function QueryInput(props: Props) {
  const { label, text, onEdit } = props;
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
      editor.current = createPromqlEditor({
        parent: host.current,
        label,
        text: latest.current.text,
        caret: plain?.selectionStart ?? null,
        onEdit: (next) => latest.current.onEdit(next),
        onRun: () => latest.current.onRun(),
        onHistory: () => latest.current.onHistory(),
        onFormat: () => latest.current.onFormat(),
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
  }, [label]);
  // Before the next key can arrive: later, the text of this render would take back what was typed since.
  useLayoutEffect(() => editor.current?.setText(text), [text]);

  return (
    <div class="query-input" data-testid="query-input" data-editor={isPlain ? 'plain' : 'promql'}>
      {isPlain && (
        <textarea
          ref={area}
          aria-label={label}
          rows={1}
          spellcheck={false}
          placeholder="PromQL, for example sum(rate(http_requests_total[5m]))"
          value={text}
          onInput={(event) => onEdit(event.currentTarget.value)}
          onKeyDown={(event) => {
            const act = plainKeyAction(event, props);
            if (act === null) return;
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
function plainKeyAction({ key, code, shiftKey, altKey }: KeyboardEvent, props: Props): (() => void) | null {
  if (key === 'Enter' && !shiftKey) return props.onRun;
  if (key === 'ArrowUp' && altKey) return props.onHistory;
  return altKey && shiftKey && code === 'KeyF' ? props.onFormat : null;
}
