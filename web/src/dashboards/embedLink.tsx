import { frameOf } from '../state/embedAddress.js';
import { Snippet } from '../ui/snippet.js';

interface Props {
  readonly title: string;
  readonly url: string;
}

/** A link, and what is to be put into a page, to be copied. */
export function EmbedLink({ title, url }: Props) {
  return (
    <>
      <div class="embed-copied" data-testid="embed-url">
        <span>Link</span>
        <Snippet label="Link" text={url} />
      </div>
      <div class="embed-copied" data-testid="embed-frame">
        <span>For a page</span>
        <Snippet label="For a page" text={frameOf(url, title === '' ? 'TinyObs' : title)} />
      </div>
    </>
  );
}
