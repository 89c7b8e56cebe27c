/** Where one person's code waits after too many wrong ones, and letting them try again at once: from their page, and from the reader's. */
import { useEffect } from 'preact/hooks';
import { type Answer, ask } from '../client.ts';
import { hear } from '../live.ts';
import { Button } from '../parts/button.tsx';
import { tell, tellRefusal } from '../parts/toast.tsx';
import { useAsked } from './asked.tsx';
import { Opener } from './form-parts.tsx';
import { PersonPicker } from './person-picker.tsx';
import { may, When } from './site.tsx';

type Lockout = Answer<'lockouts'>['lockouts'][number];

const clear = async (reader: number, person: number, onDone: () => unknown): Promise<void> => {
  const answer = await ask('clearLockout', { params: { id: String(reader) }, body: { person } });
  tellRefusal(answer);
  if (!answer.ok) return;
  tell(answer.value.sentence);
  await onDone();
};

interface WaitsProps {
  readonly lockout: Lockout;
  readonly person: number;
  readonly onClear: () => Promise<void>;
}

function Waits({ lockout: { reader, readerName, until }, person, onClear }: WaitsProps) {
  return (
    <li>
      <span class="bad">
        {`Locked out at ${readerName}`} until <When at={until} />
      </span>
      {may('clearLockout') && <Button onPress={() => clear(reader, person, onClear)}>{`Clear lockout at ${readerName}`}</Button>}
    </li>
  );
}

/** Of one person; nothing where their code waits nowhere. */
export function Lockouts({ person }: { readonly person: number }) {
  const asked = useAsked(() => ask('lockouts', { params: { id: String(person) } }), []);
  useEffect(() => hear('event', ({ event }) => (event.code.startsWith('lockout.') && event.person === person ? asked.again() : undefined)), []);
  const lockouts = asked.value?.lockouts ?? [];
  if (lockouts.length === 0) return null;
  return (
    <ul class="lines" aria-label="Lockouts">
      {lockouts.map((one) => (
        <Waits key={one.reader} lockout={one} person={person} onClear={asked.again} />
      ))}
    </ul>
  );
}

/** At one reader, of whoever is picked. */
export function ClearOne({ reader, name }: { readonly reader: number; readonly name: string }) {
  return (
    <Opener words="Clear one person’s lockout" title={`Whose lockout at ${name}?`}>
      {(close) => <PersonPicker label="Person" withBooked onPick={({ id }) => clear(reader, id, close)} />}
    </Opener>
  );
}
