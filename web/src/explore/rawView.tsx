import './rawView.css';
import { useState } from 'preact/hooks';
import { rowLetter } from '../state/route.js';
import { Button } from '../ui/button.js';
import { copyText } from '../ui/copyText.js';
import { isAnswered } from './rangeData.js';
import type { Results } from './useResults.js';

/** Members shown at once. */
const PAGE = 50;
const LINE_LENGTH_MAX = 100;
const LINE_MEMBERS_MAX = 8;
/** So deep everything stands open at first. */
const OPEN_DEPTH = 3;

/** What the server answered, to be folded and copied. */
export function RawView({ results: { queries, outcomes } }: { results: Results }) {
  return (
    <>
      {outcomes.map((outcome, row) => {
        if (!isAnswered(outcome)) return null;
        const { data } = outcome.answer;
        return (
          <section key={row} class="raw" aria-label={`Answer of query ${rowLetter(row)}`}>
            <header class="raw-head">
              <code>{queries.length > 1 ? `${rowLetter(row)}: ${queries[row]}` : queries[row]}</code>
              <Button onClick={() => void copyJson(data)}>Copy JSON</Button>
            </header>
            <div class="raw-json" data-testid="raw-json">
              <Value name={null} value={data} depth={0} />
            </div>
          </section>
        );
      })}
    </>
  );
}

interface ValueProps {
  readonly name: string | null;
  readonly value: unknown;
  readonly depth: number;
}

/** A value with its name; what has members can be folded, and is made only when it is open. */
function Value({ name, value, depth }: ValueProps) {
  const [isOpen, setOpen] = useState(depth < OPEN_DEPTH);
  const label = name === null ? null : <span class="raw-name">{name}: </span>;
  if (!isComposite(value) || fitsOnLine(value)) {
    return (
      <div class="raw-line">
        {label}
        <span class={typeof value === 'string' ? 'raw-string' : 'raw-number'}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const count = Object.keys(value).length;
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {label}
        <span class="raw-count">{Array.isArray(value) ? `[ ${count} ]` : `{ ${count} }`}</span>
      </summary>
      {isOpen && <Members value={value} depth={depth + 1} />}
    </details>
  );
}

function Members({ value, depth }: { value: object; depth: number }) {
  const [shown, setShown] = useState(PAGE);
  const members = Object.entries(value);
  const isList = Array.isArray(value);
  return (
    <div class="raw-members">
      {members.slice(0, shown).map(([name, member]) => (
        <Value key={name} name={isList ? null : name} value={member} depth={depth} />
      ))}
      {members.length > shown && (
        <Button kind="quiet" onClick={() => setShown(shown + 10 * PAGE)}>
          Show more, {members.length - shown} are hidden
        </Button>
      )}
    </div>
  );
}

function isComposite(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** A point, or the labels of a series, reads better on one line. */
function fitsOnLine(value: object): boolean {
  const members = Object.values(value);
  if (members.length > LINE_MEMBERS_MAX || members.some(isComposite)) return false;
  return JSON.stringify(value).length <= LINE_LENGTH_MAX;
}

function copyJson(data: unknown): Promise<void> {
  return copyText(JSON.stringify(data, null, 2), {
    done: 'JSON copied.',
    refused: 'The browser does not let the page copy.',
  });
}
