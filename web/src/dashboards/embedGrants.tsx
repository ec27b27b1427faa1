import { useState } from 'preact/hooks';
import { ApiError } from '../api/apiError.js';
import { createGrant, type Grant, revokeGrant } from '../api/embed.js';
import { formatInstant } from '../chart/timeFormat.js';
import type { EmbedAddress } from '../state/embedAddress.js';
import { Button } from '../ui/button.js';
import { Select } from '../ui/select.js';
import { toast } from '../ui/toast.js';
import { EmbedLink } from './embedLink.js';

interface Props {
  readonly title: string;
  readonly address: EmbedAddress;
  readonly urlOf: (address: EmbedAddress) => string;
  readonly grants: readonly Grant[];
  /** Called when there is another one, or one less. */
  readonly onChange: () => void;
}

const EXPIRIES = [
  { value: '1d', text: 'In a day' },
  { value: '7d', text: 'In a week' },
  { value: '30d', text: 'In 30 days' },
  { value: '90d', text: 'In 90 days' },
  { value: '365d', text: 'In a year' },
] as const;

type Expiry = (typeof EXPIRIES)[number]['value'];

/** Links with a key for this panel alone: made, and revoked. */
export function EmbedGrants({ title, address, urlOf, grants, onChange }: Props) {
  const [expires, setExpires] = useState<Expiry>('30d');
  const [made, setMade] = useState<(Grant & { readonly key: string }) | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const attempt = async (work: () => Promise<void>) => {
    try {
      setFailure(null);
      await work();
      onChange();
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setFailure(thrown.message);
    }
  };
  const make = async () => setMade(await createGrant(address, { values: address.values, expires }));
  const revoke = async ({ id }: Grant) => {
    await revokeGrant(address, id);
    if (made?.id === id) setMade(null);
    toast('The link is revoked: it shows nothing any more.');
  };
  const valid = grants.filter(({ status }) => status === 'valid');
  return (
    <>
      <div class="embed-make">
        <Select label="Ends" value={expires} choices={EXPIRIES} onChoose={setExpires} />
        <Button kind="primary" onClick={() => attempt(make)} data-testid="make-link">
          Make a link
        </Button>
      </div>
      <p class="note">
        Whoever has the link sees this panel and nothing else, without a key, with the variables as they are
        chosen now.
      </p>
      {failure !== null && (
        <p class="field-failure" role="alert">
          {failure}
        </p>
      )}
      {made !== null && (
        <section class="embed-made" aria-label="The new link">
          <p>It is shown this once. It ends {ending(made)}.</p>
          <EmbedLink title={title} url={urlOf({ ...address, values: {}, grant: made.key })} />
        </section>
      )}
      {valid.length > 0 && <GrantList grants={valid} onRevoke={(grant) => attempt(() => revoke(grant))} />}
    </>
  );
}

interface ListProps {
  readonly grants: readonly Grant[];
  readonly onRevoke: (grant: Grant) => void;
}

function GrantList({ grants, onRevoke }: ListProps) {
  return (
    <section>
      <h3>Links to this panel</h3>
      <ul class="version-list" data-testid="grants">
        {grants.map((grant) => (
          <li key={grant.id}>
            <div>
              Made {formatInstant(Date.parse(grant.created) / 1000)}
              <p class="note">
                Ends {ending(grant)}
                {chosenText(grant)}
              </p>
            </div>
            <Button onClick={() => onRevoke(grant)} aria-label={`Revoke the link that ends ${ending(grant)}`}>
              Revoke
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ending({ expires }: Grant): string {
  return formatInstant(Date.parse(expires) / 1000);
}

function chosenText({ values }: Grant): string {
  const texts = Object.entries(values).map(
    ([name, chosen]) => `${name}: ${chosen.map((value) => (value === '$__all' ? 'all' : value)).join(', ')}`,
  );
  return texts.length === 0 ? '' : ` · ${texts.join(' · ')}`;
}
