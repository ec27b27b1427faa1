import './labelTable.css';
import type { Labels } from '../api/types.js';
import { type LabelChange, labelChanges } from './targetRows.js';

const WORDS: Record<LabelChange['change'], string> = {
  kept: '',
  changed: 'changed',
  new: 'new',
  dropped: 'dropped',
};

/** Labels as they were found, and as the series have them. */
export function LabelTable({ before, after }: { before: Labels; after: Labels }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: wide tables are scrolled with the arrow keys
    <section class="label-table" aria-label="Labels before and after relabelling" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">Found</th>
            <th scope="col">After relabelling</th>
          </tr>
        </thead>
        <tbody>
          {labelChanges(before, after).map(({ name, before: was, after: is, change }) => (
            <tr key={name} data-change={change}>
              <th scope="row">{name}</th>
              <td>{was ?? '–'}</td>
              <td>
                {is ?? '–'} {WORDS[change] !== '' && <em>{WORDS[change]}</em>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
