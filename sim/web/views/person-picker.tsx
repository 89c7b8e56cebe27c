/** Finds a person by name among ten thousand: what is typed is asked, and the first few are offered. What is done with the one chosen is the caller's. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { type Answer, ask } from '../client.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';

export type Person = Answer<'getPerson'>;

const offered = 6;
/** Asked for, where some of those who are found are not offered. */
const askedFor = 60;
/** A pause in typing after which it is asked. */
const pauseMs = 150;

export interface PersonPickerProps {
  readonly label: string;
  readonly onPick: (person: Person) => unknown;
  /** Accesses of bookings are offered too. */
  readonly withBooked?: boolean;
  /** What is wrong with what was picked so far, in a sentence. */
  readonly error?: string | undefined;
}

export function PersonPicker({ label, onPick, withBooked = false, error }: PersonPickerProps) {
  const typed = useSignal('');
  const found = useSignal<readonly Person[] | undefined>(undefined);
  useEffect(() => {
    const find = typed.value.trim();
    found.value = undefined;
    if (find === '') return undefined;
    const look = async (): Promise<void> => {
      const answer = await ask('listPeople', { query: { find, limit: String(withBooked ? offered : askedFor) } });
      if (!answer.ok || typed.peek().trim() !== find) return;
      found.value = answer.value.people.filter(({ booking }) => withBooked || booking === null).slice(0, offered);
    };
    const pause = window.setTimeout(() => void look(), pauseMs);
    return () => window.clearTimeout(pause);
  }, [typed.value]);
  return (
    <div class="picker">
      <Field label={label} type="search" value={typed.value} maxLength={80} error={error} onType={(value) => (typed.value = value)} />
      <p class="unseen" role="status">
        {found.value === undefined ? '' : `${found.value.length} found`}
      </p>
      {found.value?.length === 0 && <p class="hint">Nobody has that name.</p>}
      <ul class="offers">
        {found.value?.map((person) => (
          <li key={person.id}>
            <Button
              onPress={async () => {
                await onPick(person);
                typed.value = '';
              }}
            >
              {person.name}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
