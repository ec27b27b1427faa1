import './deleteDialog.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';
import { census, cleanTombstones, deleteSeries } from '../api/operate.js';
import type { Census } from '../api/operateTypes.js';
import { formatCount } from '../chart/units.js';
import { refreshNow } from '../state/clock.js';
import { useQuery } from '../state/useQuery.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { IconButton } from '../ui/iconButton.js';
import { RankedList } from '../ui/rankedList.js';
import { Skeleton } from '../ui/skeleton.js';
import { toast } from '../ui/toast.js';

const METRICS_SHOWN = 5;

interface Props {
  readonly selector: string;
  readonly onClose: () => void;
}

/** Deletes series: first says which, and asks for their number, so that nobody does it in passing. */
export function DeleteDialog({ selector: given, onClose }: Props) {
  const [text, setText] = useState(given);
  const [selector, setSelector] = useState(given);
  const [isDone, setDone] = useState(false);
  return (
    <Dialog label="Delete series" onClose={onClose}>
      <div class="delete-dialog">
        <header>
          <h2>{isDone ? 'Deleted' : 'Delete series'}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        {isDone ? (
          <Deleted onClose={onClose} />
        ) : (
          <>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                setSelector(text);
              }}
            >
              <Field
                label="Of which series"
                value={text}
                spellcheck={false}
                autocomplete="off"
                onInput={(event) => setText(event.currentTarget.value)}
              />
              <Button type="submit" disabled={text === selector}>
                Count them
              </Button>
            </form>
            {text === selector && <Preview key={selector} selector={selector} onDone={() => setDone(true)} />}
          </>
        )}
      </div>
    </Dialog>
  );
}

function Preview({ selector, onDone }: { selector: string; onDone: () => void }) {
  const { data, error } = useQuery({ subject: `to delete ${selector}`, variant: '', tick: 0 }, (signal) =>
    census({ limit: METRICS_SHOWN, match: selector }, signal),
  );
  if (data === null && error === null) return <Skeleton heightPx={120} />;
  if (data === null) return <p class="field-failure">{error?.message}</p>;
  if (data.series.indexed.count === 0) return <p class="note">It selects no series.</p>;
  return (
    <>
      <div class="delete-preview" data-testid="delete-preview">
        <p>
          <strong>{formatCount(data.series.indexed.count)} series</strong> of{' '}
          {formatCount(data.metrics.count)} {data.metrics.count === 1 ? 'metric' : 'metrics'}, with all their
          samples. This cannot be undone; what is written later stays.
        </p>
        <RankedList
          label="Metrics it is about"
          nothing=""
          bars={data.metrics.byIndexedSeries.map(({ metric, series }) => ({
            id: metric,
            name: metric,
            value: series,
            text: formatCount(series),
          }))}
        />
      </div>
      <Confirm selector={selector} counts={data} onDone={onDone} />
    </>
  );
}

interface ConfirmProps {
  readonly selector: string;
  readonly counts: Census;
  readonly onDone: () => void;
}

function Confirm({ selector, counts, onDone }: ConfirmProps) {
  const [typed, setTyped] = useState('');
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const number = String(counts.series.indexed.count);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await deleteSeries(selector, new AbortController().signal);
      refreshNow();
      onDone();
    } catch (error) {
      setFailure(error instanceof ApiError ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Field
        inputMode="numeric"
        autocomplete="off"
        label={`Type ${number} to confirm`}
        value={typed}
        failure={failure}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <Button kind="danger" type="submit" disabled={typed.trim() !== number || isBusy}>
        {isBusy ? 'Deleting …' : 'Delete them'}
      </Button>
    </form>
  );
}

/** When the room comes back, and how to have it at once. */
function Deleted({ onClose }: { onClose: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const text = useRef<HTMLParagraphElement>(null);
  // The button that had the focus is gone.
  useEffect(() => text.current?.focus(), []);
  const clean = async (): Promise<void> => {
    setBusy(true);
    try {
      await cleanTombstones(new AbortController().signal);
      toast('The space was given back.');
      onClose();
    } catch (error) {
      toast(error instanceof ApiError ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <>
      <p ref={text} tabIndex={-1} data-testid="deleted">
        No query sees the samples any more. Their bytes come back when blocks are merged, at the latest a day
        from now, or at once when you ask for it, which takes the server some work.
      </p>
      <div class="delete-actions">
        <Button onClick={() => void clean()} disabled={isBusy}>
          {isBusy ? 'Giving back …' : 'Give the space back now'}
        </Button>
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      </div>
    </>
  );
}
