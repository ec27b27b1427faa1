import './embedDialog.css';
import { useState } from 'preact/hooks';
import { listGrants } from '../api/embed.js';
import { serverUrl } from '../api/request.js';
import { EMBED_REFRESH, type EmbedAddress, formatEmbedAddress } from '../state/embedAddress.js';
import { route } from '../state/location.js';
import { formatRefresh, REFRESH_CHOICES } from '../state/route.js';
import { key } from '../state/session.js';
import type { ThemeChoice } from '../state/theme.js';
import { formatDuration, RANGE_PRESETS } from '../state/timeRange.js';
import { useQuery } from '../state/useQuery.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { Segmented } from '../ui/segmented.js';
import { Select } from '../ui/select.js';
import { Skeleton } from '../ui/skeleton.js';
import { Snippet } from '../ui/snippet.js';
import { EmbedGrants } from './embedGrants.js';
import { EmbedLink } from './embedLink.js';

/** A panel of a saved dashboard, and what is chosen of its variables. */
export type EmbedPlace = Pick<EmbedAddress, 'dashboard' | 'panel' | 'values'>;

interface Props {
  /** With variables in its place. */
  readonly title: string;
  readonly place: EmbedPlace;
  readonly onClose: () => void;
}

const THEMES: readonly { readonly value: ThemeChoice; readonly text: string }[] = [
  { value: 'system', text: 'As the reader has it' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
];

/** Makes a link that shows the panel in a page of others. With keys in use it has one for this panel alone. */
export function EmbedDialog({ title, place, onClose }: Props) {
  const [address, setAddress] = useState(() => addressOf(place));
  const [tick, setTick] = useState(0);
  const set = (change: Partial<EmbedAddress>) => setAddress({ ...address, ...change });
  const { data, error } = useQuery({ subject: place.panel, variant: String(tick), tick }, (signal) =>
    listGrants(address, signal),
  );
  return (
    <Dialog label="Embed the panel" look="dash-dialog" onClose={onClose}>
      <div class="dash-form" data-testid="embed-dialog">
        <h2>Embed “{title === '' ? 'Untitled' : title}”</h2>
        <div class="panel-editor-pair">
          <Select
            label="Range"
            value={rangeText(address)}
            choices={rangeChoices(addressOf(place))}
            onChoose={(text) => set({ range: rangeOf(text, addressOf(place)) })}
          />
          <Select
            label="Refresh"
            value={formatRefresh(address.refresh)}
            choices={REFRESHES}
            onChoose={(text) =>
              set({ refresh: REFRESH_CHOICES.find((one) => formatRefresh(one) === text) ?? EMBED_REFRESH })
            }
          />
        </div>
        <div class="embed-theme">
          <span aria-hidden="true">Theme</span>
          <Segmented
            label="Theme"
            value={address.theme}
            choices={THEMES}
            onChoose={(theme) => set({ theme })}
          />
        </div>
        {error !== null && (
          <p class="field-failure" role="alert">
            {error.message}
          </p>
        )}
        {data !== null && <WhereShown origins={data.embedOrigins} />}
        {key.value === null ? (
          <EmbedLink title={title} url={urlOf(address)} />
        ) : data !== null ? (
          <EmbedGrants
            {...{ address, urlOf }}
            title={title}
            grants={data.grants}
            onChange={() => setTick(tick + 1)}
          />
        ) : (
          error === null && <Skeleton heightPx={90} />
        )}
        <div class="dash-form-foot">
          <Button onClick={onClose}>Close</Button>
        </div>
      </div>
    </Dialog>
  );
}

function WhereShown({ origins }: { origins: readonly string[] }) {
  if (origins.length > 0) {
    return <p class="note">Pages of {origins.map(originName).join(', ')} may show it.</p>;
  }
  return (
    <div class="embed-nowhere" data-testid="embed-nowhere">
      <p role="status">
        No page may show it yet: the configuration has to name its origin, as below. Until then the link opens
        in a tab of its own.
      </p>
      <Snippet label="For the configuration" text={NAMING_AN_ORIGIN} />
    </div>
  );
}

const NAMING_AN_ORIGIN = 'web:\n  embedOrigins: [https://wiki.example]';

function originName(origin: string): string {
  return origin === "'self'" ? 'TinyObs’ own origin' : origin;
}

/** As the panel is looked at now. */
function addressOf(place: EmbedPlace): EmbedAddress {
  const { range, zone } = route.peek();
  return { ...place, range, zone, refresh: EMBED_REFRESH, theme: 'system', grant: '' };
}

function urlOf(address: EmbedAddress): string {
  return serverUrl(formatEmbedAddress(address));
}

const REFRESHES = REFRESH_CHOICES.filter((choice) => choice !== 'live').map((choice) => ({
  value: formatRefresh(choice),
  text: choice === 'off' ? 'Never' : `Every ${formatRefresh(choice)}`,
}));

/** What stands for a fixed range, which has no name. */
const FIXED = 'fixed';

function rangeText({ range }: Pick<EmbedAddress, 'range'>): string {
  return range.kind === 'fixed' ? FIXED : formatDuration(range.seconds);
}

function rangeChoices(opened: EmbedAddress) {
  const presets = RANGE_PRESETS.map(({ seconds, title }) => ({
    value: formatDuration(seconds),
    text: `Last ${title}`,
  }));
  const now = rangeText(opened);
  if (now === FIXED) return [{ value: FIXED, text: 'The time that is shown now' }, ...presets];
  return presets.some(({ value }) => value === now)
    ? presets
    : [{ value: now, text: `Last ${now}` }, ...presets];
}

function rangeOf(text: string, opened: EmbedAddress): EmbedAddress['range'] {
  const preset = RANGE_PRESETS.find(({ seconds }) => formatDuration(seconds) === text);
  return preset === undefined ? opened.range : { kind: 'last', seconds: preset.seconds };
}
