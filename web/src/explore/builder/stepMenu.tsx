import { useState } from 'preact/hooks';
import { type Choice, Combobox } from '../../ui/combobox.js';
import { Icon } from '../../ui/icon.js';
import { Popover } from '../../ui/popover.js';
import { OPERATIONS } from './operationKinds.js';

const CHOICES: readonly Choice[] = OPERATIONS.map(({ name, group }) => ({
  id: name,
  group,
  text: name,
  icon: 'right',
}));

/** Chooses the next operation by its name. */
export function StepMenu({ onChoose }: { onChoose: (name: string) => void }) {
  return (
    <Popover
      label="Operations"
      trigger={(attributes) => (
        <button {...attributes} type="button" class="button builder-add" data-testid="add-operation">
          <Icon name="plus" size={16} />
          Operation
        </button>
      )}
    >
      {(close) => (
        <Choices
          onChoose={(name) => {
            close();
            onChoose(name);
          }}
        />
      )}
    </Popover>
  );
}

function Choices({ onChoose }: { onChoose: (name: string) => void }) {
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = CHOICES.filter(({ id, group }) => `${id} ${group}`.toLowerCase().includes(wanted));
  return (
    <div class="builder-choices">
      <Combobox
        label="Find an operation"
        placeholder="rate, sum, over time …"
        text={text}
        onText={setText}
        choices={found}
        onChoose={({ id }) => onChoose(id)}
        nothing="No operation has this name."
      />
    </div>
  );
}
