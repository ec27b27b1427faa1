import { frameOf } from '../state/embedAddress.js';
import { Button } from '../ui/button.js';
import { copyText } from '../ui/copyText.js';

interface Props {
  readonly title: string;
  readonly url: string;
}

const REFUSED = 'The browser does not let it be copied; select it.';

/** A link, and what is to be put into a page, to be copied. */
export function EmbedLink({ title, url }: Props) {
  const frame = frameOf(url, title === '' ? 'TinyObs' : title);
  return (
    <>
      <Copied label="Link" text={url} testId="embed-url" />
      <Copied label="For a page" text={frame} testId="embed-frame" />
    </>
  );
}

function Copied({ label, text, testId }: { label: string; text: string; testId: string }) {
  return (
    <div class="embed-copied">
      <div class="embed-copied-head">
        <span>{label}</span>
        <Button
          kind="quiet"
          onClick={() => copyText(text, { done: 'Copied.', refused: REFUSED })}
          aria-label={`Copy: ${label}`}
        >
          Copy
        </Button>
      </div>
      <pre data-testid={testId}>{text}</pre>
    </div>
  );
}
