import { useState } from 'preact/hooks';
import { IconButton } from '../ui/iconButton.js';
import { Menu } from '../ui/menu.js';
import { EmbedDialog, type EmbedPlace } from './embedDialog.js';

interface Props {
  /** With variables in its place. */
  readonly title: string;
  readonly place: EmbedPlace;
}

/** What is done with a panel of a saved dashboard that is looked at. */
export function PanelMenu({ title, place }: Props) {
  const [isEmbedding, setEmbedding] = useState(false);
  const label = `More to do with ${title === '' ? 'the panel' : title}`;
  return (
    <div class="dash-panel-menu">
      <Menu
        label={label}
        items={[{ id: 'embed', text: 'Embed', icon: 'code', onChoose: () => setEmbedding(true) }]}
        trigger={(attributes) => <IconButton {...attributes} icon="more" label={label} />}
      />
      {isEmbedding && <EmbedDialog {...{ title, place }} onClose={() => setEmbedding(false)} />}
    </div>
  );
}
