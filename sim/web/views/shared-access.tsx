/** One shared access of a booking: its state, its code, what can be done to it, and what happened to it. */
import { useSignal } from '@preact/signals';
import { type Answer, ask } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { tellRefusal } from '../parts/toast.tsx';
import { Digits, Spread } from './digits.tsx';
import { Opener, Sure } from './form-parts.tsx';
import { may, When } from './site.tsx';
import { sharedStateWords } from './words.ts';

type Access = Answer<'lockShared'>;

export interface SharedAccessProps {
  readonly access: Access;
  readonly onChange: () => unknown;
}

function History({ access: { label, history } }: Pick<SharedAccessProps, 'access'>) {
  return (
    <Opener words="History" title={`History of ${label}`}>
      {() => (
        <ol class="history">
          {history.map(({ at, what, by }) => (
            <li key={`${at} ${what}`}>
              <When at={at} /> {what} <span class="hint">by {by}</span>
            </li>
          ))}
        </ol>
      )}
    </Opener>
  );
}

export function SharedAccess({ access, onChange }: SharedAccessProps) {
  const { id, label, state, pin } = access;
  const shown = useSignal<Answer<'showShared'> | undefined>(undefined);
  const params = { id: String(id) };
  // Regenerated or revoked elsewhere, what was shown here is its code no longer.
  const held = shown.value?.pin.issued === pin?.issued ? shown.value : undefined;
  const isOver = state === 'revoked' || state === 'expired';
  const isLocked = state === 'lockedAuto' || state === 'lockedManual';
  const show = async (): Promise<void> => {
    const answer = await ask('showShared', { params });
    tellRefusal(answer);
    if (answer.ok) shown.value = answer.value;
  };
  const regenerate = async () => {
    const answer = await ask('regenerateShared', { params });
    if (answer.ok) {
      shown.value = answer.value.shown;
      onChange();
    }
    return answer;
  };
  const does = async (call: 'lockShared' | 'restoreShared' | 'revokeShared') => {
    const answer = await ask(call, { params });
    if (answer.ok) {
      shown.value = undefined;
      onChange();
    }
    return answer;
  };
  return (
    <li class="access">
      <div class="stack">
        <p>
          <strong>{label}</strong>{' '}
          <span class={`badge ${state === 'active' ? '' : isOver || isLocked ? 'bad' : 'warn'}`}>{sharedStateWords[state]}</span>
        </p>
        {pin !== null && !isOver && <Spread pin={pin} />}
        {held !== undefined && <Digits digits={held.digits} onHide={() => (shown.value = undefined)} />}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: buttons that act at once are no fieldset of a form */}
      <div class="tools" role="group" aria-label={label}>
        {may('showShared') && !isOver && pin !== null && <Button onPress={show}>Show code</Button>}
        {may('regenerateShared') && !isOver && (
          <Sure
            words="Regenerate"
            title={`New code for ${label}`}
            question="The old code is dead before the new one is issued."
            onSure={regenerate}
          />
        )}
        {may('lockShared') && !isOver && (
          <Button onPress={async () => tellRefusal(await does(isLocked ? 'restoreShared' : 'lockShared'))}>{isLocked ? 'Restore' : 'Lock'}</Button>
        )}
        {may('revokeShared') && !isOver && (
          <Sure
            words="Revoke"
            title={`Revoke ${label}`}
            question="For good: it cannot be restored."
            kind="danger"
            onSure={() => does('revokeShared')}
          />
        )}
        <History access={access} />
      </div>
    </li>
  );
}
